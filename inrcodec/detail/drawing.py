"""A native picture enlarged: drawn by the network tile by tile, then back-projected onto its native pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inrcodec.detail.network import DetailNetwork, phases
from inrcodec.detail.projection import back_project, cuts
from inrcodec.numerics.arrays import Pixels
from inrcodec.numerics.coordinates import Axis, Interpolation, interpolation

SMALLEST_FACTOR = 2  # drawn at least that much larger, then averaged: less is too coarse to be told by its means
TILE_SIDE = 128  # output pixels: what the head keeps for a tile stays in the cache


def enlarge(native: Pixels, size: tuple[int, int], tile: int = TILE_SIDE) -> Pixels:
    """A picture (h, w, 1, 3 or 4) in [0, 1], premultiplied, at a larger (width, height): (height, width, channels).

    Alpha is enlarged as a gray picture of its own, and no color exceeds it.
    """
    width, height = size
    if height < native.shape[0] or width < native.shape[1]:
        raise ValueError(f"{width}x{height} is smaller than the picture")
    down, across = _finer(native.shape[0], height), _finer(native.shape[1], width)
    drawn = _enlarged(native, height * down, width * across, tile)
    if down * across > 1:
        drawn = drawn.reshape(-1, height, down, width, across).mean(axis=(2, 4))
    return np.ascontiguousarray(drawn.transpose(1, 2, 0))


def _finer(native: int, requested: int) -> int:
    """How many pixels to draw for each requested one along a side; one alone where the side stays as it is."""
    return 1 if native == requested else -(-SMALLEST_FACTOR * native // requested)


def _enlarged(native: Pixels, height: int, width: int, tile: int) -> Pixels:
    """The picture at its final size or finer, (channels, height, width)."""
    drawn = np.empty((native.shape[2], height, width), np.float32)
    if native.shape[2] > 1:
        _draw(native[..., :3], drawn[:3], tile)
    if native.shape[2] != 3:
        gray = np.empty((3, height, width), np.float32)
        _draw(np.repeat(native[..., -1:], 3, axis=2), gray, tile)
        np.mean(gray, axis=0, out=drawn[-1])
    back_project(drawn, native.transpose(2, 0, 1))
    return drawn


def _draw(native: Pixels, drawn: Pixels, tile: int) -> None:
    """The network's picture of native (h, w, 3) into drawn (3, height, width)."""
    network = DetailNetwork.load()
    grid = network.grid(native)
    cells = native.shape[0] / drawn.shape[1], native.shape[1] / drawn.shape[2]
    for rows in cuts(drawn.shape[1], tile):
        down = interpolation(Axis(drawn.shape[1]).part(rows), native.shape[0])
        for columns in cuts(drawn.shape[2], tile):
            across = interpolation(Axis(drawn.shape[2]).part(columns), native.shape[1])
            part = grid.part(_read(down), _read(across))
            place = phases(_places(rows, cells[0]), _places(columns, cells[1]), cells)
            drawn[:, rows, columns] = network.colors(part, down.weights, across.weights, place).transpose(2, 0, 1)


def _read(cut: Interpolation) -> slice:
    """The native pixels that it reads."""
    return slice(cut.first, cut.first + cut.weights.shape[1])


def _places(cut: slice, cell: float) -> NDArray[np.float64]:
    """Where the output pixels of a cut lie along a side, in native pixels from the first one's center."""
    return (np.arange(cut.start, cut.stop) + 0.5) * cell - 0.5
