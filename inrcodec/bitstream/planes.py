"""Where the cells of a block's images lie in memory, and in which order they are coded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.context import MARGIN
from inrcodec.settings import Level

Ints = npt.NDArray[np.int64]
Indices = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Planes:
    """One level of all images of a block: each image's plane, with a margin of zeros, lies in one flat buffer.

    Cells are listed in coding order: by wave (column + 2 * row + the image's delay), then image, then row. Cells of one
    wave do not see each other, so they are coded together.
    """

    places: Indices  # (cells,) index of each cell in a channel's buffer
    images: Indices  # (cells,) number of its image within the block
    rows: Indices  # (cells,)
    columns: Indices  # (cells,)
    waves: Ints  # (waves + 1,) where each wave starts
    corners: Ints  # (images,) index of each image's first cell
    strides: Ints  # (images,) distance between rows of its plane
    size: int  # length of a channel's buffer

    def neighbors(self, offsets: Sequence[tuple[int, int]], cells: slice) -> Ints:
        """Indices (cells, offsets) of the neighbors at (down, across) of the given cells."""
        down, across = np.array(offsets, dtype=np.int64).T
        if self.even:
            away = down * self.strides[0] + across
        else:
            away = down * self.strides[self.images[cells]][:, None] + across
        indices: Ints = self.places[cells, None] + away
        return indices

    @cached_property
    def even(self) -> bool:
        """Whether all images have rows of one length."""
        return bool((self.strides == self.strides[0]).all())

    def coarser(self, planes: Planes, steps: int, cells: slice) -> Ints:
        """Indices (cells,) of the cells of a level `steps` halvings coarser that cover the given cells of this one."""
        images, rows, columns = self.images[cells], self.rows[cells], self.columns[cells]
        indices: Ints = planes.corners[images] + (rows >> steps) * planes.strides[images] + (columns >> steps)
        return indices


def lay_out(level: Level, shapes: Sequence[tuple[int, int]], delays: Sequence[int] = ()) -> Planes:
    """The planes of a level for images of the given (height, width); small integers, as there may be 2**26 cells.

    delays: waves that images come later, below 64; none without.
    """
    cells = [(level.cells(height), level.cells(width)) for height, width in shapes]
    starts = np.cumsum([0, *((down + 2 * MARGIN) * (across + 2 * MARGIN) for down, across in cells)])
    strides = np.array([across + 2 * MARGIN for _, across in cells], dtype=np.int64)
    corners = starts[:-1] + MARGIN * strides + MARGIN
    images = np.repeat(np.arange(len(cells), dtype=np.uint8), [down * across for down, across in cells])
    rows = np.concatenate([np.repeat(np.arange(down, dtype=np.int16), across) for down, across in cells])
    columns = np.concatenate([np.tile(np.arange(across, dtype=np.int16), down) for down, across in cells])
    waves = columns.astype(np.uint16) + 2 * rows.astype(np.uint16)  # below 3 * 16,384
    if any(delays):
        waves += np.array(delays, dtype=np.uint16)[images]
    bounds = np.append(0, np.cumsum(np.bincount(waves)))
    places = rows * strides.astype(np.int32)[images]
    places += corners.astype(np.int32)[images]
    places += columns
    order = np.argsort(waves, kind="stable").astype(np.int32)  # images and rows are in order already
    return Planes(
        places=places[order],
        images=images[order],
        rows=rows[order],
        columns=columns[order],
        waves=bounds,
        corners=corners,
        strides=strides,
        size=int(starts[-1]),
    )
