"""How like two images of a block are, cell by cell: what `likeness` counts of an image and each of some others."""

from __future__ import annotations

from typing import Any

import numpy as np

from inrcodec.bitstream.context import MARGIN, PREVIOUS
from inrcodec.bitstream.likeness import FAR
from inrcodec.bitstream.references import PREVIOUS_COUNTS, SAME, SAME_COUNTS
from inrcodec.fitting.kernels.compiling import compiled, helper


@compiled
def count_alike(
    image: Any, others: Any, costs: Any, coarser: Any, steps: int, firsts: Any, counts: Any, apart: Any
) -> None:
    """See `likeness.counted`, which this does for a level.

    image (channels, down, across) and others (others, ...) in a margin of zeros; costs (channels, down, across);
    coarser: `apart` of the level above, or nothing; firsts (FAR + 1,): first number of a class; counts (others, 2,
    numbers) and apart (others, down, across) are added to.
    """
    channels, down, across = costs.shape
    for other in range(len(others)):
        for channel in range(channels):
            for row in range(down):
                for column in range(across):
                    far: Any = np.int64(0)
                    for number in range(len(SAME)):
                        beside = row + MARGIN + SAME[number][0], column + MARGIN + SAME[number][1]
                        far += SAME_COUNTS[number] * _apart(image, others, other, channel, beside[0], beside[1])
                    for number in range(len(PREVIOUS) if channel > 0 else 0):
                        beside = row + MARGIN + PREVIOUS[number][0], column + MARGIN + PREVIOUS[number][1]
                        far += PREVIOUS_COUNTS[number] * _apart(image, others, other, channel - 1, beside[0], beside[1])
                    if len(coarser):
                        far += coarser[other, row >> steps, column >> steps]
                    here = _apart(image, others, other, channel, row + MARGIN, column + MARGIN)
                    apart[other, row, column] += here
                    found = firsts[min(far, FAR)] + costs[channel, row, column]
                    counts[other, 0 if here == 0 else 1, found] += 1


@helper
def _apart(image: Any, others: Any, other: int, channel: int, row: int, column: int) -> int:
    """Of a cell in both, as far as it is told."""
    return min(abs(int(image[channel, row, column]) - int(others[other, channel, row, column])), FAR)
