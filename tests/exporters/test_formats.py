"""One file is one format: what each says of itself is so, and a new file is a new choice."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inrcodec.exporters import formats
from inrcodec.exporters.animations import animation_of_suffix, encode_animation
from inrcodec.exporters.formats import PictureFormat, animation_formats, in_words, still_formats, suffixes_in_words
from inrcodec.exporters.stills import encode_still, format_named, format_of_suffix

ALL = formats.formats()
HALF = np.full((8, 8, 4), 0.5, np.float32)
NETPBM = """
from inrcodec.exporters.formats import PictureFormat


def _still(levels, quality):
    return f"P6 {levels.shape[1]} {levels.shape[0]} 255\\n".encode() + levels.tobytes()


FORMAT = PictureFormat(name="ppm", suffixes=(".ppm",), alpha=False, still=_still)
"""


def names(known: tuple[PictureFormat, ...]) -> list[str]:
    return [one.name for one in known]


def test_the_formats_there_are() -> None:
    assert names(still_formats()) == ["avif", "jpeg", "png", "webp"]
    assert names(animation_formats()) == ["avif", "gif", "mp4", "png", "webp"]
    assert suffixes_in_words(still_formats()) == ".avif, .jpg, .png or .webp"
    assert in_words(["one"]) == "one"


def test_files_are_named_as_their_formats_and_share_no_suffix() -> None:
    folder = Path(formats.__file__).parent
    assert sorted(path.stem for path in folder.glob("[!_]*.py")) == names(ALL)
    suffixes = [suffix for one in ALL for suffix in one.suffixes]
    assert len(set(suffixes)) == len(suffixes)


@pytest.mark.parametrize("still", still_formats(), ids=lambda one: one.name)
def test_stills_keep_alpha_where_they_say_so(still: PictureFormat) -> None:
    if still.missing():
        pytest.skip(str(still.missing()))
    with Image.open(io.BytesIO(encode_still(HALF, still))) as picture:
        assert (picture.mode == "RGBA") == still.alpha
        assert (picture.format or "").lower() == still.name


@pytest.mark.parametrize("animation", animation_formats(), ids=lambda one: one.name)
def test_animations_keep_alpha_and_loops_where_they_say_so(animation: PictureFormat) -> None:
    if animation.missing() or animation.name == "mp4":
        pytest.skip("cannot be written, or read by Pillow")
    blob = encode_animation([HALF, 0.5 * HALF], animation, 10, loop=2)
    with Image.open(io.BytesIO(blob)) as moving:
        assert ("A" in moving.convert("RGBA").getbands() and moving.mode == "RGBA") == animation.alpha
        assert ("loop" in moving.info) == animation.loops


def test_a_new_file_is_a_new_choice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ppm.py").write_text(NETPBM, encoding="utf-8")
    monkeypatch.setattr(formats, "__path__", [*formats.__path__, str(tmp_path)])
    assert "ppm" in names(still_formats())
    assert ".ppm" in suffixes_in_words(still_formats())
    still = format_named("ppm")
    assert still == format_of_suffix(".PPM")
    with Image.open(io.BytesIO(encode_still(HALF, still))) as picture:
        assert picture.size == (8, 8)
    assert animation_of_suffix(".gif").name == "gif"
