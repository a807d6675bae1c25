"""Pixels of a pane that several pictures are put on; what lies beyond its edges is cut."""

from __future__ import annotations

import numpy as np

from inrcodec.tui.backdrop import Color
from inrcodec.tui.halfblocks import Levels

FRAME: Color = (255, 196, 0)


def put(canvas: Levels, picture: Levels, x: int, y: int, side: int) -> None:
    """A picture in the middle of a square with its corner there."""
    picture = picture[:side, :side]
    top, left = y + (side - picture.shape[0]) // 2, x + (side - picture.shape[1]) // 2
    above, before = max(0, -top), max(0, -left)
    part = picture[above : max(0, canvas.shape[0] - top), before : max(0, canvas.shape[1] - left)]
    canvas[top + above : top + above + part.shape[0], left + before : left + before + part.shape[1]] = part


def dot(canvas: Levels, x: int, y: int, color: Color) -> None:
    """One pixel."""
    if 0 <= y < canvas.shape[0] and 0 <= x < canvas.shape[1]:
        canvas[y, x] = color


def frame(canvas: Levels, x: int, y: int, side: int) -> None:
    """The border of a square."""
    border = np.zeros((side, side), bool)
    border[[0, -1]] = border[:, [0, -1]] = True
    part = canvas[max(0, y) : max(0, y + side), max(0, x) : max(0, x + side)]
    part[border[max(0, -y) : max(0, -y) + part.shape[0], max(0, -x) : max(0, -x) + part.shape[1]]] = FRAME
