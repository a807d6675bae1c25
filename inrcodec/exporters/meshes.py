"""Triangles as the bytes of a file for other programs, written by trimesh: .stl .ply .obj .glb."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np

from inrcodec.errors import MissingPackageError
from inrcodec.evaluate.surfaces import Mesh
from inrcodec.numerics.arrays import FloatArray

SUFFIXES = (".stl", ".ply", ".obj", ".glb")
WITH_NORMALS = {".ply": "vertex_normal", ".obj": "include_normals", ".glb": "include_normals"}  # trimesh's options


def check_meshes() -> None:
    """UsageError with the cure where what makes meshes and writes them is missing."""
    if any(find_spec(name) is None for name in ("trimesh", "skimage")):
        raise MissingPackageError(
            "meshes need scikit-image and trimesh; install them with: pip install 'inrcodec[shapes]'"
        )


def encode_mesh(mesh: Mesh, suffix: str, normals: FloatArray | None = None) -> bytes:
    """The bytes of a file; normals: unit vectors (vertices, 3), where the format holds them (a key of WITH_NORMALS)."""
    check_meshes()
    import trimesh

    shape = trimesh.Trimesh(mesh.vertices, mesh.faces, vertex_normals=normals, process=False, validate=False)
    options = {WITH_NORMALS[suffix]: normals is not None} if suffix in WITH_NORMALS else {}
    done = shape.export(file_type=suffix[1:], **options)
    return done.encode("utf-8") if isinstance(done, str) else bytes(done)


def unit(gradients: FloatArray) -> FloatArray:
    """Directions (count, 3) of gradients, as normals; z where a gradient is nothing."""
    sizes = np.linalg.norm(gradients, axis=1, keepdims=True)
    there = sizes > 0
    return np.asarray(np.where(there, gradients / np.where(there, sizes, 1), [0, 0, 1]), dtype=np.float32)
