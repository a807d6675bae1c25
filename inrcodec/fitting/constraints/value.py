"""The value of the field itself."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from inrcodec.field.jets import Jet
from inrcodec.field.siren import Array
from inrcodec.fitting.constraints import Constraint, Sample, drawn

BOLDNESS = 1.0


def components(axes: int) -> int:
    """One."""
    return 1


def samples(constraint: Constraint, rng: np.random.Generator, count: int) -> Iterator[Sample]:
    """Values at places."""
    return drawn(constraint, rng, count, 0, _residual)


def _residual(jet: Jet, targets: Array) -> Array:
    return jet.value - targets[:, 0]
