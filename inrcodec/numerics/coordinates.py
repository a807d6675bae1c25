"""Where samples and cells lie: cell-center grids in [-1, 1] and the matrices that interpolate between them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from inrcodec.numerics.arrays import FloatArray

Floating = TypeVar("Floating", NDArray[np.float32], NDArray[np.float64])

MOST_SAMPLES = 16  # of a pixel along an axis: means of 256 points hardly differ from those of more


@dataclass(frozen=True)
class Axis:
    """`count` equal cells that fill the stretch from `start` to `stop` of an image side that runs from -1 to 1.

    The K sub-samples per pixel of an n-pixel side are the centers of `Axis(n * K)`: a pixel is an area, not a point.
    """

    count: int
    start: float = -1.0
    stop: float = 1.0

    def centers(self) -> FloatArray:
        """Coordinates of the cells' centers, shape (count,)."""
        return self.exact_centers().astype(np.float32)

    def exact_centers(self) -> NDArray[np.float64]:
        """The same in float64."""
        return self.start + (self.stop - self.start) * (np.arange(self.count) + 0.5) / self.count

    def finer(self, times: int) -> Axis:
        """The same stretch with every cell cut into that many."""
        return Axis(self.count * times, self.start, self.stop)

    def every(self, stride: int, first: int) -> Axis:
        """Cells as far apart as `stride` of these, around the centers of number `first`, first + stride, ..."""
        length = (self.stop - self.start) / self.count
        start = self.start + (first + 0.5 - stride / 2) * length
        count = -(-(self.count - first) // stride)
        return Axis(count, start, start + count * stride * length)

    def part(self, cells: slice) -> Axis:
        """The cells with these numbers."""
        length = (self.stop - self.start) / self.count
        first, last = cells.start, cells.stop
        return Axis(last - first, self.start + first * length, self.start + last * length)


@dataclass(frozen=True)
class Interpolation:
    """How the centers of an axis are read out of a row of cells: cell first + j has the weight weights[:, j]."""

    first: int
    weights: FloatArray  # (axis.count, cells in reach)


def interpolation(axis: Axis, cells: int) -> Interpolation:
    """Weights that read the centers of `axis` out of `cells` cells over [-1, 1]; only cells in reach are listed."""
    places = (axis.exact_centers() + 1.0) * (0.5 * cells) - 0.5
    first = min(max(0, int(np.floor(places[0])) - 1), cells - 1)
    last = min(max(first, int(np.floor(places[-1])) + 2), cells - 1)
    return Interpolation(first, cubic_weights(places - first, last - first + 1))


def cubic_weights(places: NDArray[np.float64], cells: int) -> FloatArray:
    """Weights that read `places`, where cell 0 has its center at 0 and cell 1 at 1, shape (places, cells).

    Cubic convolution with a = -1/2 (Keys, "Cubic convolution interpolation for digital image processing", 1981); cells
    beyond the border repeat the last one, so every row sums to 1.
    """
    first = np.floor(places).astype(np.int64)
    matrix = np.zeros((len(places), cells))
    for offset in (-1, 0, 1, 2):
        column = np.clip(first + offset, 0, cells - 1)
        np.add.at(matrix, (np.arange(len(places)), column), keys(places - (first + offset)))
    return matrix.astype(np.float32)


def area_weights(cells: int, count: int) -> FloatArray:
    """Weights that turn `cells` cells into `count` over the same stretch, (count, cells): each the mean of its own."""
    edges = np.arange(count + 1) * (cells / count)
    first, last = edges[:-1, None], edges[1:, None]
    shares = np.minimum(last, np.arange(1, cells + 1)) - np.maximum(first, np.arange(cells))
    return np.asarray(np.maximum(shares, 0.0) * (count / cells), dtype=np.float32)


def keys(distance: Floating) -> Floating:
    """Cubic convolution kernel at `distance` cells, for |distance| <= 2."""
    near = np.abs(distance)
    inner = (1.5 * near - 2.5) * near**2 + 1.0
    outer = ((-0.5 * near + 2.5) * near - 4.0) * near + 2.0
    return np.where(near <= 1.0, inner, outer)


def samples_per_pixel(native: int, requested: int, footprint: int) -> int:
    """Sub-samples per output pixel and axis: never sparser over the image than the grid the field was fitted on.

    But not more than MOST_SAMPLES: an image drawn small costs about its pixels, whatever its native size.
    """
    return max(1, min(MOST_SAMPLES, -(-native * footprint // requested)))


def tiles(height: int, width: int, points: int) -> Iterator[tuple[slice, slice]]:
    """Cut a grid into (rows, columns) of at most about that many points each, squarish where it has to be cut."""
    tall = min(height, max(1, math.isqrt(points), points // width))
    wide = max(1, points // tall)
    for top in range(0, height, tall):
        for left in range(0, width, wide):
            yield slice(top, min(top + tall, height)), slice(left, min(left + wide, width))


def image_places(images: int) -> FloatArray:
    """The place of each image in the set, from -1 (first) to 1 (last), shape (images,)."""
    return np.linspace(-1.0, 1.0, images).astype(np.float32) if images > 1 else np.zeros(1, np.float32)
