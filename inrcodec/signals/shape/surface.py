"""A surface as points with normals that point outwards, and what may be wrong with these normals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

Doubles = NDArray[np.float64]
NEIGHBORS = 9  # a point and those whose normals its own is held against
FLAT = 0.3  # sine between a tangent plane and the way to a neighbor on the same sheet
FILLED = 0.9  # share of the box's longer side that a shape takes: its field is known around it, too


@dataclass(frozen=True, eq=False)
class Surface:
    """Points on a surface (count, 3), unit normals (count, 3), both float64, in the units of the input.

    opposed: share of normals that point against those around them, which were turned around where they are those of
    faces; turned: whether all were turned around, since they pointed inwards; faces: of the mesh that the points were
    drawn from, 0 for points that came as such; closed: whether every edge of that mesh has two faces, None for points.
    """

    points: Doubles
    normals: Doubles
    faces: int = 0
    closed: bool | None = None
    opposed: float = 0.0
    turned: bool = False

    def box(self) -> Doubles:
        """The cube that the field is fitted in, with room around the shape: lowest and highest corner, (2, 3)."""
        low, high = self.points.min(axis=0), self.points.max(axis=0)
        middle, half = (low + high) / 2, (high - low).max() / 2 / FILLED
        return np.stack([middle - half, middle + half])

    def in_box(self) -> Surface:
        """The same in coordinates from -1 to 1 along the box."""
        low, high = self.box()
        return replace(self, points=2 * (self.points - low) / (high - low) - 1)

    def oriented(self) -> Surface:
        """The same, with normals outwards on the whole, and the share of those that oppose their neighbors.

        The volume that a surface encloses is a third of the sum of point times normal (Gauss): negative where normals
        point inwards.
        """
        from scipy.spatial import cKDTree

        tree = cKDTree(self.points)
        centered = self.points - self.points.mean(axis=0)
        flux = float((centered * self.normals).sum(axis=1) @ areas(self.points, tree))
        normals = -self.normals if flux < 0 else self.normals
        opposed = self.opposed if self.faces else opposed_share(self.points, normals, tree)
        return replace(self, normals=normals, turned=flux < 0, opposed=opposed)


def areas(points: Doubles, tree: cKDTree) -> Doubles:
    """What part of the surface each point stands for, (count,), up to a factor: the square of the way to others."""
    ways, _ = tree.query(points, k=min(NEIGHBORS, len(points)))
    return np.asarray(np.square(ways[:, -1]), dtype=np.float64)


def opposed_share(points: Doubles, normals: Doubles, tree: cKDTree) -> float:
    """Share of points whose normal points against most of those around it on the same sheet.

    Neighbors that do not lie in a point's tangent plane are on another sheet, the back of a thin wall, and do not
    count.
    """
    ways, beside = tree.query(points, k=min(NEIGHBORS, len(points)))
    ways, beside = ways[:, 1:, None], beside[:, 1:]
    across = np.abs(((points[beside] - points[:, None]) * normals[:, None]).sum(axis=2))
    same = across <= FLAT * np.maximum(ways[..., 0], 1e-300)
    agrees = np.sign((normals[beside] * normals[:, None]).sum(axis=2)) * same
    return float((agrees.sum(axis=1) < 0).mean())
