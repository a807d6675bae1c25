"""Moving pictures read back: frames, pace, loops, colors."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, features

from inrcodec.errors import UsageError
from inrcodec.exporters.animations import animation_of_suffix, encode_animation

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
    plain = [frame[..., :3] for frame in FRAMES]
    assert len(encode_animation(plain, gif, 10, dither=False)) < len(encode_animation(plain, gif, 10))


def test_other_suffixes_are_refused_with_what_there_is() -> None:
    with pytest.raises(UsageError, match=r"\.gif"):
        animation_of_suffix(".mkv")


def test_video_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inrcodec.exporters.animations.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"inrcodec\[video\]"):
        encode_animation(FRAMES, animation_of_suffix(".mp4"), 10)


def test_video_is_written() -> None:
    pytest.importorskip("imageio_ffmpeg")
    blob = encode_animation([frame[:31, :, :3] for frame in FRAMES], animation_of_suffix(".mp4"), 10)
    assert blob[4:8] == b"ftyp"
