"""Meshes and points with normals, read; and what cannot be a surface, refused with a cure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inrcodec.errors import InputError, MissingPackageError, UsageError
from inrcodec.signals.shape import read_shape
from inrcodec.signals.shape.surface import Surface

trimesh = pytest.importorskip("trimesh")

TITLES = ("x", "y", "z", "nx", "ny", "nz")


def ball(count: int = 500, radius: float = 2.0) -> tuple[np.ndarray, np.ndarray]:
    """Points and normals, evenly over a sphere, around (10, 20, 30)."""
    height = 1 - 2 * (np.arange(count) + 0.5) / count
    turn = np.arange(count) * np.pi * (3 - 5**0.5)
    around = np.sqrt(1 - height**2)
    normals = np.stack([around * np.cos(turn), around * np.sin(turn), height], axis=1)
    return radius * normals + [10, 20, 30], normals


def write_ply(path: Path, table: np.ndarray, titles: tuple[str, ...] = TITLES, *, binary: bool = False) -> Path:
    """Points without faces."""
    kind = "binary_little_endian" if binary else "ascii"
    columns = "".join(f"property float {title}\n" for title in titles)
    head = f"ply\nformat {kind} 1.0\nelement vertex {len(table)}\n{columns}end_header\n".encode()
    rows = "".join(" ".join(f"{value:.7g}" for value in row) + "\n" for row in table).encode()
    path.write_bytes(head + (table.astype("<f4").tobytes() if binary else rows))
    return path


def is_ball(surface: Surface) -> None:
    """Points on the sphere and normals away from its middle."""
    away = surface.points - [10, 20, 30]
    np.testing.assert_allclose(np.linalg.norm(away, axis=1), 2, atol=0.03)
    assert ((away * surface.normals).sum(axis=1) > 1.9).all()
    np.testing.assert_allclose(np.linalg.norm(surface.normals, axis=1), 1, atol=1e-6)
    assert surface.opposed == 0
    assert not surface.turned


@pytest.mark.parametrize("binary", [False, True])
def test_points_of_a_ply(tmp_path: Path, binary: bool) -> None:
    surface = read_shape(write_ply(tmp_path / "ball.ply", np.hstack(ball()), binary=binary))
    is_ball(surface)
    assert len(surface.points) == 500
    assert surface.closed is None


@pytest.mark.parametrize("separator", [" ", ",", "; "])
def test_rows_of_an_xyz_with_normals_of_any_length(tmp_path: Path, separator: str) -> None:
    points, normals = ball()
    rows = [separator.join(f"{value:.6f}" for value in row) for row in np.hstack([points, 3.7 * normals])]
    (tmp_path / "ball.xyz").write_text("# x y z nx ny nz\n" + "\n".join(rows))
    is_ball(read_shape(tmp_path / "ball.xyz"))


def test_of_a_large_cloud_some_points_by_chance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inrcodec.signals.shape.files.MOST_POINTS", 300)
    surface = read_shape(write_ply(tmp_path / "ball.ply", np.hstack(ball())))
    is_ball(surface)
    assert len(np.unique(surface.points, axis=0)) == 300


@pytest.mark.parametrize("suffix", ["ply", "obj", "stl", "glb"])
def test_meshes_are_sampled_evenly_with_the_normals_of_their_faces(tmp_path: Path, suffix: str) -> None:
    mesh = trimesh.creation.icosphere(subdivisions=4, radius=2.0)
    mesh.apply_translation([10, 20, 30])
    mesh.export(tmp_path / f"ball.{suffix}")
    surface = read_shape(tmp_path / f"ball.{suffix}")
    is_ball(surface)
    assert (surface.closed, surface.faces) == (True, len(mesh.faces))
    share = (surface.points[:, 2] > 31).mean()  # a quarter of a sphere's area, by Archimedes
    assert share == pytest.approx(0.25, abs=0.005)


def test_all_meshes_of_a_scene_are_one_shape_each_at_its_place(tmp_path: Path) -> None:
    scene = trimesh.Scene()
    for shift in (-3.0, 3.0):
        there = trimesh.transformations.translation_matrix([shift, 0, 0])
        scene.add_geometry(trimesh.creation.icosphere(), transform=there)
    scene.export(tmp_path / "two.glb")
    surface = read_shape(tmp_path / "two.glb")
    np.testing.assert_allclose([surface.points[:, 0].min(), surface.points[:, 0].max()], [-4, 4], atol=0.05)


def test_of_bodies_that_overlap_only_the_outside_counts(tmp_path: Path) -> None:
    bodies = [trimesh.creation.icosphere(4).apply_translation([shift, 0, 0]) for shift in (-0.5, 0.5)]
    bodies.append(trimesh.creation.icosphere(3, radius=0.2))  # a stone in the middle of both
    trimesh.util.concatenate(bodies).export(tmp_path / "overlap.stl")
    surface = read_shape(tmp_path / "overlap.stl")
    depth = np.min([np.linalg.norm(surface.points - [shift, 0, 0], axis=1) for shift in (-0.5, 0.5)], axis=0)
    assert depth.min() > 0.98
    assert len(surface.points) == pytest.approx(60_000 * 2 * 0.75 / 2.04, rel=0.02)


def test_the_wall_of_a_hollow_stays(tmp_path: Path) -> None:
    inner = trimesh.creation.icosphere(3, radius=0.5)
    inner.invert()
    trimesh.util.concatenate([trimesh.creation.icosphere(3), inner]).export(tmp_path / "hollow.stl")
    surface = read_shape(tmp_path / "hollow.stl")
    assert len(surface.points) == 60_000
    within = np.linalg.norm(surface.points, axis=1) < 0.6
    assert within.mean() == pytest.approx(0.2, abs=0.01)
    assert ((surface.points * surface.normals).sum(axis=1)[within] < 0).all()


def test_an_open_mesh_is_known_as_such(tmp_path: Path) -> None:
    mesh = trimesh.creation.icosphere()
    mesh.update_faces(mesh.triangles_center[:, 2] < 0.5)
    mesh.export(tmp_path / "bowl.ply")
    assert read_shape(tmp_path / "bowl.ply").closed is False


def test_points_without_normals_are_refused_with_the_way_to_get_them(tmp_path: Path) -> None:
    points, _ = ball()
    write_ply(tmp_path / "bare.ply", points, TITLES[:3])
    np.savetxt(tmp_path / "bare.xyz", points)
    write_ply(tmp_path / "nothing.ply", np.hstack([points, 0 * points]))
    for name in ("bare.ply", "bare.xyz", "nothing.ply"):
        with pytest.raises(InputError, match=r"without normals.*MeshLab.*CloudCompare.*or give a mesh"):
            read_shape(tmp_path / name)


def test_colors_are_no_normals(tmp_path: Path) -> None:
    points, _ = ball()
    np.savetxt(tmp_path / "colored.xyz", np.hstack([points, np.random.default_rng(0).integers(0, 256, points.shape)]))
    with pytest.raises(InputError, match="are colors"):
        read_shape(tmp_path / "colored.xyz")


def test_normals_that_point_inwards_are_turned(tmp_path: Path) -> None:
    points, normals = ball()
    surface = read_shape(write_ply(tmp_path / "inwards.ply", np.hstack([points, -normals])))
    assert surface.turned
    assert ((surface.points - [10, 20, 30]) * surface.normals).sum(axis=1).min() > 1.9


def test_opposed_normals_are_counted(tmp_path: Path) -> None:
    points, normals = ball(2000)
    wrong = np.random.default_rng(0).choice(2000, 140, replace=False)
    normals[wrong] *= -1
    surface = read_shape(write_ply(tmp_path / "some.ply", np.hstack([points, normals])))
    assert surface.opposed == pytest.approx(0.07, abs=0.01)
    assert not surface.turned


def test_the_two_sides_of_a_thin_wall_do_not_oppose_each_other(tmp_path: Path) -> None:
    across = np.stack(np.meshgrid(*[np.linspace(-1, 1, 60)] * 2), axis=-1).reshape(-1, 2)
    sheets = [np.insert(np.insert(across, 2, side * 0.02, axis=1), [3, 3, 3], [0, 0, side], axis=1) for side in (-1, 1)]
    assert read_shape(write_ply(tmp_path / "wall.ply", np.vstack(sheets))).opposed == 0


def test_faces_that_turn_the_other_way_are_counted_and_turned(tmp_path: Path) -> None:
    mesh = trimesh.creation.icosphere(subdivisions=3)
    wrong = np.random.default_rng(0).choice(len(mesh.faces), len(mesh.faces) // 10, replace=False)
    mesh.faces[wrong] = mesh.faces[wrong][:, ::-1]
    mesh.export(tmp_path / "mixed.stl")
    surface = read_shape(tmp_path / "mixed.stl")
    assert surface.opposed == pytest.approx(0.1, abs=0.02)
    assert ((surface.points * surface.normals).sum(axis=1) > 0.9).all()


@pytest.mark.parametrize("suffix", ["ply", "obj", "stl", "glb", "xyz"])
@pytest.mark.parametrize("content", [b"", b"ply\nformat ascii 1.0\n", b"\0" * 100, b"solid x", b"glTF\2\0\0\0"])
def test_broken_files_are_one_line(tmp_path: Path, suffix: str, content: bytes) -> None:
    path = tmp_path / f"broken.{suffix}"
    path.write_bytes(content)
    with pytest.raises((InputError, UsageError), match="broken") as failure:
        read_shape(path)
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        (np.hstack(ball(20)), "20 points"),
        (np.tile([1.0, 2, 3, 0, 0, 1], (100, 1)), "in one place"),
        (np.full((100, 6), np.inf), "finite"),
        (np.ones((100, 5)), "5 numbers in a row"),
    ],
)
def test_what_is_no_surface(tmp_path: Path, table: np.ndarray, problem: str) -> None:
    np.savetxt(tmp_path / "wrong.xyz", table)
    with pytest.raises(InputError, match=problem):
        read_shape(tmp_path / "wrong.xyz")


def test_without_the_extra_the_line_for_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inrcodec.signals.shape.files.find_spec", lambda name: None)
    with pytest.raises(MissingPackageError, match=r"pip install 'inrcodec\[shapes\]'"):
        read_shape(write_ply(tmp_path / "ball.ply", np.hstack(ball())))
