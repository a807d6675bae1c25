"""A mesh of triangles: its parts, whether it is closed, and what it encloses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Mesh:
    """Vertices (count, 3), float64, all of them of faces (count, 3), whose corners turn left as seen from outside.

    open_at: sides of the box that the shape reaches, where it was closed by force: "-x" to "+z".
    """

    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]
    open_at: tuple[str, ...] = ()

    @cached_property
    def watertight(self) -> bool:
        """Whether every edge has two faces, which run along it in opposite directions."""
        there = np.sort(_keys(self._edges, len(self.vertices)))  # sorting is quicker here than unique
        back = np.sort(_keys(self._edges[:, ::-1], len(self.vertices)))
        return bool(len(there) > 0 and (np.diff(there) > 0).all() and np.array_equal(there, back))

    @cached_property
    def euler(self) -> int:
        """Vertices less edges plus faces: 2 for each part like a sphere, less 2 for each hole through it."""
        if not len(self.faces):
            return 0
        keys = np.sort(_keys(np.sort(self._edges, axis=1), len(self.vertices)))
        return len(self.vertices) - (1 + int((np.diff(keys) > 0).sum())) + len(self.faces)

    @property
    def volume(self) -> float:
        """What it encloses; below 0 for a surface that encloses what is outside."""
        return float(self._volumes.sum())

    @property
    def area(self) -> float:
        """Of all faces."""
        return float(self._areas.sum())

    @cached_property
    def parts(self) -> int:
        """Pieces that do not hang together."""
        return int(self._part_of_face.max()) + 1 if len(self.faces) else 0

    @cached_property
    def cavities(self) -> int:
        """How many of the parts are the walls of hollows inside others."""
        if not len(self.faces):
            return 0
        return int((np.bincount(self._part_of_face, self._volumes) < 0).sum())

    def largest(self) -> Mesh:
        """The part with the largest area, and the hollows within its bounds."""
        if self.parts < 2:
            return self
        part = self._part_of_face
        kept = int(np.bincount(part, self._areas).argmax())
        corners = self.vertices[self.faces]
        low, high = corners[part == kept].min(axis=(0, 1)), corners[part == kept].max(axis=(0, 1))
        outside = ((corners < low) | (corners > high)).any(axis=(1, 2))
        hollow = (np.bincount(part, self._volumes) < 0) & (np.bincount(part, outside) == 0)
        return self._only((part == kept) | hollow[part])

    def placed(self, low: NDArray[np.float64], high: NDArray[np.float64]) -> Mesh:
        """Where the box from -1 to 1 stands for one between these corners."""
        return replace(self, vertices=low + (self.vertices + 1) / 2 * (high - low))

    def _only(self, chosen: NDArray[np.bool_]) -> Mesh:
        used, numbers = np.unique(self.faces[chosen], return_inverse=True)
        return replace(self, vertices=self.vertices[used], faces=numbers.reshape(-1, 3))

    @cached_property
    def _edges(self) -> NDArray[np.int64]:
        return np.concatenate([self.faces[:, [0, 1]], self.faces[:, [1, 2]], self.faces[:, [2, 0]]])

    @cached_property
    def _part_of_face(self) -> NDArray[np.int64]:
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        count, edges = len(self.vertices), self._edges
        graph = coo_array((np.ones(len(edges), np.int8), (edges[:, 0], edges[:, 1])), shape=(count, count))
        _, labels = connected_components(graph, directed=False)
        return np.asarray(labels[self.faces[:, 0]], dtype=np.int64)

    @cached_property
    def _volumes(self) -> NDArray[np.float64]:
        """Of the tetrahedra between faces and one point."""
        first, second, third = (self.vertices[self.faces] - self.vertices[:1]).transpose(1, 0, 2)
        return np.asarray((first * np.cross(second, third)).sum(axis=1) / 6)

    @cached_property
    def _areas(self) -> NDArray[np.float64]:
        first, second, third = self.vertices[self.faces].transpose(1, 0, 2)
        return np.asarray(np.linalg.norm(np.cross(second - first, third - first), axis=1) / 2)


def _keys(edges: NDArray[np.int64], vertices: int) -> NDArray[np.int64]:
    """One number for each pair."""
    return edges[:, 0] * vertices + edges[:, 1]
