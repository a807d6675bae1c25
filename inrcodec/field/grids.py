"""Coordinates and latent grids spread over the sample grid of a group of images; array API, so numpy or torch."""

from __future__ import annotations

from functools import lru_cache

from array_api_compat import array_namespace, device

from inrcodec.coordinates import Axis, interpolation
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
    xp, (channels, group, height, width) = array_namespace(level), level.shape
    if height == width == 1:
        return xp.broadcast_to(level, (channels, group, rows.count, columns.count))
    top, down = _weights(xp, device(level), rows, height)
    left, across = _weights(xp, device(level), columns, width)
    reached = level[:, :, top : top + down.shape[1], left : left + across.shape[1]]
    if columns == Axis(width):
        return reached if rows == Axis(height) else down @ reached
    rows_first = down.shape[0] * across.shape[1] * (down.shape[1] + across.shape[0])
    columns_first = down.shape[1] * across.shape[0] * (across.shape[1] + down.shape[0])
    return (down @ reached) @ across.T if rows_first < columns_first else down @ (reached @ across.T)


@lru_cache(maxsize=256)
def _weights(xp: Array, place: Array, axis: Axis, cells: int) -> tuple[int, Array]:
    found = interpolation(axis, cells)
    return found.first, xp.asarray(found.weights, device=place)
