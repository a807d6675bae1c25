"""The POSE chunk: four small integers per image, where a set's drawings are fitted in frames of their own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.deflate import deflate, inflate
from inrcodec.errors import CorruptFileError

NUMBERS = 4  # center down, center across, log scale, turn
Codes = npt.NDArray[np.int8]


def encode_poses(codes: Codes) -> bytes:
    """The payload of POSE from int8 (images, 4)."""
    return deflate(codes.T.tobytes())


def decode_poses(payload: bytes, images: int) -> Codes:
    """The inverse of `encode_poses`."""
    plain = inflate(payload, NUMBERS * images, "poses")
    if len(plain) != NUMBERS * images:
        raise CorruptFileError(f"poses: {len(plain)} bytes for {images} images")
    return np.frombuffer(plain, dtype=np.int8).reshape(NUMBERS, images).T
