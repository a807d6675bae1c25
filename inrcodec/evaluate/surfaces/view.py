"""A surface as one sees it from somewhere: rays walk along distances until they meet it, and exact normals shade it.

Hart, "Sphere tracing", 1996. Far from the surface, distances kept on a coarse lattice are good enough to walk by: the
network is asked only near it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inrcodec.evaluate.surfaces.lattice import Function
from inrcodec.numerics.arrays import FloatArray

Doubles = NDArray[np.float64]
KEPT_CELLS = 32  # of the coarse lattice, along a side
CAREFUL = 0.9  # of a distance is walked at once: the field is not quite one
WALKS, LAST_WALKS = 64, 200  # on the lattice, and by the network
SEEN = 1.2  # half of the height of a picture, in the box's coordinates, at zoom 1
LIGHT = np.array([-0.45, 0.6, 0.66])  # where it comes from, as one sees it: right, up, towards the eye
AMBIENT, GLOSS = 0.16, 0.25
COLOR, RIM = np.array([0.36, 0.70, 0.95]), np.array([1.0, 0.98, 0.92])


@dataclass(frozen=True)
class Camera:
    """turn, tilt: degrees around the upright axis z, and up from the side; zoom: times; right, up: in half heights."""

    turn: float = 30.0
    tilt: float = 25.0
    zoom: float = 1.0
    right: float = 0.0
    up: float = 0.0

    def axes(self) -> Doubles:
        """Directions to the right, up and towards the eye, as rows, in the box's coordinates."""
        turn, tilt = math.radians(self.turn), math.radians(self.tilt)
        right = [math.cos(turn), math.sin(turn), 0.0]
        eye = [math.sin(turn) * math.cos(tilt), -math.cos(turn) * math.cos(tilt), math.sin(tilt)]
        return np.array([right, np.cross(eye, right), eye])


class Scene:
    """A field in coordinates of the box: its distances (count,) and their gradients (count, 3) at places (count, 3)."""

    def __init__(self, distances: Function, gradients: Callable[[Doubles], NDArray[np.floating]]) -> None:
        self._distances, self._gradients = distances, gradients
        self._lattice: NDArray[np.float32] | None = None

    def drawn(self, camera: Camera, width: int, height: int) -> FloatArray:
        """Colors and alpha (height, width, 4) in [0, 1], colors premultiplied."""
        axes = camera.axes()
        half = SEEN / camera.zoom
        across = ((np.arange(width) + 0.5) * 2 / height - width / height + camera.right) * half
        down = (1 - (np.arange(height) + 0.5) * 2 / height + camera.up) * half
        plane = (across[None, :, None] * axes[0] + down[:, None, None] * axes[1]).reshape(-1, 3)
        start, end = _through_box(plane, -axes[2])
        there = np.flatnonzero(start < end)
        met, cut = self._met(plane[there], -axes[2], start[there], end[there], half / height)
        picture = np.zeros((height * width, 4), np.float32)
        hit = np.isfinite(met)
        places = plane[there][hit] - met[hit, None] * axes[2]
        normals = np.where(cut[hit, None], _wall(places), self._normals(places))
        picture[there[hit], :3] = _shaded(normals @ axes.T)
        picture[there[hit], 3] = 1
        return picture.reshape(height, width, 4)

    def _met(
        self, plane: Doubles, way: Doubles, start: Doubles, end: Doubles, pixel: float
    ) -> tuple[Doubles, NDArray[np.bool_]]:
        """How far along each ray the surface is, (rays,), inf where it is missed; and where the box cuts the shape."""
        walked = self._walked(plane, way, start, end)
        met, cut = np.full(len(plane), np.inf), np.zeros(len(plane), bool)
        rays = np.flatnonzero(walked < end)
        for _ in range(LAST_WALKS):
            if not len(rays):
                break
            far = self._distances(plane[rays] + walked[rays, None] * way).astype(np.float64)
            reached = far < pixel
            met[rays[reached]] = walked[rays[reached]] + far[reached]
            cut[rays[reached]] = (walked[rays[reached]] <= start[rays[reached]] + pixel) & (far[reached] < -pixel)
            met[rays[reached]] = np.maximum(met[rays[reached]], start[rays[reached]])
            rays, far = rays[~reached], far[~reached]
            walked[rays] += CAREFUL * far
            rays = rays[walked[rays] < end[rays]]
            walked[rays] = self._walked(plane[rays], way, walked[rays], end[rays])
            rays = rays[walked[rays] < end[rays]]
        return met, cut

    def _walked(self, plane: Doubles, way: Doubles, start: Doubles, end: Doubles) -> Doubles:
        """How far rays come by the lattice alone; beyond their ends where nothing is near."""
        lattice, walked = self._kept(), start.copy()
        rays = np.arange(len(plane))
        unsure = math.sqrt(3) / KEPT_CELLS  # a place is that near to the middle of its cell
        for _ in range(WALKS):
            places = plane[rays] + walked[rays, None] * way
            cells = np.clip(((places + 1) / 2 * KEPT_CELLS).astype(np.int64), 0, KEPT_CELLS - 1)
            free = CAREFUL * lattice[cells[:, 0], cells[:, 1], cells[:, 2]] - unsure
            going = free > unsure / 4
            rays = rays[going]
            walked[rays] += free[going]
            rays = rays[walked[rays] < end[rays]]
            if not len(rays):
                break
        return walked

    def _kept(self) -> NDArray[np.float32]:
        """Distances at the middles of coarse cells, (x, y, z)."""
        if self._lattice is None:
            middles = (2 * np.arange(KEPT_CELLS) + 1) / KEPT_CELLS - 1
            places = np.stack(np.meshgrid(middles, middles, middles, indexing="ij"), axis=-1).reshape(-1, 3)
            self._lattice = self._distances(places).astype(np.float32).reshape((KEPT_CELLS,) * 3)
        return self._lattice

    def _normals(self, places: Doubles) -> Doubles:
        gradients = np.asarray(self._gradients(places), dtype=np.float64)
        sizes = np.maximum(np.linalg.norm(gradients, axis=1, keepdims=True), 1e-12)
        return np.asarray(gradients / sizes)


def _through_box(plane: Doubles, way: Doubles) -> tuple[Doubles, Doubles]:
    """Where rays enter the box from -1 to 1 and leave it; the first is behind the second where they miss it."""
    slow = np.where(np.abs(way) < 1e-12, 1e-12, way)
    one, other = (-1 - plane) / slow, (1 - plane) / slow
    return np.minimum(one, other).max(axis=1), np.maximum(one, other).min(axis=1)


def _wall(places: Doubles) -> Doubles:
    """The normal of the side of the box that places lie on."""
    normals = np.zeros_like(places)
    axis = np.abs(places).argmax(axis=1)
    rows = np.arange(len(places))
    normals[rows, axis] = np.sign(places[rows, axis])
    return normals


def _shaded(normals: Doubles) -> FloatArray:
    """Colors (count, 3) of normals (count, 3) as one sees them: right, up, towards the eye."""
    light = LIGHT / np.linalg.norm(LIGHT)
    lit = np.clip(normals @ light, 0, 1)[:, None]
    between = light + np.array([0.0, 0.0, 1.0])
    gloss = np.clip(normals @ (between / np.linalg.norm(between)), 0, 1)[:, None] ** 24
    facing = np.clip(normals[:, 2:], 0, 1)
    shade = (AMBIENT + (1 - AMBIENT) * lit) * (0.55 + 0.45 * facing)
    return np.asarray(np.clip(COLOR * shade + GLOSS * gloss * RIM, 0, 1), dtype=np.float32)
