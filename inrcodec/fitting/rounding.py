"""Latents become whole numbers: not always the nearest, but the one of two that makes error plus lambda * bits least.

Cells that are `apart` cells from each other change neither the same pixels nor the bits of the same latents, so all of
them are decided at once, each by its exact share of the loss. Images do not depend on each other: workers share them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import torch

from inrcodec.fitting.groups import BatchPart, Group
from inrcodec.fitting.objective import pixel_errors
from inrcodec.fitting.pace import cells_apart
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
    sweep = _Sweep(run, group, images, chosen, context.rate_weight)
    for number in range(max(0, len(group.shapes) - context.levels), len(group.shapes)):
        if run.model.levels[number].whole:
            continue
        choice = group.levels(other)[number]
        for channel in range(group.shapes[number][0]):
            for phase in product(range(sweep.apart), range(sweep.apart)):
                sweep.visit(number, channel, phase, choice)
    group.latents[images] = chosen


@dataclass(frozen=True)
class _Owners:
    """Which of the cells of a phase every place along both axes of a plane belongs to: matrices (cells, places)."""

    down: torch.Tensor
    across: torch.Tensor

    def gather(self, plane: torch.Tensor) -> torch.Tensor:
        """Sums (B, cells down, cells across) of a plane (B, height, width) over what each cell owns."""
        return self.down @ plane @ self.across.T

    def spread(self, cells: torch.Tensor) -> torch.Tensor:
        """For every place of the plane, what its owner has."""
        return self.down.T @ cells @ self.across


class _Sweep:
    """Some images while their latents are decided; `latents` (B, values) changes in place."""

    def __init__(self, run: Run, group: Group, images: torch.Tensor, latents: torch.Tensor, rate_weight: float) -> None:
        self.apart = cells_apart(run.footprint)
        self._run, self._group, self._images, self._latents = run, group, images, latents
        self._context = run.context_model()
        self._weight = rate_weight
        self._errors = pixel_errors(run, group, images, latents)
        self._bits = [self._level_bits(number) for number in range(len(group.shapes))]

    def visit(self, number: int, channel: int, phase: tuple[int, int], other: torch.Tensor) -> None:
        """Try `other` (channels, B, cells down, cells across) in every `apart`-th cell of a channel from `phase` on."""
        across = slice(phase[1], None, self.apart)
        down = slice(phase[0], None, self.apart)
        cells = self._group.levels(self._latents)[number][channel, :, down, across]
        if not cells.numel():
            return
        before = cells.clone()
        cells.copy_(other[channel, :, down, across])
        errors = pixel_errors(self._run, self._group, self._images, self._latents)
        of_pixels = self._owners(number, phase, None)
        gain = of_pixels.gather(errors - self._errors)
        bits = {}
        for touched in range(number, min(number + 2, len(self._group.shapes))):
            bits[touched] = self._level_bits(touched), self._owners(number, phase, touched)
            gain += self._weight * bits[touched][1].gather(bits[touched][0] - self._bits[touched])
        better = gain < 0
        cells.copy_(torch.where(better, cells, before))
        kept = better.float()
        self._errors = torch.where(of_pixels.spread(kept) > 0, errors, self._errors)
        for touched, (new, owners) in bits.items():
            self._bits[touched] = torch.where(owners.spread(kept) > 0, new, self._bits[touched])

    def _level_bits(self, number: int) -> torch.Tensor:
        return self._run.entropy.level_bits(self._context, self._group.levels(self._latents), number)

    def _owners(self, number: int, phase: tuple[int, int], touched: int | None) -> _Owners:
        """Owners of a level's cells (`touched`), or of the pixels, among the cells of a phase of level `number`."""
        return _Owners(*(self._owned(number, axis, phase[axis], touched) for axis in (0, 1)))

    def _owned(self, number: int, axis: int, first: int, touched: int | None) -> torch.Tensor:
        cells = self._group.shapes[number][1 + axis]
        if touched is None:
            side = self._group.size[axis]
            places = (torch.arange(side, dtype=torch.float64) + 0.5) * (cells / side) - 0.5
            reach = self.apart / 2  # a pixel belongs to the cell that is less than that far away
        else:
            steps = self._run.model.levels[number].shift - self._run.model.levels[touched].shift
            places = torch.arange(self._group.shapes[touched][1 + axis]) >> steps
            reach = 1.0  # a latent is context of one before it, and of up to two behind it
        owner = torch.floor((places - first + reach) / self.apart)
        wanted = torch.arange(len(range(first, cells, self.apart)))
        return (owner == wanted[:, None]).float().to(self._latents.device)
