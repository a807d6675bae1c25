"""The Laplacian per square of a sample: exact at places, and with a longer reach, second differences of any stride.

A second difference at any stride follows from a given Laplacian by way of a signal that has it, borders being
mirrored: only a constant is missing. Strides are drawn evenly up to the reach.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from inrcodec.field.jets import Jet
from inrcodec.field.siren import Array
from inrcodec.fitting.constraints import Constraint, Sample, drawn
from inrcodec.fitting.constraints.domain import Cells

PLACES = 3  # of a second difference
BOLDNESS = 1.0


def components(axes: int) -> int:
    """One."""
    return 1


def samples(constraint: Constraint, rng: np.random.Generator, count: int) -> Iterator[Sample]:
    """Laplacians at places, or second differences up to the reach."""
    if constraint.potential is not None and constraint.reach > 1:
        return iter([_far(constraint, rng, count // PLACES)])
    per_sample = constraint.per_sample

    def residual(jet: Jet, targets: Array) -> Array:
        return sum(float(scale) ** 2 * jet.second[:, axis] for axis, scale in enumerate(per_sample)) - targets[:, 0]

    return drawn(constraint, rng, count, 2, residual)


def _far(constraint: Constraint, rng: np.random.Generator, count: int) -> Sample:
    """Values at places and on both sides of them along some axis."""
    assert constraint.potential is not None
    axes = rng.integers(0, len(constraint.sides), count)
    numbers, stride = np.zeros((PLACES, count), dtype=np.int64), 1
    for axis, side in enumerate(constraint.sides):
        here = rng.integers(0, side, count)
        away = rng.integers(1, min(side, constraint.reach) + 1, count) * (axes == axis)
        numbers += stride * np.stack([here, _mirrored(here - away, side), _mirrored(here + away, side)])
        stride *= side
    cells = Cells(constraint.sides, constraint.potential.reshape(constraint.potential.shape[0], 1, -1))

    def residual(jet: Jet, targets: Array) -> Array:
        errors = (jet.value - targets[:, 0]).reshape(-1, PLACES, count)
        return errors[:, 1] + errors[:, 2] - 2 * errors[:, 0]

    flat = numbers.ravel()
    return Sample(cells.places(flat), 0, cells.targets[:, :, flat], residual)


def _mirrored(cells: NDArray[np.int64], side: int) -> NDArray[np.int64]:
    """Numbers of cells beyond the borders as those of their mirror images."""
    around = cells % (2 * side)
    return np.minimum(around, 2 * side - 1 - around)
