"""Arrays as the bytes of a .npy file."""

from __future__ import annotations

import io

import numpy as np

from inrcodec.numerics.arrays import FloatArray


def as_npy(values: FloatArray) -> bytes:
    """The bytes of a .npy file."""
    stream = io.BytesIO()
    np.save(stream, values, allow_pickle=False)
    return stream.getvalue()
