"""Meshes as files, read back by the library that others read them with."""

from __future__ import annotations

import io

import numpy as np
import pytest

from inrcodec.errors import MissingPackageError
from inrcodec.evaluate.surfaces import Mesh, mesh_of
from inrcodec.exporters.meshes import SUFFIXES, WITH_NORMALS, encode_mesh, unit

trimesh = pytest.importorskip("trimesh")
pytest.importorskip("skimage")


@pytest.fixture(scope="module")
def ball() -> Mesh:
    return mesh_of(lambda places: np.linalg.norm(places, axis=1) - 0.6, 24).placed(np.full(3, 5.0), np.full(3, 7.0))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_files_hold_the_mesh(ball: Mesh, suffix: str) -> None:
    normals = unit((ball.vertices - 6).astype(np.float32)) if suffix in WITH_NORMALS else None
    blob = encode_mesh(ball, suffix, normals)
    found = trimesh.load(io.BytesIO(blob), file_type=suffix[1:], force="mesh", process=False)
    found.merge_vertices(merge_norm=True)
    assert (found.is_watertight, found.euler_number, len(found.faces)) == (True, 2, len(ball.faces))
    assert found.volume == pytest.approx(ball.volume, rel=1e-5)
    np.testing.assert_allclose(found.bounds, [ball.vertices.min(axis=0), ball.vertices.max(axis=0)], atol=1e-6)


def test_normals_at_vertices_are_those_given(ball: Mesh) -> None:
    """In bytes: trimesh itself takes those of faces when it reads."""
    given = np.tile(np.array([0.6, 0, 0.8], np.float32), (len(ball.vertices), 1))
    lines = encode_mesh(ball, ".obj", given).decode().splitlines()
    told = [line.split()[1:] for line in lines if line.startswith("vn ")]
    assert len(told) == len(given)
    np.testing.assert_allclose(np.array(told[0], float), given[0], atol=1e-6)
    head, _, rows = encode_mesh(ball, ".ply", given).partition(b"end_header\n")
    assert b"property float nz" in head
    table = np.frombuffer(rows[: 24 * len(given)], "<f4").reshape(-1, 6)
    np.testing.assert_allclose(table, np.hstack([ball.vertices, given]), atol=1e-5)
    assert b'"NORMAL"' in encode_mesh(ball, ".glb", given)


def test_directions_have_length_one_and_nothing_points_up() -> None:
    found = unit(np.array([[3.0, 0, 4], [0, 0, 0]], np.float32))
    np.testing.assert_allclose(found, [[0.6, 0, 0.8], [0, 0, 1]], atol=1e-6)


def test_without_the_extra_the_line_for_pip(ball: Mesh, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inrcodec.exporters.meshes.find_spec", lambda name: None)
    with pytest.raises(MissingPackageError, match=r"pip install 'inrcodec\[shapes\]'"):
        encode_mesh(ball, ".stl")
