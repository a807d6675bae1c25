"""Pixels as characters: the upper half block shows two pixels, one as its ink and one as its ground."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from inrcodec.numerics.arrays import Pixels

Levels = NDArray[np.uint8]
GROUND = (38, 41, 48)  # behind what is transparent


def levels_of(pixels: Pixels) -> Levels:
    """8 bits (height, width, 3) from colours in [0, 1], premultiplied when there are 4 channels."""
    colours = pixels[..., :3]
    if pixels.shape[2] == 4:
        colours = colours + (1.0 - pixels[..., 3:]) * np.array(GROUND, np.float32) / np.float32(255)
    return np.rint(np.clip(colours, 0.0, 1.0) * 255).astype(np.uint8)


def line(levels: Levels, row: int) -> list[Segment]:
    """The character row of pixel rows 2 row and 2 row + 1."""
    upper = levels[2 * row].tolist()
    lower = levels[2 * row + 1].tolist() if 2 * row + 1 < len(levels) else upper
    runs = groupby(zip(map(tuple, upper), map(tuple, lower), strict=True))
    return [
        Segment((" " if one == other == GROUND else "▀") * len(list(run)), _style(*one, *other))
        for (one, other), run in runs
    ]


@lru_cache(maxsize=1 << 16)
def _style(red: int, green: int, blue: int, under_red: int, under_green: int, under_blue: int) -> Style:
    return Style(color=Color.from_rgb(red, green, blue), bgcolor=Color.from_rgb(under_red, under_green, under_blue))


def fitted(width: int, height: int, columns: int, rows: int) -> tuple[int, int]:
    """Pixels (across, down) of a picture of that shape in a pane of characters, each one pixel wide and two high."""
    scale = min(columns / width, 2 * rows / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def centred(levels: Levels, columns: int, rows: int) -> Levels:
    """The picture in the middle of a pane (2 rows, columns, 3)."""
    pane = np.empty((2 * rows, columns, 3), np.uint8)
    pane[:] = GROUND
    height, width = min(levels.shape[0], 2 * rows), min(levels.shape[1], columns)
    top, left = (2 * rows - height) // 4 * 2, (columns - width) // 2  # from a whole character on
    pane[top : top + height, left : left + width] = levels[:height, :width]
    return pane
