"""Moving pictures read back: frames, pace, loops, colors."""

from __future__ import annotations

import io
import weakref
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image, features

from inrcodec.errors import MissingPackageError, UsageError
from inrcodec.exporters.animations import animation_of_suffix, encode_animation
from inrcodec.numerics.arrays import AnyPixels
from inrcodec.numerics.blur import blurred
from inrcodec.numerics.metrics import psnr

rows, columns = np.mgrid[:32, :32] / 32
FRAMES = [
    np.stack([rows, columns, np.full_like(rows, t), np.where(columns > t / 2, 1.0, 0.0)], -1).astype(np.float32)
    for t in (0.0, 0.5, 1.0)
]


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png", ".avif"])
@pytest.mark.parametrize("channels", [3, 4])
def test_frames_come_back(suffix: str, channels: int) -> None:
    if suffix == ".avif" and not features.check("avif"):
        pytest.skip("Pillow without AVIF")
    frames = [frame[..., :channels] for frame in FRAMES]
    blob = encode_animation(frames, animation_of_suffix(suffix), 10, loop=0)
    with Image.open(io.BytesIO(blob)) as moving:
        assert getattr(moving, "n_frames", 1) == 3
        for number, frame in enumerate(frames):
            moving.seek(number)
            back = np.asarray(moving.convert("RGBA"), dtype=np.float32) / 255
            opaque = frame[..., 3:] if channels == 4 else np.ones((32, 32, 1))
            wanted = frame[..., :3] * opaque + 1 - opaque
            shown = back[..., :3] * back[..., 3:] + 1 - back[..., 3:]
            assert np.abs(wanted - shown).mean() < 0.03
    if suffix != ".avif":
        assert moving.info["duration"] == pytest.approx(100)


def test_dithering_is_a_choice() -> None:
    gif = animation_of_suffix(".gif")
    noisy = np.random.default_rng(0).random((2, 160, 160, 3), np.float32)
    plain = [blurred(frame, 3) + 0.01 * frame for frame in noisy]
    assert encode_animation(plain, gif, 10, dither=False) != encode_animation(plain, gif, 10)


def read_back(blob: bytes) -> list[np.ndarray]:
    with Image.open(io.BytesIO(blob)) as moving:
        frames = []
        for number in range(getattr(moving, "n_frames", 1)):
            moving.seek(number)
            frames.append(np.asarray(moving.convert("RGB"), np.float32) / 255)
        return frames


def test_a_gif_of_few_colors_keeps_them() -> None:
    disc = np.hypot(*np.mgrid[-40:40, -40:40]) < 30
    drawing = np.where(disc[..., None], np.float32([0.2, 0.4, 0.8]), np.float32([1, 1, 1]))
    (back,) = read_back(encode_animation([drawing], animation_of_suffix(".gif"), 10))
    assert np.abs(back - drawing).max() <= 0.5 / 255 + 1e-6


@pytest.mark.parametrize("kind", ["drawings", "photographs"])
def test_a_gif_is_close_once_blurred(kind: str) -> None:
    """Few colors with soft edges, and many: what median cut or dithering alone does badly at one of them."""
    rng = np.random.default_rng(0)
    if kind == "drawings":
        cover = blurred((np.hypot(*np.mgrid[-64:64, -64:64]) < 40).astype(np.float32)[..., None], 1)
        picture = 1 + cover * (np.float32([0.1, 0.5, 0.3]) - 1)
    else:
        picture = np.clip(0.5 + 6 * (blurred(rng.random((128, 128, 3), np.float32), 6) - 0.5), 0, 1)
    (back,) = read_back(encode_animation([picture], animation_of_suffix(".gif"), 10))
    assert psnr(blurred(picture, 1), blurred(back, 1)) > 42


@pytest.mark.parametrize(("loop", "repetitions"), [(0, 0), (1, None), (3, 2)])
def test_a_gif_counts_repetitions_after_the_first_time(loop: int, repetitions: int | None) -> None:
    blob = encode_animation(FRAMES, animation_of_suffix(".gif"), 10, loop=loop)
    with Image.open(io.BytesIO(blob)) as moving:
        assert moving.info.get("loop") == repetitions


