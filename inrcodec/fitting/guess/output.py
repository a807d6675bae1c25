"""The base's last layer, refitted to a set whose latents were guessed: colors are linear in what it reads.

So the best weights solve one small system of linear equations, for a hundred thumbnails in a tenth of a second. What
they differ from the base by takes some hundred bytes of the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inrcodec.field.field import Field
from inrcodec.field.siren import Siren
from inrcodec.fitting.groups import Group
from inrcodec.numerics.arrays import colors
from inrcodec.numerics.coordinates import Axis, tiles

SAMPLE = 1 << 16  # pixels that are looked at, of all over the set
TOGETHER = 1 << 13  # of these, at once
STIFFNESS = 1e-4  # pull to the base, of the mean square of what the layer reads: where pictures say nothing, it stays
BITS_EACH = 8.0  # of a weight that differs
FINENESS = 2.0**-14  # weights move by multiples: the last digits of sums differ between machines
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Part:
    """Some pixels of some pictures of a group."""

    group: Group
    images: slice
    rows: slice
    columns: slice

    def seen(self) -> npt.NDArray[np.bool_]:
        """Which of them are not hidden, flat."""
        shape = (
            len(range(len(self.group.numbers))[self.images]),
            *(part.stop - part.start for part in (self.rows, self.columns)),
        )
        if self.group.visible is None:
            return np.ones(shape, bool).reshape(-1)
        return np.asarray(self.group.visible[self.images, self.rows, self.columns] != 0).reshape(-1)


def fit_output(field: Field, groups: Sequence[Group], bit: float) -> bool:
    """Move the weights that add up to colors to where they draw the pictures best from their latents, rounded.

    Held-out pixels are not looked at. bit: what one is worth, in mean squared error of the set; where the gain is worth
    less than what the weights take, nothing moves. Returns whether they did.
    """
    siren = Siren.from_tensors(field.tensors)
    hidden = siren.first.shape[0] - field.channels
    read = hidden + siren.first.shape[1] + 1
    squares, misses, pixels = np.zeros((read, read)), np.zeros((field.channels, read)), 0
    for part in _sample(groups):
        inputs, missed = _looked_at(field, part)
        squares += inputs @ inputs.T
        misses += missed @ inputs.T
        pixels += inputs.shape[1]
    if not pixels:
        return False
    pull = STIFFNESS * np.trace(squares) / read
    moves = np.linalg.solve(squares + pull * np.eye(read), misses.T).T
    moves = np.rint(moves / FINENESS) * FINENESS
    gain = float(2 * (moves * misses).sum() - ((moves @ squares) * moves).sum()) / (pixels * field.channels)
    if gain <= bit * BITS_EACH * np.count_nonzero(moves):
        return False
    siren.output[:] += moves[:, :hidden]
    siren.first[hidden:] += moves[:, hidden:-1]
    siren.first_bias[hidden:] += moves[:, -1]
    return True


def _looked_at(field: Field, part: Part) -> tuple[Floats, Floats]:
    """What the last layer reads at pixels, (units + inputs + 1, pixels), and what colors lack, (channels, pixels)."""
    group, samples = part.group, field.model.footprint
    height, width = group.size
    rows, columns = (Axis(side).part(cut).finer(samples) for side, cut in ((height, part.rows), (width, part.columns)))
    levels = [np.rint(level) for level in group.levels(group.latents[part.images])]
    ready = field.network_inputs(levels, group.conditions[part.images], rows, columns)
    units = ready.units()
    drawn = ready.siren.colors_of(ready.inputs, units)
    both = np.concatenate([units, ready.inputs, np.ones_like(units[:1]), drawn])
    shape = -1, rows.count // samples, samples, columns.count // samples, samples
    means = both.reshape(len(both), *shape).mean(axis=(3, 5)).reshape(len(both), -1)
    targets = colors(np.ascontiguousarray(group.targets[:, part.images, part.rows, part.columns]))
    seen = part.seen()
    inputs, drawn = means[: -field.channels, seen], means[-field.channels :, seen]
    missed = targets.reshape(field.channels, -1)[:, seen] - drawn
    return inputs.astype(np.float64), missed.astype(np.float64)


def _sample(groups: Sequence[Group]) -> Iterator[Part]:
    """All of a small set, or parts of a large one, evenly spaced."""
    parts = [part for group in groups for part in _parts(group)]
    pixels = sum(len(group.numbers) * group.pixels for group in groups)
    count = max(1, round(len(parts) * min(1.0, SAMPLE / pixels)))
    yield from (parts[int(number)] for number in np.linspace(0, len(parts) - 1, count).round())


def _parts(group: Group) -> Iterator[Part]:
    """All pictures of a group, some small ones together, large ones cut."""
    few = max(1, TOGETHER // group.pixels)
    for first in range(0, len(group.numbers), few):
        for rows, columns in tiles(*group.size, TOGETHER):
            yield Part(group, slice(first, first + few), rows, columns)
