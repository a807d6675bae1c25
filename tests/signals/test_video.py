"""Clips as they come in: uneven times, transparency, frames that stay, and what is no clip."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inrcodec.errors import InrError, MissingPackageError, UsageError
from inrcodec.signals import kind_of
from inrcodec.signals.video import read_frames

COLORS = [(255, 0, 0), (0, 128, 0), (0, 0, 255), (250, 250, 250)]


def save(path: Path, frames: list[np.ndarray], durations: int | list[int] = 50) -> None:
    """A moving picture."""
    first, *others = [Image.fromarray(frame) for frame in frames]
    first.save(path, save_all=True, append_images=others, duration=durations, loop=0, lossless=True)


def plain(color: tuple[int, ...], size: tuple[int, int] = (6, 9)) -> np.ndarray:
    """One color."""
    return np.zeros((*size, len(color)), np.uint8) + np.array(color, np.uint8)


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
def test_uneven_times_and_colors(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    save(path, [plain(color) for color in COLORS], [40, 100, 400, 60])
    frames = list(read_frames(path))
    assert kind_of(path) == "video"
    assert [round(frame.seconds, 3) for frame in frames] == [0.04, 0.1, 0.4, 0.06]
    for frame, color in zip(frames, COLORS, strict=True):
        assert frame.pixels.shape == (6, 9, 3)
        assert np.abs(frame.pixels[3, 4].astype(int) - color).max() <= 2


def test_frames_that_stay_are_one(tmp_path: Path) -> None:
    save(tmp_path / "a.webp", [plain(COLORS[n]) for n in (0, 0, 1, 1, 1, 0)], 50)
    assert [round(frame.seconds, 3) for frame in read_frames(tmp_path / "a.webp")] == [0.1, 0.15, 0.05]


def test_transparency_is_premultiplied(tmp_path: Path) -> None:
    save(tmp_path / "a.webp", [plain((200, 100, 0, 128)), plain((0, 0, 0, 0))], 50)
    half, clear = read_frames(tmp_path / "a.webp")
    np.testing.assert_allclose(half.pixels[0, 0], np.array([200, 100, 0, 255]) * (128 / 255) / 255, atol=0.01)
    assert not clear.pixels.any()


def test_a_single_frame_is_a_picture(tmp_path: Path) -> None:
    Image.fromarray(plain(COLORS[0])).save(tmp_path / "a.gif")
    assert kind_of(tmp_path / "a.gif") is None
    assert len(list(read_frames(tmp_path / "a.gif"))) == 1


def test_films(tmp_path: Path) -> None:
    pytest.importorskip("imageio_ffmpeg")
    from inrcodec.exporters.clips import encode_clip
    from inrcodec.exporters.formats.mp4 import FORMAT

    frames = [np.asarray(plain(color, (32, 48)) / 255, dtype=np.float32) for color in COLORS]
    seconds = [0.1, 0.3, 0.1, 0.5]
    (tmp_path / "a.mp4").write_bytes(encode_clip(lambda number: frames[number], seconds, FORMAT))
    found = list(read_frames(tmp_path / "a.mp4"))
    assert sum(frame.seconds for frame in found) == pytest.approx(1.0, abs=0.11)
    assert found[0].pixels.shape == (32, 48, 3)
    assert np.abs(found[0].pixels[10, 10].astype(int) - COLORS[0]).max() < 40
    assert len(found) == 4
    assert [frame.seconds for frame in found] == pytest.approx(seconds, abs=0.02)


def test_without_ffmpeg_the_line_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "imageio_ffmpeg", None)
    (tmp_path / "a.mp4").write_bytes(b"film")
    with pytest.raises(MissingPackageError, match=r"pip install 'inrcodec\[video\]'"):
        list(read_frames(tmp_path / "a.mp4"))


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.mp4"])
@pytest.mark.parametrize("blob", [b"", b"GIF89a", b"noise" * 99])
def test_what_is_no_clip_is_one_line(tmp_path: Path, name: str, blob: bytes) -> None:
    if name.endswith("mp4"):
        pytest.importorskip("imageio_ffmpeg")
    (tmp_path / name).write_bytes(blob)
    with pytest.raises(InrError) as caught:
        list(read_frames(tmp_path / name))
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)
    with pytest.raises(UsageError, match="no such file"):
        list(read_frames(tmp_path / "missing.gif"))
