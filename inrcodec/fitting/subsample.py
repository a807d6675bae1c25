"""Which pixels a step looks at, where every pixel of an image teaches the same values: a few, spread over the image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from inrcodec.fitting.arrays import Array
from inrcodec.numerics.coordinates import Axis

STRIDES = (8, 4, 2)
LEAST_POINTS = 1024  # of a step: with fewer, its cost is not in its products


@dataclass(frozen=True)
class Subsample:
    """Every stride-th row and column of an image, from the given ones on."""

    stride: int = 1
    row: int = 0
    column: int = 0

    def pick(self, values: Array) -> Array:
        """A view of those rows and columns, the last two axes."""
        return values if self.stride == 1 else values[..., self.row :: self.stride, self.column :: self.stride]

    def axes(self, height: int, width: int) -> tuple[Axis, Axis]:
        """Where they lie."""
        return Axis(height).every(self.stride, self.row), Axis(width).every(self.stride, self.column)


ALL_PIXELS = Subsample()


def stride_for(sizes: Sequence[tuple[int, int]], pixels: int) -> int:
    """The widest subsample that leaves enough points of a set of images of these (height, width)."""
    side = min(min(size) for size in sizes)
    return next((one for one in STRIDES if one <= side and pixels >= LEAST_POINTS * one**2), 1)


def subsamples(stride: int, order: np.random.Generator) -> Iterator[Subsample]:
    """Subsamples that together see every pixel once, in random order."""
    for place in order.permutation(stride**2).tolist():
        yield Subsample(stride, *divmod(place, stride))
