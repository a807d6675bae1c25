"""Where samples and cells lie: cell-centre grids in [-1, 1] and the matrices that interpolate between them (numpy only)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]


def cell_centres(count: int) -> FloatArray:
    """Centres of `count` equal cells that fill [-1, 1], shape (count,).

    The K sub-samples per pixel of an n-pixel axis are the centres of n * K cells: a pixel is an area, not a point.
    """
    return ((2.0 * np.arange(count) + 1.0) / count - 1.0).astype(np.float32)


@lru_cache(maxsize=512)
def interpolation_matrix(positions: int, cells: int) -> FloatArray:
    """Rows that read `positions` cell centres out of `cells` cells by cubic convolution, shape (positions, cells).

    Keys, "Cubic convolution interpolation for digital image processing" (1981), a = -1/2; cells beyond the border
    repeat the last one, so every row sums to 1. The matrix is cached and read-only.
    """
    place = (np.arange(positions) + 0.5) * (cells / positions) - 0.5
    first = np.floor(place).astype(np.int64)
    matrix = np.zeros((positions, cells))
    for offset in (-1, 0, 1, 2):
        column = np.clip(first + offset, 0, cells - 1)
        np.add.at(matrix, (np.arange(positions), column), _keys(place - (first + offset)))
    frozen = matrix.astype(np.float32)
    frozen.setflags(write=False)
    return frozen


def _keys(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cubic convolution kernel at `distance` cells, for |distance| <= 2."""
    near = np.abs(distance)
    inner = (1.5 * near - 2.5) * near**2 + 1.0
    outer = ((-0.5 * near + 2.5) * near - 4.0) * near + 2.0
    return np.where(near <= 1.0, inner, outer)


def footprint_samples(native: int, requested: int, footprint: int) -> int:
    """Sub-samples per output pixel and axis, so that no output grid samples the field more coarsely than it was fitted."""
    return max(1, -(-native * footprint // requested))
