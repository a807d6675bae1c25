"""How steep the field is: the size of its gradient, for every channel; of a distance, it is 1 everywhere."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from inrcodec.field.jets import Jet
from inrcodec.field.siren import Array
from inrcodec.fitting.constraints import Constraint, Sample, drawn
from inrcodec.numerics.arrays import FloatArray, namespace_of

LEAST = 1e-12  # a square; the size of nothing has no derivative
BOLDNESS = 1.0


def components(axes: int) -> int:
    """One."""
    return 1


def samples(constraint: Constraint, rng: np.random.Generator, count: int) -> Iterator[Sample]:
    """Slopes at places."""
    per_sample = constraint.per_sample

    def residual(jet: Jet, targets: Array) -> Array:
        return sizes(jet, per_sample) - targets[:, 0]

    return drawn(constraint, rng, count, 1, residual)


def sizes(jet: Jet, per_sample: FloatArray) -> Array:
    """The size of the gradient per sample, (channels, points)."""
    squares = sum((float(scale) * jet.first[:, axis]) ** 2 for axis, scale in enumerate(per_sample))
    return namespace_of(jet.first).sqrt(squares + LEAST)
