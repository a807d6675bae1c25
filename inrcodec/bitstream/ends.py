"""The ENDS chunk: how near to an end of the scale a pixel is drawn at that end, and whether near white is white."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inrcodec.errors import CorruptFileError
from inrcodec.numerics.ends import LARGEST_TOLERANCE


@dataclass(frozen=True)
class Ends:
    """Of a set of images.

    tolerance: 1 to LARGEST_TOLERANCE levels of 8 bits; 0 where nothing is moved.
    white: (images,), whether an image's pixels near white are drawn white; None: all images' are.
    """

    tolerance: int = 0
    white: tuple[bool, ...] | None = None

    def whitens(self, number: int) -> bool:
        """Whether that image's pixels near white are drawn white."""
        return self.white is None or self.white[number]

    def of(self, white: Sequence[bool]) -> Ends:
        """The same tolerance for other images, of which some are whitened."""
        return Ends(self.tolerance, None if all(white) else tuple(white))


def encode_ends(ends: Ends) -> bytes:
    """The payload of ENDS."""
    kept = b"" if ends.white is None else np.packbits(ends.white, bitorder="little").tobytes()
    return bytes([ends.tolerance]) + kept


def decode_ends(payload: bytes, images: int) -> Ends:
    """The inverse of `encode_ends`, for a set of that many images."""
    if not payload or not 1 <= payload[0] <= LARGEST_TOLERANCE:
        raise CorruptFileError(f"ends: no tolerance from 1 to {LARGEST_TOLERANCE}")
    if len(payload) == 1:
        return Ends(payload[0])
    if len(payload) != 1 + (images + 7) // 8:
        raise CorruptFileError(f"ends: {len(payload)} bytes for {images} images")
    bits: npt.NDArray[np.uint8] = np.unpackbits(np.frombuffer(payload, np.uint8, offset=1), bitorder="little")
    if bits[images:].any() or bits[:images].all():
        raise CorruptFileError("ends: bits of images that are not there, or of all of them")
    return Ends(payload[0], tuple(map(bool, bits[:images])))
