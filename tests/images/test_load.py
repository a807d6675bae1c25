"""The room's one door: channels set-wide, backgrounds, sizes, reasons."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inrcodec.errors import InputError, OutOfMemoryError, UsageError
from inrcodec.images import load_pictures


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """An opaque and a half-transparent picture of different sizes, a broken file and an animation."""
    Image.new("RGB", (6, 4), (255, 0, 0)).save(tmp_path / "1.png")
    Image.new("RGBA", (3, 9), (0, 0, 255, 51)).save(tmp_path / "2.png")
    (tmp_path / "10.png").write_bytes((tmp_path / "1.png").read_bytes()[:50])
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "lime")]
    frames[0].save(tmp_path / "3.gif", save_all=True, append_images=frames[1:])
    return tmp_path


def test_one_alpha_gives_alpha_to_all_and_every_picture_keeps_its_size(mixed: Path) -> None:
    loaded = load_pictures([mixed])
    assert [picture.name for picture in loaded.pictures] == ["1.png", "2.png", "3.gif"]
    assert [picture.pixels.shape for picture in loaded.pictures] == [(4, 6, 4), (9, 3, 4), (4, 4, 4)]
    assert [picture.source_bytes for picture in loaded.pictures] == [
        (mixed / picture.name).stat().st_size for picture in loaded.pictures
    ]
    np.testing.assert_array_equal(loaded.pictures[0].pixels[0, 0], [1, 0, 0, 1])
    np.testing.assert_allclose(loaded.pictures[1].pixels[0, 0], [0, 0, 0.2, 0.2], atol=1e-6)
    assert all(picture.pixels.dtype == np.float32 for picture in loaded.pictures)


def test_broken_files_and_animations_are_told(mixed: Path) -> None:
    loaded = load_pictures([mixed])
    assert [(Path(skip.path).name, bool(skip.reason)) for skip in loaded.skipped] == [("10.png", True)]
    assert loaded.notes == ("3.gif: animated, first frame used",)


@pytest.mark.parametrize("background", ["white", "#fff", "#FFFFFF", " white ", "#ffffffff"])
def test_a_background_flattens(mixed: Path, background: str) -> None:
    loaded = load_pictures([mixed], background=background)
    assert {picture.pixels.shape[2] for picture in loaded.pictures} == {3}
    np.testing.assert_allclose(loaded.pictures[1].pixels[0, 0], [0.8, 0.8, 1], atol=1e-6)
    np.testing.assert_array_equal(loaded.pictures[0].pixels[0, 0], [1, 0, 0])


@pytest.mark.parametrize("background", ["whitish", "#12", "", "#ffffff80"])
def test_a_bad_background_is_the_callers_mistake(mixed: Path, background: str) -> None:
    with pytest.raises(UsageError, match="is not"):
        load_pictures([mixed], background=background)


def test_opaque_sets_have_three_channels(tmp_path: Path) -> None:
    Image.new("RGBA", (2, 2), (9, 9, 9, 255)).save(tmp_path / "a.png")
    Image.new("L", (2, 2), 9).save(tmp_path / "b.png")
    assert {picture.pixels.shape[2] for picture in load_pictures([tmp_path]).pictures} == {3}


def test_shrinking_averages_what_is_seen_and_not_what_is_hidden(tmp_path: Path) -> None:
    rgba = np.zeros((4, 4, 4), np.uint8)
    rgba[:, :2], rgba[:, 2:] = (255, 0, 0, 255), (0, 255, 0, 0)  # the green is invisible
    Image.fromarray(rgba).save(tmp_path / "a.png")
    Image.new("RGB", (8, 3)).save(tmp_path / "b.png")
    pictures = load_pictures([tmp_path], max_size=1).pictures
    np.testing.assert_allclose(pictures[0].pixels[0, 0], [0.5, 0, 0, 0.5], atol=1e-6)
    assert [picture.pixels.shape for picture in load_pictures([tmp_path], max_size=6).pictures] == [
        (4, 4, 4),
        (2, 6, 4),
    ]
    with pytest.raises(UsageError, match="leaves nothing"):
        load_pictures([tmp_path], max_size=0)


def test_a_side_too_long_for_the_file_is_skipped_unless_shrunk(tmp_path: Path) -> None:
    Image.new("1", (16_385, 2)).save(tmp_path / "long.png")
    Image.new("1", (2, 2)).save(tmp_path / "short.png")
    loaded = load_pictures([tmp_path])
    assert "side of more than 16,384" in loaded.skipped[0].reason
    assert load_pictures([tmp_path], max_size=100).pictures[0].pixels.shape == (1, 100, 3)


def test_progress_counts_every_file(mixed: Path) -> None:
    seen: list[tuple[int, int]] = []
    load_pictures([mixed], on_file=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_no_readable_image_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no image found in"):
        load_pictures([tmp_path])
    with pytest.raises(InputError, match="no image found in nothing"):
        load_pictures([])
    (tmp_path / "readme.md").write_text("hello")
    with pytest.raises(InputError, match=r"no image could be read: .*readme\.md: not a PNG"):
        load_pictures([tmp_path / "readme.md"])
    (tmp_path / "a.png").write_bytes(b"\x89PNG")
    with pytest.raises(InputError, match=r"no image could be read: .*a\.png: .* \(and 1 more\)") as caught:
        load_pictures([tmp_path, tmp_path / "readme.md"])
    assert "\n" not in str(caught.value)


def test_a_want_of_memory_is_told_and_nothing_is_skipped(mixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(image: object, orientation: int) -> None:
        raise MemoryError

    monkeypatch.setattr("inrcodec.images.decode.to_pixels", no_room)
    with pytest.raises(OutOfMemoryError, match=r"not enough memory to read it.* max_size") as told:
        load_pictures([mixed])
    assert isinstance(told.value, MemoryError)
    assert str(mixed) in str(told.value)
