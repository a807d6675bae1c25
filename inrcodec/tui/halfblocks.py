"""Pixels as characters: the upper half block shows two pixels, one as its color and one as its ground."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from rich.color import Color, ColorType
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style

from inrcodec.numerics.arrays import Pixels
from inrcodec.tui.backdrop import Backdrop

Levels = NDArray[np.uint8]
Pixel = tuple[int, int, int]
COARSE = 63


def levels_of(pixels: Pixels, backdrop: Backdrop) -> Levels:
    """8 bits (height, width, 3) from colors in [0, 1], premultiplied when there are 4 channels."""
    colors = pixels[..., :3]
    if pixels.shape[2] == 4:
        colors = colors + (1.0 - pixels[..., 3:]) * backdrop.behind(*pixels.shape[:2])
    return np.rint(np.clip(colors, 0.0, 1.0) * 255).astype(np.uint8)


def coarse(levels: Levels, ground: Pixel) -> Levels:
    """The same in 64 levels a color, the ground as it is: neighbors are more often alike, and take fewer bytes."""
    rounded = np.rint(np.rint(levels * (COARSE / 255)) * (255 / COARSE)).astype(np.uint8)
    return np.where((levels == ground).all(axis=-1, keepdims=True), levels, rounded)


def fitted(width: float, height: float, columns: int, rows: int) -> tuple[int, int]:
    """Pixels (across, down) of a picture of that shape in a pane of characters, each one pixel wide and two high."""
    scale = min(columns / width, 2 * rows / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def line(levels: Levels, row: int, columns: int, rows: int, ground: Style) -> list[Segment]:
    """The character row of a picture (height, width, 3) in the middle of a pane of (columns, rows), all of it ground.

    What is larger than the pane is cut at its right and lower edge.
    """
    height, width = min(levels.shape[0], 2 * rows), min(levels.shape[1], columns)
    first = 2 * (row - (2 * rows - height) // 4)  # a picture starts with a whole character
    if not 0 <= first < height:
        return [Segment(" " * columns, ground)]
    left = (columns - width) // 2
    upper = levels[first, :width].tolist()
    lower = levels[first + 1, :width].tolist() if first + 1 < height else [None] * width
    segments = [Segment(" " * left, ground)] if left else []
    for (one, other), run in groupby(zip(map(tuple, upper), lower, strict=True)):
        segments.append(_cells(len(list(run)), one, None if other is None else tuple(other), ground))
    if left + width < columns:
        segments.append(Segment(" " * (columns - left - width), ground))
    return segments


def _cells(count: int, upper: Pixel, lower: Pixel | None, ground: Style) -> Segment:
    if lower is None:
        return Segment("▀" * count, ground + Style.from_color(_color(*upper)))
    if upper == lower:
        return Segment(" " * count, _flat(*upper))
    return Segment("▀" * count, _pair(*upper, *lower))


@lru_cache(maxsize=1 << 16)
def _flat(red: int, green: int, blue: int) -> Style:
    return Style.from_color(bgcolor=_color(red, green, blue))


@lru_cache(maxsize=1 << 16)
def _pair(red: int, green: int, blue: int, under_red: int, under_green: int, under_blue: int) -> Style:
    return Style.from_color(_color(red, green, blue), _color(under_red, under_green, under_blue))


def _color(red: int, green: int, blue: int) -> Color:
    """Without the name that `Color.from_rgb` spells: there are thousands."""
    return Color("", ColorType.TRUECOLOR, triplet=ColorTriplet(red, green, blue))
