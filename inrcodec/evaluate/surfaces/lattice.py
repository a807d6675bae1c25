"""Cells of a lattice that the surface of a field may pass through: coarse ones first, halved only near the surface."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Function = Callable[[NDArray[np.float64]], NDArray[np.floating]]  # of coordinates (count, 3) in [-1, 1]: (count,)
Cells = NDArray[np.int64]  # numbers along x, y and z, (count, 3)
COARSEST = 8  # cells of the finest lattice along a side of a coarsest one
LEAST_COARSE = 24  # along the box: fewer would see too little of it
STEEPER = 1.25  # than what differences between coarse cells show
HALVES = np.stack(np.meshgrid(*[[0, 1]] * 3, indexing="ij"), axis=-1).reshape(8, 3)


def near_surface(function: Function, cells: int, finest: int = 1, margin: float = 1.0) -> Cells:
    """Blocks of `finest` cells a side, of a lattice of `cells` a side, in which a field of limited slope may be 0.

    The field below 0 counts as inside; blocks at the border of the box that may be inside belong to it, too, so that a
    surface which reaches the box can be closed there. margin: on how steep the field may be.
    """
    size = finest * 2 ** round(math.log2(COARSEST / finest))
    while size > finest and math.ceil(cells / size) < LEAST_COARSE:
        size //= 2
    count = math.ceil(cells / size)
    blocks = np.stack(np.meshgrid(*[np.arange(count)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    values = function(_centers(blocks, size, cells))
    steepest = STEEPER * margin * _steepest(values.reshape(count, count, count), 2 * size / cells)
    while True:
        reach = steepest * math.sqrt(3) * size / cells  # to the corners of a block
        last = math.ceil(cells / size) - 1
        border = ((blocks == 0) | (blocks == last)).any(axis=1)
        blocks = blocks[(np.abs(values) <= reach) | (border & (values <= reach))]
        if size == finest:
            return np.asarray(blocks, dtype=np.int64)
        size //= 2
        blocks = (2 * blocks[:, None] + HALVES).reshape(-1, 3)
        blocks = blocks[(blocks * size < cells).all(axis=1)]
        values = function(_centers(blocks, size, cells))


def _centers(blocks: Cells, size: int, cells: int) -> NDArray[np.float64]:
    """Coordinates of the middle of blocks; those that stick out of the box are looked at in the box."""
    return np.minimum(2 * (blocks + 0.5) * size / cells - 1, 1.0)


def _steepest(values: NDArray[np.floating], width: float) -> float:
    """The longest gradient that differences of neighbors show, of values (x, y, z)."""
    slopes = np.gradient(values.astype(np.float64), width)
    longest = float(np.sqrt(sum(np.square(slope) for slope in slopes)).max())
    return longest or 1.0
