"""Reading a picture at any place; coordinates are those of `inrcodec.numerics.foreground`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inrcodec.numerics.arrays import FloatArray


def outside(where: FloatArray, height: int, width: int) -> NDArray[np.bool_]:
    """Which places (..., 2) lie beyond a picture's border."""
    longer = max(height, width)
    return np.asarray((np.abs(where) > np.array([height / longer, width / longer], np.float32)).any(axis=-1))


def mirrored(where: FloatArray, height: int, width: int) -> FloatArray:
    """Places (..., 2) beyond a picture's border as the ones that they are mirror images of."""
    halves = np.array([height, width], np.float32) / max(height, width)
    return np.asarray(np.abs((where - halves) % (4 * halves) - 2 * halves) - halves, dtype=np.float32)


def sample(picture: FloatArray, where: FloatArray, background: FloatArray | None) -> FloatArray:
    """A picture (height, width, channels) read bilinearly at (..., 2).

    Outside it is all `background` (channels,); without one its mirror image.
    """
    height, width, channels = picture.shape
    half = max(height, width) / 2
    if background is None:
        where, background = mirrored(where, height, width), np.zeros(channels, np.float32)
        where = np.clip(where, *((sign * (np.array([height, width]) - 1) / (2 * half)) for sign in (-1, 1)))
    framed = np.empty((height + 3, width + 3, channels), dtype=np.float32)
    framed[:] = background
    framed[1:-2, 1:-2] = picture
    y = np.clip(where[..., 0] * half + height / 2 + 0.5, 0, height + 1)
    x = np.clip(where[..., 1] * half + width / 2 + 0.5, 0, width + 1)
    top, left = y.astype(np.int64), x.astype(np.int64)
    low, high = (y - top)[..., None], (x - left)[..., None]
    flat, first = framed.reshape(-1, channels), top * (width + 3) + left
    upper = flat[first] + (flat[first + 1] - flat[first]) * high
    lower = flat[first + width + 3] + (flat[first + width + 4] - flat[first + width + 3]) * high
    return np.asarray(upper + (lower - upper) * low, dtype=np.float32)
