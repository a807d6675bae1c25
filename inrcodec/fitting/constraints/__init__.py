"""What a field is fitted to when it is not a set of pictures: constraints on its value and its derivatives.

One file per quantity, named as in a list of constraints. A field is f(x) with x in [-1, 1] along every axis; quantities
are in units of samples (native pixels), of which axis a has `sides[a]`. Everything here is written against the array
API and knows neither files nor torch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from inrcodec.field.jets import Jet
from inrcodec.field.siren import Array
from inrcodec.fitting.constraints.domain import Domain
from inrcodec.numerics.arrays import FloatArray

QUANTITIES = ("value", "gradient", "direction", "slope", "laplacian")
Residual = Callable[[Jet, Array], Array]


@dataclass(frozen=True, eq=False)
class Sample:
    """Places that one step looks at, and what it makes of the field there.

    points (count, axes); order of the derivatives it needs; targets (channels, components, count); residual: from the
    jets there, value (channels, count), and the targets to errors of any shape. directions (directions, axes, count):
    along which derivatives are taken at each of the points. Default: along all axes.
    """

    points: NDArray[np.float64]
    order: int
    targets: FloatArray
    residual: Residual
    directions: NDArray[np.float64] | None = None


@dataclass(frozen=True, eq=False)
class Constraint:
    """A quantity, where it is known and what it is there; see the options of a list in docs/signals.md.

    label: its name in messages; known: one or more domains with targets; norm: the power of its errors, 1 or 2; reach:
    how far apart are the samples whose differences it compares, 1 for exact derivatives only. With a longer one,
    `potential` (channels, *sides reversed) is a signal that has the quantity asked for; constants in it mean nothing.
    share: of a step's places, beside the 1 of others.
    """

    label: str
    quantity: str
    sides: tuple[int, ...]
    known: tuple[Domain, ...]
    weight: float = 1.0
    norm: int = 2
    reach: int = 1
    potential: FloatArray | None = None
    share: float = 1.0

    def samples(self, rng: np.random.Generator, count: int) -> Iterator[Sample]:
        """About `count` places for one step."""
        return quantity_named(self.quantity).samples(self, rng, count)

    @property
    def boldness(self) -> float:
        """How much larger than usual the steps of a fit may be."""
        return quantity_named(self.quantity).BOLDNESS

    @property
    def per_sample(self) -> FloatArray:
        """From derivatives along coordinates in [-1, 1] to those per sample, (axes,)."""
        return np.array([2.0 / side for side in self.sides], dtype=np.float32)


class Quantity(Protocol):
    """What a quantity's file provides; BOLDNESS: see `Constraint.boldness`."""

    BOLDNESS: float

    def components(self, axes: int) -> int:
        """How many numbers it is for each channel."""

    def samples(self, constraint: Constraint, rng: np.random.Generator, count: int) -> Iterator[Sample]:
        """Places for one step, `count` of them in all."""


def quantity_named(name: str) -> Quantity:
    """The quantity's module; the name has been checked against QUANTITIES."""
    return cast(Quantity, import_module(f"inrcodec.fitting.constraints.{name}"))


def drawn(
    constraint: Constraint, rng: np.random.Generator, count: int, order: int, residual: Residual
) -> Iterator[Sample]:
    """Samples of all domains of a constraint, which share one residual."""
    for domain in constraint.known:
        points, targets = domain.draw(rng, max(1, count // len(constraint.known)))
        yield Sample(points, order, targets, residual)
