"""Back-projection: an enlarged picture is changed until its means over native pixels are the native picture."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from inrcodec.numerics.arrays import Pixels
from inrcodec.numerics.coordinates import cubic_weights

BACK_PROJECTIONS = 3  # the first is exact; the others make up for what was clipped after it
BLOCK = 64  # rows of a banded matrix that are applied at once


def back_project(drawn: Pixels, native: Pixels, rounds: int = BACK_PROJECTIONS) -> None:
    """Make the means of `drawn` (channels, height, width) over native pixels those of `native` (channels, h, w).

    In place. After Irani and Peleg, "Improving resolution by image registration" (1991): what is missing is
    interpolated and added, sharpened first by just as much as interpolating and averaging will blur it.
    """
    height, width = drawn.shape[1:]
    down, across = area_matrix(native.shape[1], height), area_matrix(native.shape[2], width)
    rows, columns = cubic_matrix(native.shape[1], height), cubic_matrix(native.shape[2], width)
    sharper = np.linalg.inv(down @ rows), np.linalg.inv(across @ columns)
    for _ in range(rounds):
        _bound(drawn)
        missing = native - _both(down, across, drawn)
        drawn += _both(rows, columns, sharper[0] @ missing @ sharper[1].T)
    _bound(drawn)


def area_matrix(native: int, requested: int) -> Pixels:
    """Weights that average `requested` pixels over `native` larger ones of the same side, shape (native, requested)."""
    coarse, fine = np.arange(native + 1) / native, np.arange(requested + 1) / requested
    overlap = np.minimum(coarse[1:, None], fine[1:]) - np.maximum(coarse[:-1, None], fine[:-1])
    return np.asarray(np.maximum(overlap, 0) * native, np.float32)


def cubic_matrix(native: int, requested: int) -> Pixels:
    """Weights that interpolate `requested` pixels out of `native` larger ones of the same side, (requested, native)."""
    return cubic_weights((np.arange(requested) + 0.5) * native / requested - 0.5, native)


def _bound(drawn: Pixels) -> None:
    """Keep colors in [0, 1], and where there is alpha not above it."""
    np.clip(drawn, 0.0, 1.0, out=drawn)
    if len(drawn) == 4:
        np.minimum(drawn[:3], drawn[3], out=drawn[:3])


def _both(rows: Pixels, columns: Pixels, planes: Pixels) -> Pixels:
    """rows @ plane @ columns.T for every plane of (channels, height, width)."""
    return _banded(columns, _banded(rows, planes).swapaxes(1, 2)).swapaxes(1, 2)


def _banded(matrix: Pixels, planes: Pixels) -> Pixels:
    """matrix (n, m) @ planes (channels, m, k), block by block of rows without the columns that are zero there."""
    product = np.empty((planes.shape[0], matrix.shape[0], planes.shape[2]), np.float32)
    for rows in cuts(matrix.shape[0], BLOCK):
        used = np.flatnonzero(matrix[rows].any(axis=0))
        read = slice(used[0], used[-1] + 1)
        np.matmul(matrix[rows, read], planes[:, read], out=product[:, rows])
    return product


def cuts(length: int, step: int) -> Iterator[slice]:
    """A side in stretches of `step`; the last may be shorter."""
    return (slice(start, min(start + step, length)) for start in range(0, length, step))
