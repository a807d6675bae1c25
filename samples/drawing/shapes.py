"""Shapes as signed distances, negative inside; the icon spans [-1, 1] and the second axis points down."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Point = tuple[float, float]


@dataclass(frozen=True)
class Shape:
    """A region of the plane, given by its signed distance at (horizontal, vertical) positions."""

    distance: Callable[[Array, Array], Array]

    def __or__(self, other: Shape) -> Shape:
        return Shape(lambda h, v: np.minimum(self.distance(h, v), other.distance(h, v)))

    def __and__(self, other: Shape) -> Shape:
        return Shape(lambda h, v: np.maximum(self.distance(h, v), other.distance(h, v)))

    def __sub__(self, other: Shape) -> Shape:
        return Shape(lambda h, v: np.maximum(self.distance(h, v), -other.distance(h, v)))

    def grown(self, by: float) -> Shape:
        """The same region with its edge moved outwards, corners rounded."""
        return Shape(lambda h, v: self.distance(h, v) - np.float32(by))

    def rim(self, width: float) -> Shape:
        """The band of the given width just inside the edge."""
        return self - self.grown(-width)

    def line(self, width: float) -> Shape:
        """The edge itself, drawn with a pen of the given width."""
        return Shape(lambda h, v: np.abs(self.distance(h, v)) - np.float32(width / 2))

    def moved(self, right: float, down: float) -> Shape:
        return Shape(lambda h, v: self.distance(h - np.float32(right), v - np.float32(down)))

    def scaled(self, factor: float) -> Shape:
        size = np.float32(factor)
        return Shape(lambda h, v: self.distance(h / size, v / size) * size)

    def turned(self, degrees: float) -> Shape:
        """The region turned clockwise about the centre of the icon."""
        cos, sin = np.float32(math.cos(math.radians(degrees))), np.float32(math.sin(math.radians(degrees)))
        return Shape(lambda h, v: self.distance(cos * h + sin * v, cos * v - sin * h))


def polar(degrees: float, radius: float, centre: Point = (0.0, 0.0)) -> Point:
    """The point at a clock angle: 0 is up, 90 is right."""
    angle = math.radians(degrees)
    return centre[0] + radius * math.sin(angle), centre[1] - radius * math.cos(angle)


def union(shapes: Sequence[Shape]) -> Shape:
    """All the shapes as one region."""
    return reduce(lambda one, other: one | other, shapes)


def circle(right: float, down: float, radius: float) -> Shape:
    """A disc."""
    return Shape(lambda h, v: np.hypot(h - np.float32(right), v - np.float32(down)) - np.float32(radius))


def ellipse(right: float, down: float, half_width: float, half_height: float) -> Shape:
    """A filled ellipse; the distance is exact to first order at the edge, which is where it is seen."""

    def distance(h: Array, v: Array) -> Array:
        across, along = (
            (h - np.float32(right)) / np.float32(half_width),
            (v - np.float32(down)) / np.float32(half_height),
        )
        level = np.hypot(across, along)
        slope = np.hypot(across / np.float32(half_width), along / np.float32(half_height))
        return np.asarray(level * (level - 1) / np.maximum(slope, np.float32(1e-6)), np.float32)

    return Shape(distance)


def box(right: float, down: float, half_width: float, half_height: float, round_by: float = 0.0) -> Shape:
    """A rectangle about a centre, its corners rounded by a radius."""
    inner_width, inner_height = np.float32(half_width - round_by), np.float32(half_height - round_by)

    def distance(h: Array, v: Array) -> Array:
        across = np.abs(h - np.float32(right)) - inner_width
        along = np.abs(v - np.float32(down)) - inner_height
        outside = np.hypot(np.maximum(across, 0), np.maximum(along, 0))
        return np.asarray(outside + np.minimum(np.maximum(across, along), 0) - np.float32(round_by), np.float32)

    return Shape(distance)


def _to_segment(h: Array, v: Array, start: Point, end: Point) -> Array:
    """Squared distance of every position to one straight piece."""
    run, rise = np.float32(end[0] - start[0]), np.float32(end[1] - start[1])
    across, along = h - np.float32(start[0]), v - np.float32(start[1])
    part = np.clip((across * run + along * rise) / max(run * run + rise * rise, np.float32(1e-12)), 0, 1)
    return np.asarray((across - run * part) ** 2 + (along - rise * part) ** 2, np.float32)


def stroke(width: float, *points: Point) -> Shape:
    """A path of straight pieces drawn with a round pen."""

    def distance(h: Array, v: Array) -> Array:
        pieces = [_to_segment(h, v, start, end) for start, end in pairwise(points)]
        return np.asarray(np.sqrt(reduce(np.minimum, pieces)) - np.float32(width / 2), np.float32)

    return Shape(distance)


def polygon(*points: Point) -> Shape:
    """A filled polygon; use `grown` to round its corners."""

    def distance(h: Array, v: Array) -> Array:
        inside = np.zeros(h.shape, bool)
        nearest = np.full(h.shape, np.float32(1e9))
        for start, end in zip(points, points[1:] + points[:1], strict=True):
            nearest = np.minimum(nearest, _to_segment(h, v, start, end))
            spans = (v < np.float32(start[1])) != (v < np.float32(end[1]))
            rise = end[1] - start[1] or 1.0
            crossing = np.float32(start[0]) + (v - np.float32(start[1])) * np.float32((end[0] - start[0]) / rise)
            inside ^= spans & (h < crossing)
        return np.asarray(np.where(inside, -1, 1) * np.sqrt(nearest), np.float32)

    return Shape(distance)


def arc(centre: Point, radius: float, start: float, end: float, width: float) -> Shape:
    """A piece of a circle between two clock angles, drawn with a round pen."""
    pieces = max(2, round(abs(end - start) / 12))
    return stroke(width, *(polar(start + (end - start) * step / pieces, radius, centre) for step in range(pieces + 1)))


def star(points: int, outer: float, inner: float, round_by: float = 0.0) -> Shape:
    """A star about the centre, one point up, its corners rounded."""
    corners = [polar(180 * step / points, (outer if step % 2 == 0 else inner) - round_by) for step in range(2 * points)]
    return polygon(*corners).grown(round_by)


def heart(size: float) -> Shape:
    """A heart about the centre: two discs over a corner."""
    lobes = circle(-0.42, -0.2, 0.44) | circle(0.42, -0.2, 0.44)
    return (lobes | polygon((-0.735, 0.105), (0.0, -0.3), (0.735, 0.105), (0.0, 0.86))).scaled(size)
