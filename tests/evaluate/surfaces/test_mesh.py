"""Surfaces of functions that are known, as meshes: where they lie, how they hang together, what they take."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from inrcodec.errors import UsageError
from inrcodec.evaluate.surfaces import Mesh, marching, mesh_of

pytest.importorskip("skimage")

Function = Callable[[np.ndarray], np.ndarray]


def sphere(radius: float, middle: float = 0.0) -> Function:
    return lambda places: np.linalg.norm(places - [middle, 0, 0], axis=1) - radius


def ring(places: np.ndarray) -> np.ndarray:
    return np.hypot(np.linalg.norm(places[:, :2], axis=1) - 0.6, places[:, 2]) - 0.2


def nearest(*functions: Function) -> Function:
    return lambda places: np.min([one(places) for one in functions], axis=0)


def hollow(places: np.ndarray) -> np.ndarray:
    return np.abs(np.linalg.norm(places, axis=1) - 0.5) - 0.1


def slab(places: np.ndarray) -> np.ndarray:
    return np.abs(places[:, 2]) - 0.3


def rough(places: np.ndarray) -> np.ndarray:
    return np.sin(9 * places).sum(axis=1) + 0.3 * np.sin(40 * places[:, 0])


@pytest.mark.parametrize("cells", [8, 13, 30, 64, 75])
def test_a_sphere_lies_where_it_should_and_faces_outwards(cells: int) -> None:
    mesh = mesh_of(sphere(0.7), cells)
    assert (mesh.watertight, mesh.euler, mesh.parts, mesh.open_at) == (True, 2, 1, ())
    away = np.abs(np.linalg.norm(mesh.vertices, axis=1) - 0.7)
    assert away.max() < 0.6 / cells
    if cells >= 30:
        assert mesh.volume == pytest.approx(4 / 3 * np.pi * 0.7**3, rel=0.01)
        assert mesh.area == pytest.approx(4 * np.pi * 0.7**2, rel=0.01)


@pytest.mark.parametrize(
    ("function", "euler", "parts", "cavities", "open_at"),
    [
        (ring, 0, 1, 0, ""),
        (nearest(sphere(0.3, 0.5), sphere(0.2, -0.5)), 4, 2, 0, ""),
        (hollow, 4, 2, 1, ""),
        (slab, 2, 1, 0, "-x -y +x +y"),
        (lambda places: places[:, 0] - 0.03, 2, 1, 0, "-x -y -z +y +z"),
        (lambda places: -1 - 0 * places[:, 0], 2, 1, 0, "-x -y -z +x +y +z"),
    ],
)
def test_holes_parts_hollows_and_ends_at_the_box(
    function: Function, euler: int, parts: int, cavities: int, open_at: str
) -> None:
    mesh = mesh_of(function, 40)
    assert mesh.watertight
    assert (mesh.euler, mesh.parts, mesh.cavities, mesh.open_at) == (euler, parts, cavities, tuple(open_at.split()))
    assert np.abs(mesh.vertices).max() < 1 + 0.05 / 40


def test_the_largest_part_keeps_its_hollow() -> None:
    mesh = mesh_of(nearest(lambda places: hollow(places - [0.2, 0, 0]), sphere(0.1, -0.8)), 50)
    assert (mesh.parts, mesh.cavities) == (3, 1)
    kept = mesh.largest()
    assert (kept.parts, kept.cavities, kept.watertight) == (2, 1, True)
    assert kept.vertices[:, 0].min() > -0.5


def test_slabs_fit_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many thin ones make what a single one makes."""
    whole = mesh_of(rough, 40)
    monkeypatch.setattr(marching, "SLAB_VALUES", 1)
    slabs = mesh_of(rough, 40)
    assert slabs.watertight
    assert (slabs.euler, slabs.parts, len(slabs.faces)) == (whole.euler, whole.parts, len(whole.faces))
    assert slabs.volume == pytest.approx(whole.volume, rel=1e-6)


def test_only_places_near_the_surface_are_evaluated() -> None:
    seen = []

    def counted(places: np.ndarray) -> np.ndarray:
        seen.append(len(places))
        return ring(places)

    mesh_of(counted, 128)
    assert sum(seen) < 0.15 * 129**3


def test_a_field_steeper_than_coarse_cells_show_is_closed_all_the_same() -> None:
    """Its slope is seen between coarse cells only in part; the margin grows until the mesh has no edge."""

    def wavy(places: np.ndarray) -> np.ndarray:
        return places[:, 2] - 0.2 * np.sin(60 * places[:, 0]) * np.sin(60 * places[:, 1])

    assert mesh_of(wavy, 64).watertight


@pytest.mark.parametrize("function", [lambda places: 1 + 0 * places[:, 0], sphere(-1.0)])
def test_no_surface_is_an_error(function: Function) -> None:
    with pytest.raises(UsageError, match="no surface"):
        mesh_of(function, 20)


@pytest.mark.parametrize("cells", [7, 5000])
def test_cells_have_bounds(cells: int) -> None:
    with pytest.raises(UsageError, match="8 to 2048"):
        mesh_of(ring, cells)


def test_a_mesh_with_an_edge_is_not_watertight() -> None:
    mesh = mesh_of(ring, 20)
    assert not Mesh(mesh.vertices, mesh.faces[1:]).watertight
    turned = mesh.faces.copy()
    turned[0] = turned[0, ::-1]
    assert not Mesh(mesh.vertices, turned).watertight


def test_a_mesh_is_put_where_its_box_stands() -> None:
    placed = mesh_of(sphere(0.5), 30).placed(np.array([10.0, 20, 30]), np.array([14.0, 24, 34]))
    np.testing.assert_allclose(placed.vertices.mean(axis=0), [12, 22, 32], atol=0.01)
    assert placed.volume == pytest.approx(4 / 3 * np.pi, rel=0.02)
