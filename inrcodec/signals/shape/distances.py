"""How far places are from a surface that is known by oriented points, with a sign: below 0 inside.

Away from it the distance is that of the nearest point, and the sign the median over five of them of the side of their
tangent planes: one wrong normal turns nothing inside out. Near it, a place that lies on the normal of a point is as far
from it as it was moved, exactly, as long as no other point is nearer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from inrcodec.signals.shape.surface import Doubles, Surface

if TYPE_CHECKING:
    from numpy.random import Generator

JUDGES = 5  # points whose normals decide on a sign
FAR, NEAR = 100_000, 100_000  # places that are drawn
SPREAD = 0.05  # deviation of moves along normals, the box being 2 wide
PLANAR = 2.0  # distances between neighboring points, within which the tangent plane is nearer than the point
NEARER = 0.98  # another point that is nearer than this share of a move spoils it


@dataclass(frozen=True, eq=False)
class Known:
    """Places (count, 3) in [-1, 1] and their signed distances (count,), in the same coordinates."""

    places: Doubles
    distances: Doubles


def known_distances(surface: Surface, rng: Generator, far: int = FAR, near: int = NEAR) -> Known:
    """Places all over the box and along normals; the surface is in coordinates of the box."""
    tree = cKDTree(surface.points)
    anywhere = rng.uniform(-1.0, 1.0, (far, 3))
    chosen = rng.integers(0, len(surface.points), near)
    moves = rng.normal(0.0, SPREAD, near)
    moved = surface.points[chosen] + moves[:, None] * surface.normals[chosen]
    ways, _ = tree.query(moved)
    kept = (ways >= NEARER * np.abs(moves)) & (np.abs(moved) <= 1).all(axis=1)
    places = np.concatenate([anywhere, moved[kept]])
    return Known(places, np.concatenate([signed_distances(surface, anywhere, tree), moves[kept]]))


def signed_distances(surface: Surface, places: Doubles, tree: cKDTree | None = None) -> Doubles:
    """Distances (count,) of places (count, 3), negative inside."""
    tree = tree or cKDTree(surface.points)
    count = min(JUDGES, len(surface.points))
    ways, nearest = tree.query(places, k=count)
    ways, nearest = ways.reshape(-1, count), nearest.reshape(-1, count)
    heights = ((places[:, None] - surface.points[nearest]) * surface.normals[nearest]).sum(axis=2)
    side = np.median(heights, axis=1)
    planar = ways[:, 0] < PLANAR * spacing(surface, tree)
    return np.asarray(np.where(planar, side, np.copysign(ways[:, 0], side)))


def spacing(surface: Surface, tree: cKDTree) -> float:
    """The usual way from a point to the next one: the median over some of them."""
    some = surface.points[:: max(1, len(surface.points) // 2000)]
    ways, _ = tree.query(some, k=2)
    return float(np.median(ways[:, 1]))
