"""Torch's decisions on whole numbers; see `rounding`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from inrcodec.fitting.groups import BatchPart, Group
from inrcodec.fitting.rounding import BATCH_PIXELS, RoundingContext
from inrcodec.fitting.run import Run
from inrcodec.fitting.trials import Ledger


@dataclass(frozen=True)
class RoundingTask:
    """Latents of some images become whole numbers, as workers get it."""

    context: RoundingContext

    def apply(self, run: Run) -> None:
        """See `RoundingContext`."""
        self.context.apply(run)

    def process(self, run: Run, parts: Sequence[BatchPart], worker: int, gradient: torch.Tensor) -> None:
        """Latents of these images become whole numbers for good."""
        for number, rows in parts:
            group, images = run.groups[number], torch.from_numpy(rows).to(gradient.device)
            for part in torch.split(images, max(1, BATCH_PIXELS // group.pixels)):
                decide(run, group, part, self.context)


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
