"""The tIME chunk: how long every image, or every frame of a clip, is shown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inrcodec.bitstream.deflate import deflate, inflate
from inrcodec.errors import CorruptFileError

MICROSECONDS = 1_000_000
LONGEST = (1 << 32) - 1  # microseconds: more than an hour


def encode_times(seconds: Sequence[float]) -> bytes:
    """The payload of tIME, rounded to microseconds."""
    whole = np.clip(np.rint(np.array(seconds, dtype=np.float64) * MICROSECONDS), 1, LONGEST)
    return deflate(whole.astype("<u4").tobytes())


def decode_times(payload: bytes, images: int) -> tuple[float, ...]:
    """Seconds of each of that many images."""
    plain = inflate(payload, 4 * images, "times")
    if len(plain) != 4 * images:
        raise CorruptFileError(f"times: {len(plain)} bytes for {images} images")
    whole = np.frombuffer(plain, "<u4")
    if images and not whole.min():
        raise CorruptFileError("times: an image is shown for no time")
    return tuple(float(one) / MICROSECONDS for one in whole)
