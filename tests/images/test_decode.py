"""Every mode and format becomes the right numbers, or a reason."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inrcodec.images.decode import decode
from inrcodec.numerics.arrays import colors
from tests.images.pictures import COLOURS, GREYS, SIDE, png, saved


@pytest.mark.parametrize(
    ("suffix", "options", "tolerance"),
    [
        ("png", {}, 0),
        ("bmp", {}, 0),
        ("tiff", {}, 0),
        ("tif", {"compression": "tiff_lzw"}, 0),
        ("webp", {"lossless": True}, 0),
        ("avif", {"quality": 100, "subsampling": "4:4:4"}, 6),
        ("jpg", {"quality": 100, "subsampling": 0}, 6),
    ],
)
def test_each_format_gives_its_pixels(tmp_path: Path, suffix: str, options: dict[str, Any], tolerance: int) -> None:
    pixels = saved(tmp_path / f"a.{suffix}", Image.fromarray(COLOURS), **options)
    assert decode(tmp_path / f"a.{suffix}").pixels.dtype == np.uint8  # a quarter of the memory
    assert pixels.dtype == np.float32
    assert pixels.flags.c_contiguous
    assert pixels.shape == (SIDE, SIDE + 3, 3)
    assert np.abs(pixels - COLOURS / 255).max() <= tolerance / 255 + 1e-6


def test_the_suffix_is_not_believed(tmp_path: Path) -> None:
    Image.fromarray(COLOURS).save(tmp_path / "picture.jpg", "PNG")
    np.testing.assert_allclose(colors(decode(tmp_path / "picture.jpg").pixels), COLOURS / np.float32(255), atol=1e-6)


def test_grey_one_bit_palette_and_cmyk_become_colours(tmp_path: Path) -> None:
    grey = np.arange(SIDE * SIDE, dtype=np.uint8).reshape(SIDE, SIDE) * 4
    np.testing.assert_allclose(saved(tmp_path / "l.png", Image.fromarray(grey))[..., 1], grey / 255, atol=1e-6)
    bits = grey > 100
    np.testing.assert_array_equal(saved(tmp_path / "1.png", Image.fromarray(bits))[..., 2], bits)
    palette = Image.fromarray(COLOURS).quantize(16)
    expected = np.asarray(palette.convert("RGB"), np.float32) / 255
    np.testing.assert_allclose(saved(tmp_path / "p.png", palette), expected, atol=1e-6)
    ink = Image.new("CMYK", (4, 4), (255, 0, 0, 0))
    np.testing.assert_array_equal(saved(tmp_path / "c.tif", ink)[0, 0], [0, 1, 1])
    assert np.abs(saved(tmp_path / "c.jpg", ink, quality=100)[0, 0] - [0, 1, 1]).max() < 0.02


def test_alpha_multiplies_the_colours(tmp_path: Path) -> None:
    rgba = np.zeros((2, 2, 4), np.uint8)
    rgba[0, 0], rgba[0, 1], rgba[1, 0] = (255, 100, 0, 51), (255, 255, 255, 0), (10, 20, 30, 255)
    pixels = saved(tmp_path / "a.png", Image.fromarray(rgba))
    np.testing.assert_allclose(pixels[0, 0], [0.2, 0.2 * 100 / 255, 0, 0.2], atol=1e-6)
    np.testing.assert_array_equal(pixels[0, 1], [0, 0, 0, 0])
    np.testing.assert_allclose(pixels[1, 0], np.array([10, 20, 30, 255]) / 255, atol=1e-6)


def test_grey_with_alpha_and_palette_with_alpha(tmp_path: Path) -> None:
    both = np.array([[[200, 51], [100, 255]]], np.uint8)
    pixels = saved(tmp_path / "la.png", Image.fromarray(both, "LA"))
    np.testing.assert_allclose(pixels[0] * 255, [[40, 40, 40, 51], [100, 100, 100, 255]], atol=1e-4)
    palette = Image.new("P", (3, 1))
    palette.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    palette.putdata([0, 1, 2])
    graded = saved(tmp_path / "pa.png", palette, transparency=bytes([255, 51, 0]))
    np.testing.assert_allclose(graded[0], np.array([[1, 0, 0, 1], [0, 0.2, 0, 0.2], [0, 0, 0, 0]]), atol=1e-6)
    keyed = saved(tmp_path / "pa.gif", palette, transparency=1)
    np.testing.assert_allclose(keyed[0], [[1, 0, 0, 1], [0, 0, 0, 0], [0, 0, 1, 1]], atol=1e-6)


def test_an_alpha_channel_that_hides_nothing_is_dropped(tmp_path: Path) -> None:
    assert saved(tmp_path / "a.png", Image.new("RGBA", (3, 3), (1, 2, 3, 255))).shape == (3, 3, 3)
    assert saved(tmp_path / "b.png", Image.new("RGBA", (3, 3), (1, 2, 3, 254))).shape == (3, 3, 4)


@pytest.mark.parametrize(("depth", "white"), [(1, 1), (2, 3), (4, 15), (8, 255), (16, 65535)])
def test_a_transparent_grey_is_found_at_every_depth(tmp_path: Path, depth: int, white: int) -> None:
    row = {1: b"\x40", 2: b"\x30", 4: b"\x0f", 8: b"\x00\xff", 16: b"\x00\x00\xff\xff"}[depth]  # black, white
    key = (b"tRNS", struct.pack(">H", white))
    pixels = colors(decode(png(tmp_path / "a.png", 2, 1, depth, 0, [row], key)).pixels)
    np.testing.assert_array_equal(pixels[0], [[0, 0, 0, 1], [0, 0, 0, 0]])


def test_a_transparent_colour_of_16_bits(tmp_path: Path) -> None:
    row = struct.pack(">6H", 0x1234, 0x5678, 0x9ABC, 0xFFFF, 0x8000, 0)
    key = (b"tRNS", struct.pack(">3H", 0x1234, 0x5678, 0x9ABC))
    pixels = colors(decode(png(tmp_path / "a.png", 2, 1, 16, 2, [row], key)).pixels)
    np.testing.assert_array_equal(pixels[0, :, 3], [0, 1])
    np.testing.assert_allclose(pixels[0, 1, :3], [1, 0.5, 0], atol=1 / 255)


def test_16_bit_greys_are_divided_by_65535_and_never_clipped(tmp_path: Path) -> None:
    expected = np.repeat((GREYS / 65535).astype(np.float32)[..., None], 3, axis=2)
    for name in ("a.png", "a.tif"):
        np.testing.assert_array_equal(saved(tmp_path / name, Image.fromarray(GREYS)), expected)
    big_endian = Image.frombytes("I;16B", (SIDE, SIDE), GREYS.astype(">u2").tobytes())
    np.testing.assert_array_equal(saved(tmp_path / "b.tif", big_endian), expected)
    np.testing.assert_array_equal(saved(tmp_path / "i.tif", Image.fromarray(GREYS.astype(np.int32))), expected)


def test_16_bit_colours_and_alpha_keep_their_range(tmp_path: Path) -> None:
    row = struct.pack(">6H", 0, 257, 32768, 65535, 60000, 1000)
    pixels = colors(decode(png(tmp_path / "a.png", 2, 1, 16, 2, [row])).pixels)
    np.testing.assert_allclose(pixels.reshape(-1), np.array([0, 257, 32768, 65535, 60000, 1000]) / 65535, atol=1 / 255)
    row = struct.pack(">4H", 65535, 0x8080, 0xFFFF, 0xFFFF)
    pixels = colors(decode(png(tmp_path / "b.png", 2, 1, 16, 4, [row])).pixels)
    np.testing.assert_allclose(pixels[0, :, 3], [128 / 255, 1], atol=1e-6)


def tiff(path: Path, bits: int, photometric: int, width: int, samples: bytes) -> Path:
    """A grey TIFF of one row written by hand, for what Pillow does not write."""
    start = 8 + 2 + 8 * 12 + 4
    entries = [(256, 4, width), (257, 4, 1), (258, 3, bits), (259, 3, 1), (262, 3, photometric)]
    entries += [(273, 4, start), (278, 4, 1), (279, 4, len(samples))]
    directory = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    path.write_bytes(b"II*\0" + struct.pack("<IH", 8, len(entries)) + directory + bytes(4) + samples)
    return path


def test_tiff_greys_that_count_from_white_or_in_12_bits(tmp_path: Path) -> None:
    deep = struct.pack("<2H", 0, 60000)
    dark = colors(decode(tiff(tmp_path / "w.tif", 16, 0, 2, deep)).pixels)
    np.testing.assert_allclose(dark[0, :, 0], [1, 1 - 60000 / 65535], atol=1e-6)
    light = colors(decode(tiff(tmp_path / "b.tif", 16, 1, 2, deep)).pixels)
    np.testing.assert_allclose(light[0, :, 0], [0, 60000 / 65535], atol=1e-6)
    packed = colors(decode(tiff(tmp_path / "p.tif", 12, 1, 2, bytes([0x80, 0x0F, 0xFF]))).pixels)
    np.testing.assert_allclose(packed[0, :, 0], [0x800 / 0xFFF, 1], atol=1e-6)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "webp"])
def test_every_orientation_is_turned_upright(tmp_path: Path, orientation: int, suffix: str) -> None:
    """Red top left, green top right, blue bottom left; stored the way each number says."""
    upright = np.zeros((16, 32, 3), np.uint8)
    upright[:8, :16], upright[:8, 16:], upright[8:, :16] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    turn = Image.Transpose
    undo = [
        None,
        turn.FLIP_LEFT_RIGHT,
        turn.ROTATE_180,
        turn.FLIP_TOP_BOTTOM,
        turn.TRANSPOSE,
        turn.ROTATE_90,
        turn.TRANSVERSE,
    ]
    undo.append(turn.ROTATE_270)
    how = undo[orientation - 1]
    image = Image.fromarray(upright)
    exif = Image.Exif()
    exif[274] = orientation
    pixels = saved(tmp_path / f"a.{suffix}", image if how is None else image.transpose(how), exif=exif, quality=95)
    assert pixels.shape == (16, 32, 3)
    assert pixels.flags.c_contiguous
    corners = {(3, 7): (1, 0, 0), (3, 24): (0, 1, 0), (12, 7): (0, 0, 1), (12, 24): (0, 0, 0)}
    for (row, column), expected in corners.items():
        np.testing.assert_allclose(pixels[row, column], expected, atol=0.1)


@pytest.mark.parametrize("suffix", ["gif", "webp", "png", "avif", "tif"])
def test_only_the_first_frame_counts_and_it_is_said(tmp_path: Path, suffix: str) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "lime")]
    frames[0].save(tmp_path / f"a.{suffix}", save_all=True, append_images=frames[1:])
    decoded = decode(tmp_path / f"a.{suffix}")
    np.testing.assert_allclose(colors(decoded.pixels)[8, 8], [1, 0, 0], atol=0.03)
    assert decoded.note == ("several pages, first page used" if suffix == "tif" else "animated, first frame used")
    frames[0].save(tmp_path / f"b.{suffix}")
    assert decode(tmp_path / f"b.{suffix}").note is None
