"""Torch's decisions on whole numbers; see `rounding` and `correction`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from inrcodec.fitting.correction import CorrectionContext, Figures, Mask, correct
from inrcodec.fitting.groups import BatchPart, Group
from inrcodec.fitting.objective import image_errors
from inrcodec.fitting.rounding import BATCH_PIXELS, RoundingContext
from inrcodec.fitting.run import Run
from inrcodec.fitting.trials import Ledger, Place, Trial


@dataclass(frozen=True)
class RoundingTask:
    """Latents of some images become whole numbers, as workers get it."""

    context: RoundingContext

    def apply(self, run: Run) -> None:
        """See `RoundingContext`."""
        self.context.apply(run)

    def process(self, run: Run, parts: Sequence[BatchPart], worker: int, gradient: torch.Tensor) -> None:
        """Latents of these images become whole numbers for good."""
        for group, images in _groups(run, parts, gradient):
            decide(run, group, images, self.context)


@dataclass(frozen=True)
class CorrectionTask:
    """Latents of some images change until a gap is closed, as workers get it."""

    context: CorrectionContext

    def apply(self, run: Run) -> None:
        """Bring the run of another process to where the fit is."""
        run.footprint, run.weight_steps = self.context.footprint, self.context.weight_steps
        run.released = run.latents_frozen = True

    def process(self, run: Run, parts: Sequence[BatchPart], worker: int, gradient: torch.Tensor) -> None:
        """Every batch of images takes its share of the correction."""
        for group, images in _groups(run, parts, gradient):
            correct(self.context, _Trials(run, group, images))


def _groups(run: Run, parts: Sequence[BatchPart], gradient: torch.Tensor) -> Iterator[tuple[Group, torch.Tensor]]:
    """Images of one size, a few at a time."""
    for number, rows in parts:
        group, images = run.groups[number], torch.from_numpy(rows).to(gradient.device)
        for part in torch.split(images, max(1, BATCH_PIXELS // group.pixels)):
            yield group, part


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


class _Trials:
    """See `correction.Trials`."""

    def __init__(self, run: Run, group: Group, images: torch.Tensor) -> None:
        self._run, self._group, self._images = run, group, images
        self._latents, self.pixels = group.latents[images], group.pixels
        with torch.no_grad():
            self._ledger = Ledger(run, group, images, self._latents)
        self._last: Trial | None = None

    def shown(self) -> Figures:
        return _figures(image_errors(self._run, self._group, self._images, self._latents))

    def bits(self) -> float:
        return float(self._ledger.bits().sum())

    def places(self, level: int) -> Sequence[Place]:
        return self._ledger.places(level)

    @torch.no_grad()
    def attempt(self, place: Place, step: float) -> tuple[Figures, Figures]:
        ledger, moved = self._ledger, self._ledger.at(place) + step
        if self._group.limits is not None:
            lowest, highest = (ledger.pick(limit.expand(len(moved), -1), place) for limit in self._group.limits)
            moved = moved.clamp(lowest, highest)
        self._last = trial = ledger.attempt(place, moved)
        return _figures(trial.errors.flatten(1)), _figures(trial.bits.flatten(1))

    def accept(self, wanted: Mask) -> None:
        assert self._last is not None
        trial = self._last
        self._ledger.accept(trial, torch.from_numpy(wanted).to(trial.errors.device).reshape(trial.errors.shape))
        self._group.latents[self._images] = self._latents


def _figures(tensor: torch.Tensor) -> Figures:
    return np.asarray(tensor.cpu().numpy(), dtype=np.float64)
