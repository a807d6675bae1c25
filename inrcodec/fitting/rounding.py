"""Latents become whole numbers: not always the nearest, but the one of two that makes error plus lambda * bits least.

Images do not depend on each other: workers share them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from inrcodec.fitting.groups import BatchPart, Group
from inrcodec.fitting.run import Run
from inrcodec.fitting.trials import Ledger

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

    def process(self, run: Run, parts: Sequence[BatchPart], worker: int, gradient: torch.Tensor) -> None:
        """Latents of these images become whole numbers for good."""
        for number, rows in parts:
            group, images = run.groups[number], torch.from_numpy(rows).to(gradient.device)
            for part in torch.split(images, max(1, BATCH_PIXELS // group.pixels)):
                decide(run, group, part, self)


def batches(run: Run, workers: int) -> Iterator[list[BatchPart]]:
    """All images in order, in batches of a part for every worker. Parts are the same for any number of workers."""
    for number, group in enumerate(run.groups):
        count, length = len(group.numbers), max(1, BATCH_PIXELS // group.pixels)
        parts = [(number, np.arange(first, min(first + length, count))) for first in range(0, count, length)]
        for first in range(0, len(parts), workers):
            yield parts[first : first + workers]


@torch.no_grad()
def decide(run: Run, group: Group, images: torch.Tensor, context: RoundingContext) -> None:
    """Round the latents of some images of a group by what they cost. Whole ones stay as they are."""
    real = run.latents(group, images)
    chosen = real.round()
    other = chosen + torch.sign(real - chosen)
    if group.limits is not None:
        other = other.clamp(*group.limits)
    ledger = Ledger(run, group, images, chosen)
    for number in range(max(0, len(group.shapes) - context.levels), len(group.shapes)):
        for place in () if run.model.levels[number].whole else ledger.places(number):
            trial = ledger.attempt(place, ledger.pick(other, place))
            ledger.accept(trial, trial.errors + context.rate_weight * trial.bits < 0)
    group.latents[images] = chosen
