"""Where a quantity is known: on the cells of a lattice, at points, near them, or anywhere; and what it is there.

Places are drawn anew at every step: points (count, axes) in [-1, 1], with targets (channels, components, count).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from inrcodec.numerics.arrays import FloatArray

Points = NDArray[np.float64]


class Domain(Protocol):
    """Places and targets of one constraint."""

    def draw(self, rng: np.random.Generator, count: int) -> tuple[Points, FloatArray]:
        """Some places with their targets."""

    def count(self) -> int | None:
        """How many places there are; None where there is a continuum of them."""


def spread(rng: np.random.Generator, cells: int, count: int) -> NDArray[np.int64]:
    """Numbers of cells, (count,), one from each of `count` equal stretches: evener than as many by chance."""
    numbers = ((np.arange(count) + rng.random(count)) * (cells / count)).astype(np.int64)
    return np.minimum(numbers, cells - 1)


@dataclass(frozen=True, eq=False)
class Cells:
    """The centers of a lattice's cells, or the places half-way to the next cell along one axis, `between`.

    sides: cells along each axis, x first; targets (channels, components, cells), the cells of x fastest; numbers: those
    that are drawn, all if it is None. centers: of the cells along each axis, where they are not evenly spread.
    """

    sides: tuple[int, ...]
    targets: FloatArray
    between: int | None = None
    numbers: NDArray[np.int64] | None = None
    centers: tuple[NDArray[np.float64], ...] | None = None

    def draw(self, rng: np.random.Generator, count: int) -> tuple[Points, FloatArray]:
        chosen = spread(rng, self.count(), count)
        numbers = chosen if self.numbers is None else self.numbers[chosen]
        return self.places(numbers), self.targets[:, :, numbers]

    def places(self, numbers: NDArray[np.int64]) -> Points:
        """Where cells lie, (count, axes)."""
        found, left = [], numbers
        for axis, side in enumerate(self.sides):
            cells = side - 1 if axis == self.between else side
            if self.centers is not None:
                found.append(self.centers[axis][left % cells])
            else:
                found.append((2.0 * (left % cells) + (2 if axis == self.between else 1)) / side - 1.0)
            left = left // cells
        return np.stack(found, axis=1)

    def count(self) -> int:
        return self.targets.shape[2] if self.numbers is None else len(self.numbers)


@dataclass(frozen=True, eq=False)
class Scattered:
    """Points (count, axes) with targets (channels, components, count), or with the same one everywhere (..., 1)."""

    points: Points
    targets: FloatArray

    def draw(self, rng: np.random.Generator, count: int) -> tuple[Points, FloatArray]:
        chosen = rng.integers(0, len(self.points), count)
        one = self.targets.shape[2] == 1
        return self.points[chosen], np.repeat(self.targets, count, axis=2) if one else self.targets[:, :, chosen]

    def count(self) -> int:
        return len(self.points)


@dataclass(frozen=True, eq=False)
class Near:
    """Places around points (count, axes), normally distributed by `spread` (axes,); one target (channels, comp., 1)."""

    points: Points
    spread: Points
    target: FloatArray

    def draw(self, rng: np.random.Generator, count: int) -> tuple[Points, FloatArray]:
        chosen = self.points[rng.integers(0, len(self.points), count)]
        moved = chosen + rng.normal(size=chosen.shape) * self.spread
        return np.clip(moved, -1.0, 1.0), np.repeat(self.target, count, axis=2)

    def count(self) -> None:
        return None


@dataclass(frozen=True, eq=False)
class Anywhere:
    """Any place, or any place in some cells of a lattice, all of them if `numbers` is None; one target as in `Near`."""

    sides: tuple[int, ...]
    target: FloatArray
    numbers: NDArray[np.int64] | None = None

    def draw(self, rng: np.random.Generator, count: int) -> tuple[Points, FloatArray]:
        targets = np.repeat(self.target, count, axis=2)
        if self.numbers is None:
            return rng.uniform(-1.0, 1.0, (count, len(self.sides))), targets
        centers = Cells(self.sides, self.target).places(self.numbers[rng.integers(0, len(self.numbers), count)])
        return centers + rng.uniform(-1.0, 1.0, centers.shape) / np.array(self.sides), targets

    def count(self) -> None:
        return None
