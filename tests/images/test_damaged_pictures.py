"""Files that are damaged, empty or hostile become a reason, or a picture, and change nothing else."""

from __future__ import annotations

import logging
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inrcodec.images.decode import MAX_PIXELS, Unreadable, decode
from inrcodec.numerics.arrays import colors
from tests.images.pictures import COLOURS, GREYS, SIDE, png, saved


def test_formats_off_the_list_are_refused(tmp_path: Path) -> None:
    for kind in ("PPM", "TGA", "ICO", "PCX"):
        Image.fromarray(COLOURS).save(tmp_path / "a.png", kind)
        with pytest.raises(Unreadable, match="not a PNG, JPEG"):
            decode(tmp_path / "a.png")


def test_numbers_without_a_known_white_are_refused(tmp_path: Path) -> None:
    unit = np.linspace(0, 1, 16, dtype=np.float32).reshape(4, 4)
    np.testing.assert_array_equal(saved(tmp_path / "f.tif", Image.fromarray(unit))[..., 0], unit)
    for values in (
        unit * 300,
        unit - 0.5,
        unit * np.float32(np.nan),
        (unit * 1e6).astype(np.int32),
        -GREYS.astype(np.int32),
    ):
        with pytest.raises(Unreadable, match="white is unknown"):
            saved(tmp_path / "g.tif", Image.fromarray(values))


def test_broken_exif_does_not_cost_the_picture(tmp_path: Path) -> None:
    pixels = saved(tmp_path / "a.jpg", Image.fromarray(COLOURS), exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert pixels.shape == (SIDE, SIDE + 3, 3)


def taken(path: Path, blob: bytes) -> bool:
    """Whether a damaged file still gives a picture; if not, its reason is one line without the path."""
    path.write_bytes(blob)
    try:
        pixels = colors(decode(path).pixels)
    except Unreadable as unreadable:
        reason = str(unreadable)
    else:
        return bool(np.isfinite(pixels).all())
    assert reason.strip()
    assert "\n" not in reason
    assert str(path.parent) not in reason
    return False


@pytest.mark.parametrize("kind", ["png", "jpg", "webp", "gif", "bmp", "tif", "tif tiff_lzw", "tif jpeg", "avif"])
@pytest.mark.filterwarnings("error")
def test_damage_is_a_reason_or_a_picture_and_never_noise(
    tmp_path: Path, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    suffix, _, compression = kind.partition(" ")
    options: dict[str, Any] = {"compression": compression} if compression else {}
    Image.fromarray(np.tile(COLOURS, (6, 6, 1))).save(tmp_path / f"whole.{suffix}", **options)
    blob = (tmp_path / f"whole.{suffix}").read_bytes()
    assert taken(tmp_path / "damaged", blob)
    lengths = [0, 1, 3, 8, 11, 12, 20, *range(0, len(blob) * 3 // 4, max(1, len(blob) // 25))]
    assert [length for length in lengths if taken(tmp_path / "damaged", blob[:length])] == []
    random = np.random.default_rng(5)
    for _ in range(40):
        flipped = bytearray(blob)
        flipped[random.integers(min(len(blob), 400))] ^= 1 << int(random.integers(8))
        taken(tmp_path / "damaged", bytes(flipped))
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_empty_text_and_missing_files_have_plain_reasons(tmp_path: Path) -> None:
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "text.png").write_text("hello")
    for name, words in (("empty.png", "empty"), ("text.png", "not a PNG"), ("gone.png", "No such file")):
        with pytest.raises(Unreadable, match=words):
            decode(tmp_path / name)


@pytest.mark.parametrize(("width", "height"), [(8193, 8192), (10_000, 10_000), (60_000, 60_000)])
@pytest.mark.filterwarnings("error")
def test_bombs_are_refused_before_they_unfold(tmp_path: Path, width: int, height: int) -> None:
    assert width * height > MAX_PIXELS
    limit = Image.MAX_IMAGE_PIXELS
    with pytest.raises(Unreadable, match="more than 67,108,864 pixels"):
        decode(png(tmp_path / "bomb.png", width, height, 1, 0, [b"\0"]))
    assert limit == Image.MAX_IMAGE_PIXELS


def test_reading_changes_no_global_switch(tmp_path: Path) -> None:
    filters, level = list(warnings.filters), logging.getLogger("PIL").level
    Image.fromarray(COLOURS).save(tmp_path / "a.png")
    decode(tmp_path / "a.png")
    assert list(warnings.filters) == filters
    assert logging.getLogger("PIL").level == level


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are POSIX's")
def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    """As if it had been put there after the folder was listed; opening it plainly would wait for a writer."""
    path = tmp_path / "a.png"
    os.mkfifo(path)
    with pytest.raises(Unreadable, match="not a file"):
        decode(path)