@pytest.mark.parametrize("suffix", [".webp", ".png"])
@pytest.mark.parametrize("loop", [0, 1, 3])
def test_other_formats_count_plays(suffix: str, loop: int) -> None:
    blob = encode_animation(FRAMES, animation_of_suffix(suffix), 10, loop=loop)
    with Image.open(io.BytesIO(blob)) as moving:
        assert moving.info.get("loop") == loop


def test_other_suffixes_are_refused_with_what_there_is() -> None:
    with pytest.raises(UsageError, match=r"\.gif"):
        animation_of_suffix(".mkv")


def test_video_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inrcodec.exporters.formats.mp4.find_spec", lambda name: None)
    with pytest.raises(MissingPackageError, match=r"inrcodec\[video\]"):
        encode_animation(FRAMES, animation_of_suffix(".mp4"), 10)


def test_video_is_written() -> None:
    pytest.importorskip("imageio_ffmpeg")
    blob = encode_animation([frame[:31, :, :3] for frame in FRAMES], animation_of_suffix(".mp4"), 10)
    assert blob[4:8] == b"ftyp"


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
@pytest.mark.parametrize("fps", [7, 24, 34, 40, 50])
def test_the_total_time_is_kept(suffix: str, fps: float) -> None:
    """34 frames a second are 2.94 hundredths each, and GIF knows whole ones only."""
    frames = [np.full((4, 4, 3), shade, np.float32) for shade in np.linspace(0, 1, 35)]
    blob = encode_animation(frames, animation_of_suffix(suffix), fps)
    with Image.open(io.BytesIO(blob)) as moving:
        total = 0.0
        for number in range(getattr(moving, "n_frames", 1)):
            moving.seek(number)
            moving.load()
            total += moving.info["duration"]
    assert total == pytest.approx(35_000 / fps, abs=5 if suffix == ".gif" else 0.5)


@pytest.mark.parametrize("dither", [True, False])
@pytest.mark.parametrize("kind", ["plain", "ramp", "noisy"])
def test_what_does_not_move_stands_still_in_a_gif(kind: str, dither: bool) -> None:
    rng = np.random.default_rng(0)
    ground = {
        "plain": np.ones((48, 48, 3), np.float32),
        "ramp": np.broadcast_to(np.mgrid[:48, :48][1][..., None] / 47, (48, 48, 3)).astype(np.float32),
        "noisy": rng.random((48, 48, 3), np.float32),
    }[kind]
    frames = []
    for number in range(4):
        frame = ground.copy()
        frame[8:24, 4 + 8 * number : 16 + 8 * number] = rng.random((16, 12, 3), np.float32)
        frames.append(frame)
    back = read_back(encode_animation(frames, animation_of_suffix(".gif"), 10, dither=dither))
    still = np.ones((48, 48), bool)
    still[8:24, 4:40] = False
    for shown in back[1:]:
        np.testing.assert_array_equal(shown[still], back[0][still])
    if kind != "noisy":
        assert np.abs(back[0][still] - ground[still]).max() <= 1.5 / 255
    assert psnr(frames[2], back[2]) > 20


@pytest.mark.parametrize(("suffix", "loop"), [(".webp", 65536), (".png", 2**31), (".gif", 65537)])
def test_more_plays_than_are_counted_are_refused(suffix: str, loop: int) -> None:
    with pytest.raises(UsageError, match="to play for ever"):
        encode_animation(FRAMES, animation_of_suffix(suffix), 10, loop=loop)
    assert encode_animation(FRAMES, animation_of_suffix(suffix), 10, loop=loop - 1)


def test_frames_larger_than_the_format_holds_are_refused() -> None:
    wide = np.zeros((1, 16384, 3), np.float32)
    with pytest.raises(UsageError, match="16383"):
        encode_animation([wide], animation_of_suffix(".webp"), 10)


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png", ".mp4"])
def test_frames_are_taken_one_by_one(suffix: str) -> None:
    """A thousand of a large morph are no thousand in memory."""
    made, most, later = list[weakref.ref[AnyPixels]](), [0], np.random.default_rng(1)

    def drawn() -> Iterator[AnyPixels]:
        for _ in range(12):
            frame = later.random((32, 32, 3), np.float32)
            made.append(weakref.ref(frame))
            most[0] = max(most[0], sum(one() is not None for one in made))
            yield frame
            del frame

    try:
        encode_animation(drawn(), animation_of_suffix(suffix), 10)
    except MissingPackageError:
        pytest.skip(f"nothing here writes {suffix}")
    assert most[0] <= 3
