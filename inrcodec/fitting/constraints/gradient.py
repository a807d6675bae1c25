"""The gradient per sample: exact slopes at places, and with a longer reach, differences between samples far apart.

Differences across one sample settle no large shapes. The difference of any two samples is a sum of the gradients
between them, which is the difference of a signal that has these gradients: all pairs of a step's places are compared at
once, as their errors less the mean of the errors. What that finds is the lattice's Poisson solution.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from inrcodec.field.jets import Jet
from inrcodec.field.siren import Array
from inrcodec.fitting.constraints import Constraint, Residual, Sample
from inrcodec.fitting.constraints.domain import Cells, spread
from inrcodec.numerics.arrays import FloatArray, namespace_of

EXACT = 0.5  # share of a step's places at which slopes are exact, where differences reach further
WINDOW_PLACES = 64  # in every window that is as wide as the reach
BOLDNESS = 2.0  # slopes that are held leave no room for waves between the samples, which large steps make


def components(axes: int) -> int:
    """One along every axis."""
    return axes


def samples(constraint: Constraint, rng: np.random.Generator, count: int) -> Iterator[Sample]:
    """Slopes at places, of one axis or of all, and differences over windows as wide as the reach."""
    far = constraint.potential is not None and constraint.reach > 1
    exact = round(EXACT * count) if far else count
    between = [domain for domain in constraint.known if isinstance(domain, Cells) and domain.between is not None]
    if between:
        yield _between(constraint, between, rng, exact)
    for domain in constraint.known:
        if domain not in between:
            points, targets = domain.draw(rng, max(1, exact // len(constraint.known)))
            yield Sample(points, 1, targets, _slopes(constraint.per_sample))
    if far:
        yield _far(constraint, rng, count - exact)


def _slopes(per_sample: FloatArray) -> Residual:
    """Errors of slopes along all axes, (channels, axes, points)."""

    def residual(jet: Jet, targets: Array) -> Array:
        steps = [float(scale) * jet.first[:, axis] for axis, scale in enumerate(per_sample)]
        return namespace_of(jet.first).stack(steps, axis=1) - targets

    return residual


def _between(constraint: Constraint, domains: Sequence[Cells], rng: np.random.Generator, count: int) -> Sample:
    """Slopes half-way between cells, each along the one axis on which it is known: all axes would cost half more."""
    drawn = [domain.draw(rng, max(1, count // len(domains))) for domain in domains]
    axes = np.repeat([domain.between for domain in domains], [len(points) for points, _ in drawn])
    turns = constraint.per_sample[:, None] * (np.arange(len(constraint.sides))[:, None] == axes)

    def residual(jet: Jet, targets: Array) -> Array:
        return jet.first[:, 0] - targets[:, 0]

    points = np.concatenate([points for points, _ in drawn])
    targets = np.concatenate([targets for _, targets in drawn], axis=2)
    return Sample(points, 1, targets, residual, turns[None].astype(np.float64))


def _far(constraint: Constraint, rng: np.random.Generator, count: int) -> Sample:
    """Values at the places of windows; only what differs within a window counts."""
    assert constraint.potential is not None
    sides = constraint.sides
    whole = constraint.reach >= max(sides)
    windows = 1 if whole else max(1, count // WINDOW_PLACES)
    each = count // windows
    numbers = spread(rng, math.prod(sides), each)[None] if whole else _windows(constraint, rng, windows, each)
    cells = Cells(sides, constraint.potential.reshape(constraint.potential.shape[0], 1, -1))

    def residual(jet: Jet, targets: Array) -> Array:
        errors = (jet.value - targets[:, 0]).reshape(-1, windows, each)
        return errors - namespace_of(errors).mean(errors, axis=2, keepdims=True)

    flat = numbers.ravel()
    return Sample(cells.places(flat), 0, cells.targets[:, :, flat], residual)


def _windows(constraint: Constraint, rng: np.random.Generator, windows: int, each: int) -> NDArray[np.int64]:
    """Numbers of cells in windows as wide as the reach, (windows, each)."""
    numbers, stride = np.zeros((windows, each), dtype=np.int64), 1
    for side in constraint.sides:
        wide = min(side, constraint.reach)
        first = rng.integers(0, side - wide + 1, (windows, 1))
        numbers += stride * (first + rng.integers(0, wide, (windows, each)))
        stride *= side
    return numbers
