"""Ends of the scale met exactly: white stays white, and nothing stays nothing, where a picture comes close to it."""

from __future__ import annotations

import numpy as np

from inrcodec.numerics.arrays import Pixels

LARGEST_TOLERANCE = 16  # in levels of 8 bits


def met(pixels: Pixels, tolerance: int, *, white: bool = True) -> Pixels:
    """Pixels (height, width, 3 or 4), premultiplied, in [0, 1]; those near an end of the scale are moved to it.

    tolerance: how many levels of 8 bits count as near; 0: none, and the pixels come back as they are. white: whether
    what is near white is moved, too; an image that has nearly white parts and no white ones wants to keep them.
    """
    if not tolerance:
        return pixels
    near = np.float32((tolerance + 0.5) / 255)
    result = pixels.copy()
    for line, moved in zip(pixels, result, strict=True):  # of a large picture, masks would take as much again
        if white:
            moved[(line >= 1 - near).all(axis=1)] = 1.0
        if pixels.shape[2] == 4:
            moved[line[:, 3] >= 1 - near, 3] = 1.0
            moved[line[:, 3] <= near] = 0.0
    return result
