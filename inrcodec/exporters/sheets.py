"""Many pictures tiled into one: a sheet of equal cells, row by row, each picture centered in its own."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inrcodec.exporters.levels import AnyPixels, as_bytes


@dataclass(frozen=True)
class SheetLayout:
    """Where the cells of a sheet lie; all numbers but `columns` and `rows` are pixels."""

    columns: int
    rows: int
    cell_width: int
    cell_height: int

    @property
    def width(self) -> int:
        return self.columns * self.cell_width

    @property
    def height(self) -> int:
        return self.rows * self.cell_height


def plan_sheet(sizes: Iterable[tuple[int, int]], columns: int | None = None) -> SheetLayout:
    """The layout for pictures of these (width, height) sizes; as square as it goes unless `columns` is given."""
    widths, heights = zip(*sizes, strict=True)
    cell_width, cell_height, count = max(widths), max(heights), len(widths)
    if columns is None:
        columns = max(1, math.ceil(math.sqrt(count * cell_height / cell_width)))
    columns = min(columns, count)
    return SheetLayout(columns, -(-count // columns), cell_width, cell_height)


def draw_sheet(layout: SheetLayout, pictures: Iterable[AnyPixels], channels: int) -> NDArray[np.uint8]:
    """The sheet, (height, width, channels), 8 bits; the background is white, and transparent when there is alpha."""
    sheet = np.full((layout.height, layout.width, channels), 255, dtype=np.uint8)
    if channels == 4:
        sheet[..., 3] = 0
    for number, picture in enumerate(pictures):
        height, width = picture.shape[:2]
        top = number // layout.columns * layout.cell_height + (layout.cell_height - height) // 2
        left = number % layout.columns * layout.cell_width + (layout.cell_width - width) // 2
        sheet[top : top + height, left : left + width] = as_bytes(picture)
    return sheet
