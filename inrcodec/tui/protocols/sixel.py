"""Pixels as sixels (DEC STD 070): bands six pixels high, one plane of bits per colour, runs counted.

The picture lies in the cells of the text: whatever is written there replaces it.
"""

from __future__ import annotations

import re

import numpy as np
from PIL import Image

from inrcodec.tui.halfblocks import Levels

STAYS = False  # when text is written below
SCALES = False  # one pixel is one pixel
BAND = 6
COLOURS = 256  # registers that terminals have
RUN = re.compile(rb"(.)\1{3,}", re.DOTALL)


def draw(levels: Levels, cells: tuple[int, int], number: int) -> str:
    """What makes the terminal show the pixels right and down of the cursor; they say themselves how many cells."""
    image = Image.fromarray(levels).quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    indices = np.asarray(image)
    height, width = indices.shape
    palette = (np.asarray(image.getpalette() or [], np.uint16).reshape(-1, 3) * 100 + 127) // 255
    colors = (f"#{index};2;{r};{g};{b}" for index, (r, g, b) in enumerate(palette.tolist()))
    bands = b"-".join(_band(indices[top : top + BAND]) for top in range(0, height, BAND))
    # P2=1: pixels below the last line stay as they are
    return f'\x1bP0;1;0q"1;1;{width};{height}' + "".join(colors) + bands.decode("ascii") + "\x1b\\"


def erase(number: int) -> str:
    """Nothing: the text below is drawn again."""
    return ""


def _band(indices: Levels) -> bytes:
    """Every colour of the band as a line of its own over the others."""
    colors, which = np.unique(indices, return_inverse=True)
    width = indices.shape[1]
    places = which.reshape(indices.shape) * width + np.arange(width)
    bits = np.broadcast_to(1 << np.arange(len(indices))[:, None], indices.shape)
    planes = np.bincount(places.ravel(), bits.ravel(), len(colors) * width).astype(np.uint8).reshape(-1, width) + 63
    lines = (plane.tobytes().rstrip(b"?") for plane in planes)
    return b"$".join(b"#%d" % color + RUN.sub(_counted, line) for color, line in zip(colors, lines, strict=True))


def _counted(run: re.Match[bytes]) -> bytes:
    return b"!%d" % len(run[0]) + run[1]
