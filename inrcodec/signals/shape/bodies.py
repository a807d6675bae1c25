"""Meshes of several bodies that overlap: what of one lies inside another is no surface of both together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from inrcodec.signals.shape.distances import signed_distances, spacing
from inrcodec.signals.shape.surface import Doubles, Surface

LEAST_SAMPLES = 30  # of a body that others are looked for in


def outer_samples(points: Doubles, normals: Doubles, bodies: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which samples (count,) lie inside no other body; bodies: the number of each one's body.

    A body whose normals point inwards is the wall of a hollow: it stays, and nothing is inside it.
    """
    volumes = np.bincount(bodies, ((points - _middles(points, bodies)) * normals).sum(axis=1))
    solid = volumes[bodies] > 0
    kept = np.ones(len(points), bool)
    for body in np.flatnonzero((volumes > 0) & (np.bincount(bodies) >= LEAST_SAMPLES)):
        own = bodies == body
        low, high = points[own].min(axis=0), points[own].max(axis=0)
        others = np.flatnonzero(~own & solid & kept & ((points > low) & (points < high)).all(axis=1))
        if len(others):
            surface = Surface(points[own], normals[own])
            tree = cKDTree(surface.points)
            deep = signed_distances(surface, points[others], tree) < -spacing(surface, tree) / 2
            kept[others[deep]] = False
    return kept


def _middles(points: Doubles, bodies: NDArray[np.int64]) -> Doubles:
    """The middle of the body of every sample, (count, 3)."""
    counts = np.maximum(np.bincount(bodies), 1)
    sums = np.stack([np.bincount(bodies, points[:, axis]) for axis in range(3)], axis=1)
    return np.asarray((sums / counts[:, None])[bodies])
