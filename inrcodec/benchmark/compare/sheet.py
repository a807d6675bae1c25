"""All pictures of a set in one picture, as sprite sheets are made, and out of it again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inrcodec.exporters.sheets import SheetLayout, plan_sheet
from inrcodec.numerics.arrays import BytePixels


def plan_tiles(pictures: Sequence[BytePixels]) -> SheetLayout:
    """The layout that `decode --sheet` would choose."""
    return plan_sheet([(picture.shape[1], picture.shape[0]) for picture in pictures])


def tiled(pictures: Sequence[BytePixels], layout: SheetLayout) -> BytePixels:
    """One picture (height, width, channels) of all; each sits in the top left of its cell.

    The rest of a cell repeats the picture's borders, which costs a codec least; cells that stay empty are white, or
    clear where there is alpha.
    """
    channels = pictures[0].shape[2]
    sheet = np.full((layout.height, layout.width, channels), 255, np.uint8)
    sheet[..., 3:] = 0
    for number, picture in enumerate(pictures):
        top, left = _corner(number, layout)
        missing = (0, layout.cell_height - picture.shape[0]), (0, layout.cell_width - picture.shape[1]), (0, 0)
        cell = np.pad(picture, missing, mode="edge")
        sheet[top : top + layout.cell_height, left : left + layout.cell_width] = cell
    return sheet


def cut(sheet: BytePixels, layout: SheetLayout, sizes: Sequence[tuple[int, int]]) -> list[BytePixels]:
    """The pictures of these (height, width) out of a sheet."""
    corners = [_corner(number, layout) for number in range(len(sizes))]
    return [
        sheet[top : top + height, left : left + width]
        for (top, left), (height, width) in zip(corners, sizes, strict=True)
    ]


def _corner(number: int, layout: SheetLayout) -> tuple[int, int]:
    """Top and left of a cell in pixels."""
    row, column = divmod(number, layout.columns)
    return row * layout.cell_height, column * layout.cell_width
