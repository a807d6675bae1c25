"""Pixels are whole, and what stands beside them is odd, damaged or large: the picture comes in."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inrcodec.images.decode import Unreadable, decode
from inrcodec.numerics.arrays import colors

PICTURE = Image.fromarray(np.random.default_rng(3).integers(0, 256, (4, 5, 3), np.uint8)).resize((40, 32))


def encoded(kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    PICTURE.save(stream, kind, **options)  # type: ignore[arg-type]
    return stream.getvalue()


def png_with(name: bytes, payload: bytes, checksum: int | None = None) -> bytes:
    sum_ = zlib.crc32(name + payload) if checksum is None else checksum
    chunk = struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", sum_)
    return encoded("PNG")[:33] + chunk + encoded("PNG")[33:]


def jpeg_with(payload: bytes, marker: int = 0xE1) -> bytes:
    whole = encoded("JPEG", quality=95)
    return whole[:2] + bytes((255, marker)) + struct.pack(">H", len(payload) + 2) + payload + whole[2:]


LARGE = zlib.compress(bytes(70 << 20))  # more text than Pillow takes
ODD = {
    "exif-no-header.png": png_with(b"eXIf", b"\0\x08\0\x02\x01\x12\0\x03junk"),
    "exif-three-bytes.png": png_with(b"eXIf", b"II*"),
    "exif-checksum.png": png_with(b"eXIf", b"II*\0", 0),
    "text-bomb.png": png_with(b"zTXt", b"Comment\0\0" + LARGE),
    "profile-bomb.png": png_with(b"iCCP", b"icc\0\0" + LARGE),
    "density.png": png_with(b"pHYs", b"\0"),
    "exif-empty.jpg": jpeg_with(b"Exif\0\0"),
    "exif-garbage.jpg": jpeg_with(b"Exif\0\0garbage garbage"),
    "pictures-broken.jpg": jpeg_with(b"MPF\0II*\0\x08\0\0\0\x01\0\x01\xb0\x04\0\x05\0\0\0", 0xE2),
    "profile-broken.jpg": jpeg_with(b"ICC_PROFILE\0\x01\x01nonsense", 0xE2),
    "exif-garbage.webp": encoded("WEBP", lossless=True, exif=b"Exif\0\0garbage"),
    "no-end-chunk.png": encoded("PNG")[:-12],
    "more-behind.png": encoded("PNG") + b"PK\3\4" + b"x" * 999,
    "no-end-marker.jpg": encoded("JPEG", quality=95)[:-2],
    "no-end-marker-progressive.jpg": encoded("JPEG", quality=95, progressive=True)[:-2],
}


@pytest.mark.parametrize("name", ODD)
def test_the_picture_comes_in(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(ODD[name])
    decoded = decode(path)
    assert np.abs(colors(decoded.pixels) * 255 - np.asarray(PICTURE)).max() < 40
    assert decoded.file_bytes == len(ODD[name])


def test_what_was_left_out_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(ODD["text-bomb.png"])
    assert decode(tmp_path / "a.png").note == "damaged metadata left out"
    (tmp_path / "b.jpg").write_bytes(ODD["profile-broken.jpg"])
    assert "profile" in str(decode(tmp_path / "b.jpg").note)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_that_lacks_pixels_is_not_made_up(progressive: bool, tmp_path: Path) -> None:
    whole = encoded("JPEG", quality=95, progressive=progressive)
    (tmp_path / "a.jpg").write_bytes(whole[: len(whole) * 3 // 4])
    with pytest.raises(Unreadable, match="truncated"):
        decode(tmp_path / "a.jpg")


def test_a_png_that_lacks_pixels_is_not_made_up(tmp_path: Path) -> None:
    whole = encoded("PNG")
    (tmp_path / "a.png").write_bytes(whole[: len(whole) * 3 // 4])
    with pytest.raises(Unreadable):
        decode(tmp_path / "a.png")
