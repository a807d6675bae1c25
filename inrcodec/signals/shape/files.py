"""Files of meshes and of points with normals, read by trimesh: .ply .obj .stl .glb; rows of numbers: .xyz."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inrcodec.errors import InputError, MissingPackageError
from inrcodec.signals.shape.surface import Doubles, Surface

if TYPE_CHECKING:
    from trimesh import Trimesh

SUFFIXES = (".ply", ".obj", ".stl", ".glb", ".xyz")
SAMPLES = 60_000  # points that a mesh is sampled by
LEAST_POINTS, MOST_POINTS = 50, 200_000  # of a cloud; of larger ones, so many by chance
LARGEST = 1e30
NO_NORMALS = (
    "has points without normals, which say what is inside; let a program that sees the surface estimate them (MeshLab: "
    "Compute normals for point sets; CloudCompare: Normals, Compute), export them as .ply, or give a mesh"
)


def need_extra() -> None:
    """UsageError that names the extra, where it is missing."""
    if any(find_spec(name) is None for name in ("trimesh", "skimage")):
        raise MissingPackageError(
            "shapes need scikit-image and trimesh; install them with: pip install 'inrcodec[shapes]'"
        )


def read_shape(path: Path, seed: int = 0) -> Surface:
    """A surface as oriented points; a mesh is sampled evenly by area, with the normals of its faces.

    InputError where the file cannot be read or holds no surface: points without normals.
    """
    need_extra()
    surface = _rows(path) if path.suffix.lower() == ".xyz" else _loaded(path, seed)
    if not np.abs(surface.points).max(initial=0.0) < LARGEST:
        raise InputError(f"{path}: its coordinates are not finite, or beyond {LARGEST:g}")
    if len(surface.points) < LEAST_POINTS:
        raise InputError(f"{path}: has {len(surface.points)} points; a surface needs {LEAST_POINTS}")
    if not np.ptp(surface.points, axis=0).max() > 0:
        raise InputError(f"{path}: all of its points are in one place")
    return _thinned(surface, seed).oriented()


def _thinned(surface: Surface, seed: int) -> Surface:
    """No more points than a fit can look at."""
    if len(surface.points) <= MOST_POINTS:
        return surface
    chosen = np.random.default_rng(seed).choice(len(surface.points), MOST_POINTS, replace=False)
    return replace(surface, points=surface.points[chosen], normals=surface.normals[chosen])


def _loaded(path: Path, seed: int) -> Surface:
    import trimesh

    try:
        kind = path.suffix.lower()[1:]
        with path.open("rb") as stream:  # from memory: nothing that the file names beside it is opened
            scene = trimesh.load_scene(stream, file_type=kind, process=False)
        meshes = [one for one in scene.dump() if isinstance(one, trimesh.Trimesh) and len(one.faces)]
        if meshes:
            whole = trimesh.util.concatenate(meshes)
            whole.merge_vertices(merge_tex=True, merge_norm=True)
            return _sampled(whole, seed)
        clouds = [one for one in scene.geometry.values() if isinstance(one, trimesh.PointCloud)]
        raw = [one.metadata.get("_ply_raw", {}).get("vertex", {}).get("data") for one in clouds]
    except (OSError, MemoryError):
        raise
    except Exception as failure:  # whatever a parser of others meets in a file that is broken
        raise InputError(f"{path}: cannot be read as a shape ({_reason(failure)})") from failure
    if not raw:
        raise InputError(f"{path}: holds neither faces nor points")
    return _cloud(path, raw[0])


def _reason(failure: Exception) -> str:
    return " ".join(str(failure).split())[:80] or type(failure).__name__


def _sampled(mesh: Trimesh, seed: int) -> Surface:
    """Points on the faces of a mesh, evenly by area: one from each of as many equal stretches of it.

    Those inside another body of the mesh are left out.
    """
    from inrcodec.signals.shape.bodies import outer_samples

    corners = np.asarray(mesh.triangles, dtype=np.float64)
    doubled = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    sizes = np.linalg.norm(doubled, axis=1)
    if not (np.isfinite(sizes).all() and sizes.sum() > 0):
        raise InputError("its faces have no area, or are not finite")
    consistent = bool(mesh.is_winding_consistent)
    wrong = np.zeros(len(sizes), bool) if consistent else _turned_faces(mesh)
    doubled[wrong] *= -1
    rng = np.random.default_rng(seed)
    places = (np.arange(SAMPLES) + rng.random(SAMPLES)) * (sizes.sum() / SAMPLES)
    chosen = np.minimum(np.searchsorted(np.cumsum(sizes), places), len(sizes) - 1)
    along, beside = np.sqrt(rng.random((SAMPLES, 1))), rng.random((SAMPLES, 1))
    shares = np.concatenate([1 - along, along * (1 - beside), along * beside], axis=1)
    points = (corners[chosen] * shares[:, :, None]).sum(axis=1)
    normals = doubled[chosen] / sizes[chosen, None]
    bodies = _labels(mesh)
    kept = outer_samples(points, normals, bodies[chosen]) if bodies.max() else slice(None)
    return Surface(
        points[kept],
        normals[kept],
        faces=len(corners),
        closed=bool(mesh.is_watertight),
        opposed=float(sizes[wrong].sum() / sizes.sum()),
    )


def _labels(mesh: Trimesh) -> NDArray[np.int64]:
    """The number of the body that each face hangs together with."""
    import trimesh

    labels = trimesh.graph.connected_component_labels(mesh.face_adjacency, node_count=len(mesh.faces))
    return np.asarray(labels, dtype=np.int64)


def _turned_faces(mesh: Trimesh) -> NDArray[np.bool_]:
    """Which faces turn against most of those that they hang together with."""
    import trimesh

    alike = mesh.copy()
    trimesh.repair.fix_winding(alike)
    turned = np.asarray((alike.faces != mesh.faces).any(axis=1))
    labels = _labels(mesh)
    areas = np.asarray(mesh.area_faces)
    most = np.bincount(labels, areas * turned) > np.bincount(labels, areas) / 2
    return np.asarray(turned != most[labels])


def _cloud(path: Path, vertices: Any) -> Surface:
    """Points of a .ply with its columns nx, ny and nz."""
    names = ("x", "y", "z", "nx", "ny", "nz")
    if vertices is None or any(name not in _columns(vertices) for name in names):
        raise InputError(f"{path}: {NO_NORMALS}")
    return _oriented(path, np.stack([np.asarray(vertices[name], np.float64).ravel() for name in names], axis=1))


def _columns(vertices: Any) -> Any:
    """Names of columns: of the arrays that a text becomes, or of the records that bytes do."""
    return vertices.dtype.names if isinstance(vertices, np.ndarray) else vertices


def _rows(path: Path) -> Surface:
    """Rows of six numbers, a place and its normal; lines that begin with # do not count."""
    try:
        text = path.read_text("utf-8").replace(",", " ").replace(";", " ")
        lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
        table = np.loadtxt(lines, dtype=np.float64, ndmin=2) if lines else np.zeros((0, 6))
    except ValueError as failure:
        raise InputError(f"{path}: cannot be read as rows of numbers ({_reason(failure)})") from failure
    if table.shape[1] in (3, 4):
        raise InputError(f"{path}: {NO_NORMALS}")
    if table.shape[1] != 6:
        raise InputError(f"{path}: has {table.shape[1]} numbers in a row; x y z and a normal nx ny nz are needed")
    return _oriented(path, table)


def _oriented(path: Path, table: Doubles) -> Surface:
    """Rows of places and normals, whose lengths become 1; those without a direction are left out."""
    if not np.isfinite(table).all():
        raise InputError(f"{path}: not all of its numbers are finite")
    points, normals = table[:, :3], table[:, 3:]
    sizes = np.linalg.norm(normals, axis=1)
    if len(sizes) and (np.rint(normals) == normals).all() and sizes.max() > 2 and np.ptp(sizes) > 0.5:
        raise InputError(f"{path}: its last three columns are colors and no normals; {NO_NORMALS.split('; ')[1]}")
    kept = sizes > 1e-12
    if not kept.any():
        raise InputError(f"{path}: {NO_NORMALS}")
    return Surface(points[kept], normals[kept] / sizes[kept, None])
