"""The surface of a field as a mesh: marching cubes over slabs of a lattice, in the cells near the surface alone.

Lewiner, Lopes, Vieira and Tavares, "Efficient Implementation of Marching Cubes' Cases with Topological Guarantees",
2003, as scikit-image has it. Two slabs share a layer of values, so what they make of it fits together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inrcodec.errors import UsageError
from inrcodec.evaluate.surfaces.lattice import Cells, Function, near_surface
from inrcodec.evaluate.surfaces.mesh import Mesh

FINEST = 2  # cells a side of the blocks in which every corner is evaluated
SLAB_VALUES = 1 << 22
LEAST_VALUE = 1e-3  # of what a cell's width is worth: a corner is never quite on the surface, or triangles have no area
OUTSIDE = 0.02  # cells that a shape which reaches the box is closed beyond it
MARGINS = (1.0, 2.0, 8.0)  # on the slope of the field, until the mesh is closed
LEAST_CELLS, MOST_CELLS = 8, 2048
SIDES = ("-x", "-y", "-z", "+x", "+y", "+z")


def mesh_of(function: Function, cells: int) -> Mesh:
    """The surface where a function of coordinates (count, 3) is 0, in [-1, 1], from so many cells along the box.

    Where it is below 0 is inside. UsageError where there is no surface. Memory: what the mesh takes, and some 100 MB.
    """
    if not LEAST_CELLS <= cells <= MOST_CELLS:
        raise UsageError(f"{cells} cells along a side: {LEAST_CELLS} to {MOST_CELLS} can be drawn")
    mesh = _empty()
    for margin in MARGINS:
        mesh = _mesh(function, cells, near_surface(function, cells, FINEST, margin))
        if mesh.watertight:
            return mesh
    if not len(mesh.faces):
        raise UsageError("there is no surface: the field is above 0, or below it, everywhere in its box")
    return mesh


def _empty() -> Mesh:
    return Mesh(np.zeros((0, 3)), np.zeros((0, 3), np.int64))


@dataclass(frozen=True, eq=False)
class _Slab:
    """Corners (z, y, x) of some layers of a lattice with one more corner on every side; z counts from `first`."""

    first: int
    values: NDArray[np.float32]
    cells: NDArray[np.bool_]  # at the upper corner of every cell that is looked at


def _mesh(function: Function, cells: int, blocks: Cells) -> Mesh:
    found, faces, count, open_at = [], [], 0, np.zeros(6, bool)
    for slab in _slabs(function, cells, blocks, open_at):
        vertices, corners = _marched(slab)
        found.append(vertices)
        faces.append(corners + count)
        count += len(vertices)
    if not count:
        return _empty()
    places, joined = _welded(np.concatenate(found), np.concatenate(faces))
    inside = np.clip(places - 1, -OUTSIDE, cells + OUTSIDE)
    return Mesh(2 * inside / cells - 1, joined, tuple(np.array(SIDES)[open_at].tolist()))


def _marched(slab: _Slab) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Vertices (count, 3) in corners of the lattice, x first, and faces."""
    from skimage.measure import marching_cubes

    nothing = np.zeros((0, 3)), np.zeros((0, 3), np.int64)
    if not slab.cells.any() or slab.values.min() >= 0 or slab.values.max() <= 0:
        return nothing
    try:
        vertices, faces, _, _ = marching_cubes(slab.values, 0.0, mask=slab.cells)
    except RuntimeError:  # nothing in the cells of the mask
        return nothing
    lowest = np.array([0.0, 0.0, slab.first])
    return vertices[:, ::-1].astype(np.float64) + lowest, faces[:, ::-1].astype(np.int64)


