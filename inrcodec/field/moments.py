"""Latents as a vector of one length, whatever the size of the image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inrcodec.numerics.arrays import FloatArray

MOMENT_CELLS = 6  # along each side; fewer tell less of the picture: mAP 0.26 with 1, 0.35 with 6


def moments(integers: NDArray[np.int16]) -> FloatArray:
    """Mean and root mean square of latents (channels, down, across), per channel and part of the image, (values,).

    MOMENT_CELLS x MOMENT_CELLS parts; those of a small level overlap.
    """
    level = integers.astype(np.float32)
    down, across = (_parts(cells) for cells in level.shape[1:])
    blocks = [level[:, rows, columns].reshape(level.shape[0], -1) for rows in down for columns in across]
    return np.concatenate([part for block in blocks for part in (block.mean(1), np.sqrt(np.square(block).mean(1)))])


def _parts(cells: int) -> list[slice]:
    return [slice(part * cells // MOMENT_CELLS, -(-(part + 1) * cells // MOMENT_CELLS)) for part in range(MOMENT_CELLS)]
