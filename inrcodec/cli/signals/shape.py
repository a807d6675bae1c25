"""A shape as a mesh in the units and at the place of what it was fitted to, or its distances as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inrcodec.cli.console import Console
from inrcodec.cli.signals import Asked, Output
from inrcodec.errors import UsageError

if TYPE_CHECKING:
    from inrcodec.archive import Signal
    from inrcodec.evaluate.surfaces import Mesh

TAKES = frozenset({"size", "largest"})
SUFFIXES = (".stl", ".ply", ".obj", ".glb", ".npy")
NUMBERS = ".npy"
MOST_NUMBERS = 512  # cells along a side of an array of distances: 512 MiB


def check(suffix: str) -> None:
    """See `Writer`."""
    from inrcodec.exporters.meshes import check_meshes

    if suffix != NUMBERS:
        check_meshes()


def written(signal: Signal, asked: Asked, suffix: str, console: Console) -> Output:
    """See `Writer`."""
    cells = max(signal.axes) if asked.size is None else _cells(asked.size)

    def distance(places: NDArray[np.float64]) -> NDArray[np.floating]:
        if asked.size is None:  # it is the file that says how many there are
            signal.check_points(len(places))
        return signal.at(places)[:, 0]

    if suffix == NUMBERS:
        if asked.size is None:
            signal.check_points(cells**3)
        return _distances(signal, cells, asked.largest)
    from inrcodec.evaluate.surfaces import mesh_of
    from inrcodec.exporters.meshes import WITH_NORMALS, encode_mesh, unit

    low, high = np.array(signal.places).T
    mesh = mesh_of(distance, cells).placed(low, high)
    if asked.largest:
        mesh = mesh.largest()
    _say(mesh, asked.largest, console)
    normals = None
    if suffix in WITH_NORMALS:
        where = np.clip(2 * (mesh.vertices - low) / (high - low) - 1, -1, 1)
        normals = unit(signal.gradient(where)[:, 0])
    return Output(encode_mesh(mesh, suffix, normals), _details(mesh, cells))


def _cells(size: str) -> int:
    """How many along the longest side."""
    if not size.isascii() or not size.isdigit() or int(size) < 2:
        raise UsageError(f"--size {size}: for a shape it is a number of cells along the longest side of its box")
    return int(size)


def _distances(signal: Signal, cells: int, largest: bool) -> Output:
    """Distances (z, y, x) at the centers of cells."""
    from inrcodec.exporters.numbers import as_npy

    if largest:
        raise UsageError("--largest is for meshes; an array of distances has no parts")
    if cells > MOST_NUMBERS:
        raise UsageError(f"--size {cells}: an array of distances has at most {MOST_NUMBERS} cells along a side")
    values = signal.on_grid((cells,) * 3)[..., 0]
    return Output(as_npy(values), {"cells": cells, "shape": list(values.shape)})


def _say(mesh: Mesh, largest: bool, console: Console) -> None:
    """What the mesh is, and what is odd about it."""
    hollows = f", {mesh.cavities} of them hollow" if mesh.cavities else ""
    parts = f"{mesh.parts} parts{hollows}" if mesh.parts > 1 else "1 part"
    closed = "watertight" if mesh.watertight else "not watertight"
    console.say(
        f"{len(mesh.vertices):,} vertices, {len(mesh.faces):,} faces; {parts}, {closed}, Euler number {mesh.euler}"
    )
    loose = mesh.parts - mesh.cavities
    if loose > 1 and not largest:
        console.warn(f"inrcodec: it has {loose} loose parts; --largest keeps the largest")
    if mesh.open_at:
        sides = ", ".join(mesh.open_at)
        console.warn(f"inrcodec: its surface reaches the box at {sides}: it is open there, and was closed at the box")


def _details(mesh: Mesh, cells: int) -> dict[str, Any]:
    """What --json says."""
    return {
        "cells": cells,
        "vertices": len(mesh.vertices),
        "faces": len(mesh.faces),
        "parts": mesh.parts,
        "cavities": mesh.cavities,
        "watertight": mesh.watertight,
        "euler": mesh.euler,
        "open_at": list(mesh.open_at),
        "area": mesh.area,
        "volume": mesh.volume,
        "low": mesh.vertices.min(axis=0).tolist(),
        "high": mesh.vertices.max(axis=0).tolist(),
    }