def _slabs(function: Function, cells: int, blocks: Cells, open_at: NDArray[np.bool_]) -> Iterator[_Slab]:
    """Layer upon layer, each with the uppermost corners of the one before."""
    side, corners = cells + 3, _corners(blocks, cells)
    order = np.argsort(corners[:, 2], kind="stable")
    corners = corners[order]
    layers = FINEST * max(1, SLAB_VALUES // side**2 // FINEST)
    kept = None
    for first in range(0, side - 1, layers):
        last = min(first + layers, side - 1)
        shape = (last - first + 1, side, side)
        values, known = np.full(shape, np.nan, np.float32), np.zeros(shape, bool)
        fresh = first if kept is None else first + 1
        low, high = np.searchsorted(corners[:, 2], [fresh - 1, last])  # numbers of corners in the box
        part = corners[low:high]
        where = part[:, 2] + 1 - first, part[:, 1] + 1, part[:, 0] + 1
        values[where] = _off_zero(function(2 * part / cells - 1), cells)
        known[where] = True
        if kept is not None:
            values[0], known[0] = kept
        _look_at_border(values, known, open_at, first == 0, last == side - 1)
        kept = values[-1].copy(), known[-1].copy()
        complete = known[:-1].copy()
        complete &= known[1:]
        complete[:, :-1] &= complete[:, 1:]
        complete[:, :, :-1] &= complete[:, :, 1:]
        mask = np.zeros(shape, bool)
        mask[1:, 1:, 1:] = complete[:, :-1, :-1]
        values[~known] = 1.0
        yield _Slab(first, values, mask)


def _corners(blocks: Cells, cells: int) -> Cells:
    """The corners of the cells in blocks, each once, (count, 3)."""
    side = cells + 1
    steps = np.stack(np.meshgrid(*[np.arange(FINEST + 1)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    flags = np.zeros(side**3, bool) if side**3 <= 1 << 26 else None
    numbers = []
    for step in steps:
        corner = blocks * FINEST + step
        corner = corner[(corner <= cells).all(axis=1)]
        number = (corner[:, 2] * side + corner[:, 1]) * side + corner[:, 0]
        if flags is not None:
            flags[number] = True
        else:
            numbers.append(number)
    every = np.flatnonzero(flags) if flags is not None else np.unique(np.concatenate(numbers))
    return np.stack([every % side, every // side % side, every // side**2], axis=1)


def _off_zero(values: NDArray[np.floating], cells: int) -> NDArray[np.float32]:
    """Values, none of them nearer to 0 than a thousandth of a cell in a field of slope 1."""
    least = np.float32(LEAST_VALUE * 2 / cells)
    near = np.abs(values) < least
    return np.where(near, np.where(values < 0, -least, least), values).astype(np.float32)


def _look_at_border(
    values: NDArray[np.float32], known: NDArray[np.bool_], open_at: NDArray[np.bool_], first: bool, last: bool
) -> None:
    """Corners just outside of the box are outside the shape: next to one inside, the surface is just beyond the box.

    open_at: set for sides that the shape reaches.
    """
    beyond = -(1 - OUTSIDE) / OUTSIDE
    for axis, names in ((2, (0, 3)), (1, (1, 4)), (0, (2, 5))):
        for name, outer, inner, there in ((names[0], 0, 1, first), (names[1], -1, -2, last)):
            if axis == 0 and not there:
                continue
            edge, own = np.moveaxis(values, axis, 0), np.moveaxis(known, axis, 0)
            inside = own[inner] & (edge[inner] < 0)
            edge[outer] = np.where(inside, beyond * edge[inner], np.abs(edge[inner]))
            own[outer] = own[inner]
            open_at[name] |= bool(inside.any())


def _welded(vertices: NDArray[np.float64], faces: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Vertices on the layer that two slabs share, which both have made alike, become one."""
    bits = np.ascontiguousarray(vertices.astype(np.float32)).view([("", np.float32)] * 3).reshape(-1)
    _, first, numbers = np.unique(bits, return_index=True, return_inverse=True)
    return vertices[first], numbers.reshape(-1)[faces]
