"""The ENDS chunk: how near to an end of the scale a pixel is drawn at that end."""

from __future__ import annotations

from inrcodec.errors import CorruptFileError
from inrcodec.numerics.ends import LARGEST_TOLERANCE


def encode_ends(tolerance: int) -> bytes:
    """The payload of ENDS, from 1 to LARGEST_TOLERANCE levels."""
    return bytes([tolerance])


def decode_ends(payload: bytes) -> int:
    """The inverse of `encode_ends`."""
    if len(payload) != 1 or not 1 <= payload[0] <= LARGEST_TOLERANCE:
        raise CorruptFileError(f"ends: no tolerance from 1 to {LARGEST_TOLERANCE}")
    return payload[0]
