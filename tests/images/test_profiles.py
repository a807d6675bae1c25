"""Pictures with a color profile have the colors that a viewer shows."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from inrcodec.images.decode import decode
from inrcodec.numerics.arrays import colors

SRGB = ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))
WIDE = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))


def fixed(number: float) -> bytes:
    return struct.pack(">i", round(number * 65536))


def profile(primaries: tuple[tuple[float, ...], ...] | None, gamma: float) -> bytes:
    """An ICC profile of three primaries, or of gray, with one gamma for all channels."""

    def xyz(values: tuple[float, ...]) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(map(fixed, values))

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    tags = [(b"desc", b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + b"\0" * 78)]
    tags += [(b"cprt", b"text\0\0\0\0none\0\0\0\0"), (b"wtpt", xyz((0.9642, 1, 0.8249)))]
    if primaries is None:
        tags.append((b"kTRC", curve))
    else:
        tags += [(name, xyz(values)) for name, values in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries, strict=True)]
        tags += [(name, curve) for name in (b"rTRC", b"gTRC", b"bTRC")]
    offset, table, body = 132 + 12 * len(tags), b"", b""
    for name, value in tags:
        padded = value + b"\0" * (-len(value) % 4)
        table += struct.pack(">4sII", name, offset + len(body), len(padded))
        body += padded
    space = b"GRAY" if primaries is None else b"RGB "
    head = struct.pack(">I4sI4s4s4s", offset + len(body), b"none", 0x02100000, b"mntr", space, b"XYZ ")
    head += struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28 + fixed(0.9642) + fixed(1) + fixed(0.8249)
    return head + b"\0" * 48 + struct.pack(">I", len(tags)) + table + body


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "tif", "avif"])
def test_colors_are_those_that_a_viewer_shows(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{suffix}"
    source = Image.new("RGB", (12, 12), (230, 60, 60))
    source.save(path, icc_profile=profile(WIDE, 2.2), quality=100)
    known = ImageCms.ImageCmsProfile(io.BytesIO(profile(WIDE, 2.2)))
    shown = ImageCms.profileToProfile(source, known, ImageCms.createProfile("sRGB"))
    assert shown is not None
    decoded = decode(path)
    np.testing.assert_allclose(colors(decoded.pixels)[5, 5] * 255, np.array(shown.getpixel((5, 5))), atol=8)
    assert np.abs(colors(decoded.pixels)[5, 5] * 255 - (230, 60, 60)).max() > 15
    assert decoded.note is None


def test_a_spelling_of_srgb_changes_nothing(tmp_path: Path) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (8, 8, 3), np.uint8)
    blob = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(pixels).save(tmp_path / "a.png", icc_profile=blob)
    np.testing.assert_array_equal(decode(tmp_path / "a.png").pixels, pixels)


def test_alpha_stays_and_turning_too(tmp_path: Path) -> None:
    pixels = np.full((4, 8, 4), (230, 60, 60, 255), np.uint8)
    pixels[:, :3, 3] = 0
    exif = Image.Exif()
    exif[274] = 6
    Image.fromarray(pixels).save(tmp_path / "a.png", icc_profile=profile(WIDE, 2.2), exif=exif)
    decoded = colors(decode(tmp_path / "a.png").pixels)
    assert decoded.shape == (8, 4, 4)
    assert decoded[:3, :, 3].max() == 0
    assert decoded[4, 0, 1] * 255 < 45


def test_a_palette_and_gray(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8), (230, 60, 60)).quantize(4).save(tmp_path / "p.png", icc_profile=profile(WIDE, 2.2))
    assert colors(decode(tmp_path / "p.png").pixels)[0, 0, 1] * 255 < 45
    Image.new("L", (8, 8), 128).save(tmp_path / "l.png", icc_profile=profile(None, 1.0))
    lighter = colors(decode(tmp_path / "l.png").pixels)[0, 0] * 255
    np.testing.assert_allclose(lighter, 188, atol=2)  # of light in proportion


@pytest.mark.parametrize("blob", [b"nonsense", profile(None, 1.8)], ids=["nonsense", "of gray"])
def test_a_profile_that_cannot_be_followed_is_said(blob: bytes, tmp_path: Path) -> None:
    Image.new("RGB", (8, 8), (230, 60, 60)).save(tmp_path / "a.png", icc_profile=blob)
    decoded = decode(tmp_path / "a.png")
    assert "profile" in str(decoded.note)
    assert colors(decoded.pixels)[0, 0].tolist() == pytest.approx([230 / 255, 60 / 255, 60 / 255])


def test_more_than_8_bits_are_taken_as_they_are(tmp_path: Path) -> None:
    deep = Image.fromarray(np.full((4, 4), 30000, np.uint16))
    deep.save(tmp_path / "a.tif", icc_profile=profile(None, 1.8))
    decoded = decode(tmp_path / "a.tif")
    assert "8 bits" in str(decoded.note)
    np.testing.assert_allclose(colors(decoded.pixels)[0, 0], 30000 / 65535, atol=1e-4)
