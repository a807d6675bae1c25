"""Coordinates and latent grids spread over the sample grid of a group of images; array API, so numpy or torch."""

from __future__ import annotations

from functools import lru_cache

from array_api_compat import array_namespace, device

from inrcodec.coordinates import Axis, interpolation_matrix
from inrcodec.field.siren import Array


def coordinate_planes(places: Array, rows: Axis, columns: Axis) -> list[Array]:
    """The x and y coordinates of every sample, two planes (1, B, rows, columns), B from places (B,)."""
    xp = array_namespace(places)
    shape = (1, places.shape[0], rows.count, columns.count)
    across = xp.asarray(columns.centres(), device=device(places)).reshape(1, 1, 1, -1)
    down = xp.asarray(rows.centres(), device=device(places)).reshape(1, 1, -1, 1)
    return [xp.broadcast_to(across, shape), xp.broadcast_to(down, shape)]


def interpolate(level: Array, rows: Axis, columns: Axis) -> Array:
    """Latents (channels, B, height, width) read at every sample, (channels, B, rows, columns)."""
    xp = array_namespace(level)
    channels, group, height, width = level.shape
    if height == width == 1:
        return xp.broadcast_to(level, (channels, group, rows.count, columns.count))
    across = level if columns == Axis(width) else level @ _matrix(xp, device(level), columns, width).T
    return across if rows == Axis(height) else _matrix(xp, device(level), rows, height) @ across


@lru_cache(maxsize=512)
def _matrix(xp: Array, place: Array, axis: Axis, cells: int) -> Array:
    return xp.asarray(interpolation_matrix(axis, cells).copy(), device=place)
