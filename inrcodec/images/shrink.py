"""Making pictures smaller by area: every new pixel is the exact mean of the patch of old pixels that it covers."""

from __future__ import annotations

import math

import numpy as np

from inrcodec.numerics.arrays import Pixels


def shrunk(pixels: Pixels, longest: int) -> Pixels:
    """A picture whose longer side is at most `longest`, in the same proportions; a smaller one is left alone."""
    height, width = pixels.shape[:2]
    if max(height, width) <= longest:
        return pixels
    scale = longest / max(height, width)
    rows, columns = max(1, round(height * scale)), max(1, round(width * scale))
    across = _fewer_rows(np.ascontiguousarray(_fewer_rows(pixels, rows).swapaxes(0, 1)), columns)
    return np.clip(np.ascontiguousarray(across.swapaxes(0, 1)), 0, 1)


def _fewer_rows(pixels: Pixels, rows: int) -> Pixels:
    """(height, width, channels) to (rows, width, channels); a row on a border counts in both by its share."""
    height = pixels.shape[0]
    if rows == height:
        return pixels
    result = np.empty((rows, *pixels.shape[1:]), np.float32)
    for row in range(rows):
        top, bottom = row * height / rows, (row + 1) * height / rows
        first, last = math.floor(top), min(height, math.ceil(bottom))
        cells = np.arange(first, last)
        shares = np.minimum(cells + 1, bottom) - np.maximum(cells, top)
        result[row] = np.tensordot((shares / shares.sum()).astype(np.float32), pixels[first:last], axes=1)
    return result
