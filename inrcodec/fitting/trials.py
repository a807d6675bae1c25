"""What it would do to error and bits to change some latents, exactly, for many cells at once.

Cells that are `apart` cells from each other change neither the same pixels nor the bits of the same latents.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from inrcodec.fitting.groups import Group
from inrcodec.fitting.objective import pixel_errors
from inrcodec.fitting.pace import cells_apart
from inrcodec.fitting.run import Run


@dataclass(frozen=True)
class Place:
    """Every `apart`-th cell, along both axes, of a channel of a level, from `phase` (down, across) on."""

    level: int
    channel: int
    phase: tuple[int, int]


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


@dataclass(frozen=True)
class Trial:
    """Other latents in the cells of a place: what each would add to the error (B, down, across), and to the bits.

    Squared error is over channels a mean and over pixels a sum.
    """

    place: Place
    errors: torch.Tensor
    bits: torch.Tensor
    latents: torch.Tensor  # (B, down, across) the other ones
    planes: tuple[tuple[torch.Tensor, _Owners], ...]  # of pixels, then of the levels whose bits change


class Ledger:
    """Some images with whole latents (B, values), which change in place, and the error and the bits of every part."""

    def __init__(self, run: Run, group: Group, images: torch.Tensor, latents: torch.Tensor) -> None:
        self.apart = cells_apart(run.footprint)
        self._run, self._group, self._images, self._latents = run, group, images, latents
        self._context = run.context_model()
        self._errors = pixel_errors(run, group, images, latents)
        self._bits = [self._level_bits(number) for number in range(len(group.shapes))]

    def bits(self) -> torch.Tensor:
        """Of every image, (B,)."""
        return torch.stack([level.sum(dim=(1, 2)) for level in self._bits]).sum(dim=0)

    def places(self, number: int) -> list[Place]:
        """All cells of a level, in places that can be tried one after the other."""
        channels, down, across = self._group.shapes[number]
        return [
            Place(number, channel, (row, column))
            for channel in range(channels)
            for row in range(min(down, self.apart))
            for column in range(min(across, self.apart))
        ]

    def at(self, place: Place) -> torch.Tensor:
        """A view of the latents in those cells, (B, down, across)."""
        return self._pick(self._group.levels(self._latents)[place.level], place)

    def pick(self, rows: torch.Tensor, place: Place) -> torch.Tensor:
        """The same of other latents (B, values) of these images."""
        return self._pick(self._group.levels(rows)[place.level], place)

    def attempt(self, place: Place, latents: torch.Tensor) -> Trial:
        """What other latents (B, down, across) would do there; nothing changes."""
        cells = self.at(place)
        before = cells.clone()
        cells.copy_(latents)
        errors = pixel_errors(self._run, self._group, self._images, self._latents)
        planes = [(errors, self._owners(place, None))]
        found = planes[0][1].gather(errors - self._errors)
        bits = torch.zeros_like(found)
        for touched in self._touched(place):
            level, owners = self._level_bits(touched), self._owners(place, touched)
            planes.append((level, owners))
            bits += owners.gather(level - self._bits[touched])
        cells.copy_(before)
        return Trial(place, found, bits, latents, tuple(planes))

    def accept(self, trial: Trial, wanted: torch.Tensor) -> None:
        """Make the changes of a trial in the cells (B, down, across) where they are wanted."""
        cells, kept = self.at(trial.place), wanted.float()
        cells.copy_(torch.where(wanted, trial.latents, cells))
        (errors, of_pixels), *levels = trial.planes
        self._errors = torch.where(of_pixels.spread(kept) > 0, errors, self._errors)
        for touched, (bits, owners) in zip(self._touched(trial.place), levels, strict=True):
            self._bits[touched] = torch.where(owners.spread(kept) > 0, bits, self._bits[touched])

    def _pick(self, level: torch.Tensor, place: Place) -> torch.Tensor:
        down, across = (slice(first, None, self.apart) for first in place.phase)
        return level[place.channel, :, down, across]

    def _touched(self, place: Place) -> range:
        """Levels whose bits depend on a latent: its own, and the one that it is context of."""
        return range(place.level, min(place.level + 2, len(self._group.shapes)))

    def _level_bits(self, number: int) -> torch.Tensor:
        return self._run.entropy.level_bits(self._context, self._group.levels(self._latents), number)

    def _owners(self, place: Place, touched: int | None) -> _Owners:
        """Owners of a level's cells (`touched`), or of the pixels, among the cells of a place."""
        return _Owners(*(self._owned(place.level, axis, place.phase[axis], touched) for axis in (0, 1)))

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
