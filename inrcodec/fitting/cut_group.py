"""Large images, of which steps look at windows: the latents of one are taken out for a step, and its own put back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inrcodec.field.grids import FRAME
from inrcodec.fitting.groups import Group
from inrcodec.fitting.held_out import Tile
from inrcodec.fitting.kernels.images import ImageGroup
from inrcodec.fitting.kernels.view import View, windows
from inrcodec.numerics.arrays import FloatArray, colors
from inrcodec.settings import ModelSettings

LARGEST = 1 << 17  # pixels of an image that is looked at as a whole


@dataclass(frozen=True)
class _Block:
    """Cells of a level: where the level begins in an image's row, its shape, and rows and columns."""

    start: int
    shape: tuple[int, int, int]
    down: slice
    across: slice

    def of(self, row: FloatArray) -> FloatArray:
        """A view (channels, down, across) of those cells in an image's row (values,)."""
        size = self.shape[0] * self.shape[1] * self.shape[2]
        level: FloatArray = row[self.start : self.start + size].reshape(self.shape)
        return level[:, self.down, self.across]


class CutGroup:
    """Images of one size that are cut into windows. Steps on different windows may be taken at once."""

    def __init__(self, model: ModelSettings, group: Group) -> None:
        self._model, self._group = model, group
        self.views = windows(model, *group.size)
        group.cuts = len(self.views)
        latents, first, second, visits = group.adam.state()
        group.adam.move_to(latents, first, second, np.repeat(visits, group.cuts, axis=1))
        self.errors, self.bits = group.seen = np.full((2, len(group.numbers), group.cuts), np.nan)
        counts = [channels * down * across for channels, down, across in group.shapes]
        self._level_rates = [group.adam.factors[sum(counts[:level])] for level in range(len(counts))]
        group.adam.factors = np.broadcast_to(np.float32(0), group.adam.factors.shape)  # only windows need them
        self._rates: dict[View, FloatArray] = {}

    def tile(self, window: int) -> Tile:
        """Rows and columns of a window's own pixels."""
        view = self.views[window]
        return slice(*view.down.pixels), slice(*view.across.pixels)

    def own(self, window: int, drawn: FloatArray) -> FloatArray:
        """What of a window's drawn pixels (..., height, width) is its own."""
        down, across = (
            slice(side.pixels[0] - side.start, side.pixels[1] - side.start)
            for side in (self.views[window].down, self.views[window].across)
        )
        return drawn[..., down, across]

    def take(self, unit: int) -> ImageGroup:
        """A window of an image as kernels want it: a copy of what it needs."""
        row, window = divmod(unit, self._group.cuts)
        view, group = self.views[window], self._group
        rows, columns = slice(view.down.start, view.down.stop), slice(view.across.start, view.across.stop)
        limits = group.limits
        made = ImageGroup(
            self._model,
            colors(group.targets[:, row : row + 1, rows, columns].swapaxes(0, 1)),
            visible=None if group.visible is None else group.visible[row : row + 1, rows, columns],
            frames=group.conditions[row : row + 1, -FRAME:] if self._model.posed else None,
            rates=self._rates_of(view),
            limits=None if limits is None else (self._read(limits[0], view), self._read(limits[1], view)),
            view=view,
        )
        state = made.latents, made.first_moments, made.second_moments
        for known, copy in zip(group.adam.state(), state, strict=False):
            copy[0] = self._read(known[row], view)
        made.visits[0] = group.adam.state()[3][row, window]
        return made

    def put_back(self, unit: int, made: ImageGroup) -> None:
        """The window's own latents, and all that belongs to them, after a step."""
        row, window = divmod(unit, self._group.cuts)
        view, state = self.views[window], self._group.adam.state()
        for known, copy in zip(state, (made.latents, made.first_moments, made.second_moments), strict=False):
            start = 0
            for level, block in enumerate(self._blocks(view, own=True)):
                shape = self._shapes(view)[level]
                end = start + shape[0] * shape[1] * shape[2]
                found = copy[0, start:end].reshape(shape)
                low, left = view.down.read[level][0], view.across.read[level][0]
                down = slice(block.down.start - low, block.down.stop - low)
                across = slice(block.across.start - left, block.across.stop - left)
                block.of(known[row])[...] = found[:, down, across]
                start = end
        state[3][row, window] = made.visits[0]

    def seen(self, unit: int, error: float, bits: float) -> tuple[npt.NDArray[np.float64], float]:
        """What a step saw of a window: mean squared error, and bits; what is known of its image since, likewise."""
        row, window = divmod(unit, self._group.cuts)
        self.errors[row, window], self.bits[row, window] = error, bits / self.views[window].own_pixels
        return np.nanmean(self.errors[row : row + 1], axis=1), float(np.nanmean(self.bits[row])) * self._group.pixels

    def own_bits(self, window: int) -> float:
        """Of the bits that a window counts, those that are its own: it counts some latents around, too."""
        view, own, counted = self.views[window], 0, 0
        for level, (down, across) in enumerate(zip(view.down.own, view.across.own, strict=True)):
            channels = self._model.levels[level].channels
            (top, bottom), (left, right) = view.down.counted[level], view.across.counted[level]
            own += channels * (down[1] - down[0]) * (across[1] - across[0])
            counted += channels * (bottom - top) * (right - left)
        return own / counted

    def _read(self, row: FloatArray, view: View) -> FloatArray:
        """What a window reads of an image's row (values,), (values,)."""
        return np.concatenate([block.of(row).reshape(-1) for block in self._blocks(view, own=False)])

    def _rates_of(self, view: View) -> FloatArray:
        key = view.moved()
        if key not in self._rates:
            counts = [channels * down * across for channels, down, across in self._shapes(view)]
            self._rates[key] = np.repeat(np.array(self._level_rates, np.float32), counts)
        return self._rates[key]

    def _shapes(self, view: View) -> list[tuple[int, int, int]]:
        counts = zip(self._model.levels, view.down.counts(), view.across.counts(), strict=True)
        return [(level.channels, down, across) for level, down, across in counts]

    def _blocks(self, view: View, *, own: bool) -> list[_Block]:
        """Cells of every level that a window reads, or that are its own."""
        found, start = [], 0
        for level, shape in enumerate(self._group.shapes):
            sides = (side.own if own else side.read for side in (view.down, view.across))
            down, across = (slice(*ranges[level]) for ranges in sides)
            found.append(_Block(start, shape, down, across))
            start += shape[0] * shape[1] * shape[2]
        return found


def is_cut(group: Group) -> bool:
    """Whether images of a group are too large to be looked at as a whole."""
    return group.pixels > LARGEST
