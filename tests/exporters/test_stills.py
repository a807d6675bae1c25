"""Image files as Pillow reads them back."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from inrcodec.errors import UsageError
from inrcodec.exporters.levels import as_bytes
from inrcodec.exporters.stills import encode_still, format_named, format_of_suffix


def gradient(channels: int) -> NDArray[np.float32]:
    """A smooth (16, 24, channels) picture in [0, 1]; alpha runs from clear to solid."""
    rows, columns = np.mgrid[0:16, 0:24]
    levels = (rows / 15, columns / 23, (rows + columns) / 38, columns / 23)
    return np.stack(levels[:channels], axis=-1).astype(np.float32)


def reread(blob: bytes) -> Image.Image:
    return Image.open(io.BytesIO(blob))


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("name", ["png", "webp"])
def test_lossless_formats_keep_every_level(name: str, channels: int) -> None:
    pixels = gradient(channels)
    picture = reread(encode_still(pixels, format_named(name)))
    assert picture.format == name.upper()
    np.testing.assert_array_equal(np.asarray(picture.convert("RGBA" if channels == 4 else "RGB")), as_bytes(pixels))


@pytest.mark.parametrize("name", ["webp", "avif", "jpeg"])
def test_lossy_formats_take_a_quality(name: str) -> None:
    pixels = gradient(3)
    fine, coarse = (encode_still(pixels, format_named(name), quality) for quality in (95, 5))
    assert len(coarse) < len(fine)
    assert np.abs(np.asarray(reread(fine), dtype=float) - as_bytes(pixels)).mean() < 4


def test_avif_keeps_alpha() -> None:
    picture = reread(encode_still(gradient(4), format_named("avif")))
    assert picture.mode == "RGBA"


def test_jpeg_is_flattened_on_white() -> None:
    clear = np.zeros((8, 8, 4), np.float32)
    picture = reread(encode_still(clear, format_named("jpg")))
    assert picture.mode == "RGB"
    assert np.asarray(picture).min() >= 254


def test_levels_are_rounded_and_clipped() -> None:
    levels = as_bytes(np.array([[[-0.5, 0.5, 1.5], [np.nan, 1 / 255, 0.999]]], np.float32))
    assert levels.tolist() == [[[0, 128, 255], [0, 1, 255]]]


def test_formats_are_found_by_name_and_suffix() -> None:
    assert format_named("JPG") is format_named("jpeg")
    found = format_of_suffix(".JPeG")
    assert found is not None
    assert found.name == "jpeg"
    assert format_of_suffix(".bmp") is None
    with pytest.raises(UsageError, match="avif, jpeg, png, webp"):
        format_named("bmp")


def test_what_a_format_cannot_do_is_said() -> None:
    with pytest.raises(UsageError, match="lossless"):
        encode_still(gradient(3), format_named("png"), 80)
    with pytest.raises(UsageError, match="16383"):
        encode_still(np.zeros((1, 16384, 3), np.uint8), format_named("webp"))
