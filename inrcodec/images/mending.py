"""Files whose pixels are whole, but not what stands beside them: the same picture without it."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import numpy as np
from PIL import Image

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
JPEG_START, JPEG_END = b"\xff\xd8", b"\xff\xd9"
SCAN = 0xDA  # what follows is coded pixels
DROPPED = (*range(0xE1, 0xEE), 0xEF, 0xFE)  # APP1 to APP15 but for APP14, which tells what channels are; comments
TAILS = (b"", b"\x55\xaa" * 4096)  # coded pixels that are all there do not ask what comes next
MOST_BYTES = 1 << 28  # of a file that is looked into


def mended(blob: bytes) -> bytes | None:
    """The same picture without text, profiles and the like, and with an end; None where it is of no kind that has such.

    A JPEG that lacks more than its last marker is not mended: its lower part would be made up.
    """
    if blob.startswith(PNG_SIGNATURE):
        return PNG_SIGNATURE + b"".join(_png_chunks(blob))
    if blob.startswith(JPEG_START):
        return _ended(b"".join(_jpeg_segments(blob)))
    return None


def _png_chunks(blob: bytes) -> Iterator[bytes]:
    """The chunks that pixels are made of, up to the end or to what is cut off."""
    at = len(PNG_SIGNATURE)
    while at + 12 <= len(blob):
        (length,) = struct.unpack_from(">I", blob, at)
        chunk = blob[at : at + 12 + length]
        if chunk[4:8] in PNG_KEPT:
            yield chunk
        if chunk[4:8] == b"IEND":
            return
        at += len(chunk)


def _jpeg_segments(blob: bytes) -> Iterator[bytes]:
    """What stands before the first scan without metadata, and all from there on."""
    yield JPEG_START
    at = len(JPEG_START)
    while at + 4 <= len(blob) and blob[at] == 0xFF and blob[at + 1] != SCAN:
        (length,) = struct.unpack_from(">H", blob, at + 2)
        if blob[at + 1] not in DROPPED:
            yield blob[at : at + 2 + length]
        at += 2 + length
    yield blob[at:]


def _ended(blob: bytes) -> bytes | None:
    """A JPEG with its end marker, where its pixels are the same whatever stands before that."""
    if JPEG_END in blob[-64:]:
        return blob
    drawn = []
    for tail in TAILS:
        with Image.open(io.BytesIO(blob + tail + JPEG_END), formats=("JPEG",)) as image:
            drawn.append(np.asarray(image))
    return blob + JPEG_END if np.array_equal(drawn[0], drawn[1]) else None
