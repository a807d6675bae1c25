"""Latents become whole numbers: not always the nearest, but the one of two that makes error plus lambda * bits least.

Cells that are `APART` cells from each other change neither the same pixels nor the bits of the same latents, so all of
them are decided at once, each by its exact share of the loss.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import torch

from inrcodec.fitting.groups import Group
from inrcodec.fitting.objective import pixel_errors
from inrcodec.fitting.run import Run
from inrcodec.settings import ModelSettings

APART = 4  # cells: bicubic interpolation reaches as far, and so do the neighbors that a latent is predicted from
BATCH_PIXELS = 1 << 16  # decided together
PASSES_PER_CHANNEL = 6.4  # of the fit that deciding a channel takes as long as; measured
SHARE = 0.14  # of the fit that decisions may take


def levels_within(model: ModelSettings, passes: float) -> int:
    """How many levels, from the finest on, can be decided in a small share of a fit of so many passes."""
    channels = np.cumsum([level.channels for level in reversed(model.levels)])
    return int((channels * PASSES_PER_CHANNEL * model.footprint**2 <= SHARE * passes).sum())


@torch.no_grad()
def decide(run: Run, levels: int) -> None:
    """Round all latents for good; those of the finest `levels` levels by what they cost, others to the nearest."""
    for group in run.groups:
        everything = torch.arange(len(group.numbers), device=group.latents.device)
        for images in torch.split(everything, max(1, BATCH_PIXELS // group.pixels)):
            group.latents[images] = _decided(run, group, images, levels)
    run.latents_frozen = True


def _decided(run: Run, group: Group, images: torch.Tensor, levels: int) -> torch.Tensor:
    """Whole numbers (B, values) for the latents of some images."""
    real = run.latents(group, images)
    chosen = real.round()
    other = chosen + torch.sign(real - chosen)
    sweep = _Sweep(run, group, images, chosen)
    for number in range(max(0, len(group.shapes) - levels), len(group.shapes)):
        if run.model.levels[number].whole:
            continue
        choice = group.levels(other)[number]
        for channel in range(group.shapes[number][0]):
            for phase in product(range(APART), range(APART)):
                sweep.visit(number, channel, phase, choice)
    return chosen


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

    def __init__(self, run: Run, group: Group, images: torch.Tensor, latents: torch.Tensor) -> None:
        self._run, self._group, self._images, self._latents = run, group, images, latents
        self._context = run.context_model()
        self._weight = run.rate_control.weight
        self._errors = pixel_errors(run, group, images, latents)
        self._bits = [self._level_bits(number) for number in range(len(group.shapes))]

    def visit(self, number: int, channel: int, phase: tuple[int, int], other: torch.Tensor) -> None:
        """Try `other` (channels, B, cells down, cells across) in every APART-th cell of a channel from `phase` on."""
        across = slice(phase[1], None, APART)
        down = slice(phase[0], None, APART)
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
            reach = 2  # a pixel belongs to the cell that is less than two cells away
        else:
            steps = self._run.model.levels[number].shift - self._run.model.levels[touched].shift
            places = torch.arange(self._group.shapes[touched][1 + axis]) >> steps
            reach = 1  # a latent is context of one before it, and of up to two behind it
        owner = torch.floor((places - first + reach) / APART)
        wanted = torch.arange(len(range(first, cells, APART)))
        return (owner == wanted[:, None]).float().to(self._latents.device)
