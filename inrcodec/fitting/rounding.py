"""Latents become whole numbers: not always the nearest, but the one of two that makes error plus lambda * bits least.

Images do not depend on each other: workers share them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from inrcodec.fitting.groups import BatchPart
from inrcodec.fitting.run import Run

BATCH_PIXELS = 1 << 14  # decided together: a fit can be stopped between two batches


@dataclass(frozen=True, kw_only=True)
class RoundingContext:
    """All that the decisions need besides tensors; it travels to every worker."""

    levels: int  # that are decided by what they cost, from the finest on; the others are rounded to the nearest
    rate_weight: float
    footprint: int
    weight_steps: list[int]
    released: bool

    def apply(self, run: Run) -> None:
        """Bring the run of another process to where the fit is."""
        run.footprint, run.weight_steps, run.released = self.footprint, self.weight_steps, self.released


def batches(run: Run, workers: int, *, whole: bool = False) -> Iterator[list[BatchPart]]:
    """All units in order, in batches of a part for every worker. Parts are the same for any number of workers.

    whole: images and never their windows.
    """
    for number, group in enumerate(run.groups):
        count, pixels = (len(group.numbers), group.pixels) if whole else (group.units, group.unit_pixels)
        length = max(1, BATCH_PIXELS // pixels)
        parts = [(number, np.arange(first, min(first + length, count))) for first in range(0, count, length)]
        for first in range(0, len(parts), workers):
            yield parts[first : first + workers]
