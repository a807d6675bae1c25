"""Where the cells of a block's images lie in memory, and in which order they are coded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.context import MARGIN
from inrcodec.settings import Level

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Planes:
    """One level of all images of a block: each image's plane, with a margin of zeros, lies in one flat buffer.

    Cells are listed in coding order: by wave (column + 2 * row), then image, then row. Cells of one wave do not
    see each other, so they are coded together.
    """

    places: Ints  # (cells,) index of each cell in a channel's buffer
    strides: Ints  # (cells,) distance between rows of its plane
    images: Ints  # (cells,) number of its image within the block
    rows: Ints  # (cells,)
    columns: Ints  # (cells,)
    waves: Ints  # (waves + 1,) where each wave starts
    corners: Ints  # (images,) index of each image's first cell
    size: int  # length of a channel's buffer

    def neighbours(self, offsets: Sequence[tuple[int, int]], cells: slice = slice(None)) -> Ints:
        """Indices (cells, offsets) of the neighbours at (down, across) of the given cells."""
        down, across = np.array(offsets, dtype=np.int64).T
        indices: Ints = self.places[cells, None] + down * self.strides[cells, None] + across
        return indices

    def coarser(self, planes: Planes, steps: int) -> Ints:
        """Indices (cells,) of the cells of a level `steps` halvings coarser that cover the cells of this one."""
        strides = np.zeros(len(planes.corners), dtype=np.int64)
        strides[planes.images] = planes.strides
        first = planes.corners[self.images]
        indices: Ints = first + (self.rows >> steps) * strides[self.images] + (self.columns >> steps)
        return indices


def lay_out(level: Level, shapes: Sequence[tuple[int, int]]) -> Planes:
    """The planes of a level for images of the given (height, width)."""
    cells = [(level.cells(height), level.cells(width)) for height, width in shapes]
    starts = np.cumsum([0, *((down + 2 * MARGIN) * (across + 2 * MARGIN) for down, across in cells)])
    images = np.repeat(np.arange(len(cells)), [down * across for down, across in cells])
    rows = np.concatenate([np.repeat(np.arange(down), across) for down, across in cells])
    columns = np.concatenate([np.tile(np.arange(across), down) for down, across in cells])
    widths = np.array([across + 2 * MARGIN for _, across in cells], dtype=np.int64)
    corners = starts[:-1] + MARGIN * widths + MARGIN
    waves = columns + 2 * rows
    order = np.lexsort((rows, images, waves))
    bounds = np.searchsorted(waves[order], np.arange(int(waves.max()) + 2))
    places = corners[images] + rows * widths[images] + columns
    size = int(starts[-1])
    listed = places[order], widths[images][order], images[order], rows[order], columns[order]
    return Planes(*listed, bounds, corners, size)
