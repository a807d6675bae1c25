"""Pictures that several files of tests write, by Pillow or by hand."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from inrcodec.images.decode import decode
from inrcodec.numerics.arrays import FloatArray, colors

SIDE = 8
COLOURS = np.random.default_rng(7).integers(0, 256, (SIDE, SIDE + 3, 3), np.uint8)
GREYS = np.arange(SIDE * SIDE, dtype=np.uint16).reshape(SIDE, SIDE) * 1040  # 0 ... 65520


def png(
    path: Path, width: int, height: int, depth: int, kind: int, rows: list[bytes], *extra: tuple[bytes, bytes]
) -> Path:
    """A PNG written by hand, for what Pillow does not write."""

    def chunk(name: bytes, payload: bytes) -> bytes:
        return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", zlib.crc32(name + payload))

    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)), *extra]
    parts += [(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows))), (b"IEND", b"")]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts))
    return path


def saved(path: Path, image: Image.Image, **options: Any) -> FloatArray:
    image.save(path, **options)
    return colors(decode(path).pixels)
