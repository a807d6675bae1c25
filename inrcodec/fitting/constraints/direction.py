"""Which way the field rises: the gradient's direction, a unit vector for every channel; its size is free."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from inrcodec.field.jets import Jet
from inrcodec.field.siren import Array
from inrcodec.fitting.constraints import Constraint, Sample, drawn
from inrcodec.fitting.constraints.slope import sizes
from inrcodec.numerics.arrays import FloatArray, namespace_of

BOLDNESS = 1.0


def components(axes: int) -> int:
    """One along every axis."""
    return axes


def samples(constraint: Constraint, rng: np.random.Generator, count: int) -> Iterator[Sample]:
    """Directions at places."""
    per_sample = constraint.per_sample

    def residual(jet: Jet, targets: Array) -> Array:
        return direction(jet, per_sample) - targets

    return drawn(constraint, rng, count, 1, residual)


def direction(jet: Jet, per_sample: FloatArray) -> Array:
    """Unit vectors (channels, axes, points) along gradients per sample."""
    xp, size = namespace_of(jet.first), sizes(jet, per_sample)
    steps = xp.stack([float(scale) * jet.first[:, axis] for axis, scale in enumerate(per_sample)], axis=1)
    return steps / size[:, None]
