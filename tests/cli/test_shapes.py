"""Shapes at the command line: fitted from points and meshes, decoded to meshes in the same place and units."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import inrcodec
from inrcodec.cli.app import main

trimesh = pytest.importorskip("trimesh")
pytest.importorskip("skimage")

Capture = pytest.CaptureFixture[str]
QUICK = ["--passes", "40", "--width", "32", "--w0", "6", "--device", "cpu", "--quiet"]
MIDDLE, APART, RADIUS = np.array([1000.0, -50.0, 7.0]), np.array([70.0, 0, 0]), 30.0


def read_mesh(path: Path) -> trimesh.Trimesh:
    """A mesh whose corners are one where they are in one place."""
    mesh = trimesh.load(path, force="mesh")
    mesh.merge_vertices(merge_norm=True, merge_tex=True)
    return mesh


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Two spheres of 30 and 15 mm, around places far away, fitted from an .stl; and what --json said."""
    folder = tmp_path_factory.mktemp("ball")
    large = trimesh.creation.icosphere(subdivisions=4, radius=RADIUS).apply_translation(MIDDLE)
    small = trimesh.creation.icosphere(subdivisions=3, radius=RADIUS / 2).apply_translation(MIDDLE + APART)
    trimesh.util.concatenate([large, small]).export(folder / "ball.stl")
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        assert main(["fit", str(folder / "ball.stl"), "-o", str(folder / "ball.inr"), "--json", *QUICK]) == 0
    return folder / "ball.inr", json.loads(told.getvalue())


@pytest.fixture(scope="module")
def ball(fitted: tuple[Path, dict[str, Any]]) -> Path:
    """The file alone."""
    return fitted[0]


@pytest.mark.parametrize("suffix", ["stl", "ply", "obj", "glb"])
def test_a_mesh_comes_back_in_its_place_and_units(ball: Path, tmp_path: Path, capsys: Capture, suffix: str) -> None:
    out = tmp_path / f"ball.{suffix}"
    assert main(["decode", str(ball), "-o", str(out), "--size", "48", "--json"]) == 0
    said = capsys.readouterr()
    told = json.loads(said.out)
    assert (told["kind"], told["cells"], told["parts"], told["watertight"], told["euler"]) == ("shape", 48, 2, True, 4)
    assert "2 loose parts; --largest keeps the largest" in said.err
    mesh = read_mesh(out)
    assert (mesh.is_watertight, mesh.is_winding_consistent, mesh.euler_number) == (True, True, 4)
    assert mesh.volume == pytest.approx(1.125 * 4 / 3 * np.pi * RADIUS**3, rel=0.05)
    np.testing.assert_allclose(mesh.bounds[0], MIDDLE - RADIUS, atol=1)
    np.testing.assert_allclose(mesh.bounds[1], MIDDLE + APART + RADIUS * np.array([0.5, 1, 1]), atol=1)


def test_the_largest_part_alone(ball: Path, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "one.stl"
    assert main(["decode", str(ball), "-o", str(out), "--size", "48", "--largest", "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["parts"] == 1
    assert "loose" not in said.err
    np.testing.assert_allclose(read_mesh(out).bounds, [MIDDLE - RADIUS, MIDDLE + RADIUS], atol=1)


def test_cells_are_as_many_as_one_asks_for(ball: Path, tmp_path: Path) -> None:
    faces = []
    for size in (["--size", "24"], ["--size", "48"], []):
        assert main(["decode", str(ball), "-o", str(tmp_path / "a.ply"), "--quiet", "-f", *size]) == 0
        faces.append(len(read_mesh(tmp_path / "a.ply").faces))
    assert faces[0] * 3.5 < faces[1] < faces[2] / 6  # as the square: 24, 48, and 128 by default


def test_distances_as_numbers_are_in_units_and_negative_inside(ball: Path, tmp_path: Path) -> None:
    assert main(["decode", str(ball), "-o", str(tmp_path / "a.npy"), "--size", "40", "--quiet"]) == 0
    values = np.load(tmp_path / "a.npy")
    assert values.shape == (40, 40, 40)
    low, high = np.array(inrcodec.open_signal(ball).places).T
    z, y, x = np.floor((MIDDLE + APART - low) / (high - low) * 40).astype(int)[::-1]
    assert -RADIUS < values[z, y, x] < -3  # z, y, x: the axes of an array
    assert values[x, y, z] > 10
    assert -RADIUS < values.min() < -0.4 * RADIUS


def test_what_the_file_says(ball: Path, capsys: Capture) -> None:
    assert main(["info", str(ball), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["kind"], told["channels"], told["name"]) == ("shape", 1, "ball.stl")
    assert told["places"][0][0] < MIDDLE[0] - RADIUS < told["places"][0][1]
    assert 0 < told["figures"]["surface_error"] < 1
    assert main(["verify", str(ball)]) == 0
    assert main(["report", str(ball)]) == 0


def test_rounding_costs_a_hundredth_at_most(fitted: tuple[Path, dict[str, Any]]) -> None:
    file, told = fitted
    kept, before = told["figures"]["surface_error"], told["unquantized"]["surface_error"]
    assert kept <= 1.01 * before
    assert inrcodec.open_signal(file).figures["surface_error"] == pytest.approx(kept, rel=1e-3)


def test_a_shape_that_reaches_its_box_is_closed_there_and_called_open(tmp_path: Path, capsys: Capture) -> None:
    """Half a space: the field falls along x, whatever the other axes say."""
    made = slope_file(tmp_path / "half.inr")
    assert main(["decode", str(made), "-o", str(tmp_path / "half.stl"), "--size", "24", "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["open_at"] == ["-x", "-y", "-z", "+y", "+z"]
    assert "reaches the box at -x, -y, -z, +y, +z: it is open there" in said.err
    mesh = read_mesh(tmp_path / "half.stl")
    assert mesh.is_watertight
    assert mesh.volume == pytest.approx(0.5 * 20**3, rel=0.02)


def slope_file(path: Path) -> Path:
    """A file whose field is x, in a box of 20 mm: the network's linear skip and nothing else."""
    from inrcodec.bitstream.signal_header import SIGNAL_VERSION, SignalHeader
    from inrcodec.bitstream.stored_signal import pack_signal
    from inrcodec.bitstream.weights import CodedTensor
    from inrcodec.field.signal_field import signal_shapes
    from inrcodec.settings import NetworkSettings

    network = NetworkSettings(hidden_width=4, hidden_layers=1, activation="sine", w0=(1,))
    tensors = [np.zeros(shape, np.int64) for shape in signal_shapes(network, 1, 3)]
    tensors[0][-1, 0] = 1
    header = SignalHeader(
        version=SIGNAL_VERSION,
        kind="shape",
        axes=(16, 16, 16),
        channels=1,
        network=network,
        places=((0.0, 20.0),) * 3,
        scale=((-10.0, 10.0),),
        software="test",
    )
    path.write_bytes(pack_signal(header, tuple(CodedTensor(tensor, 0) for tensor in tensors), "half"))
    return path


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["-o", "a.png"], "written as .stl, .ply"),
        (["--size", "12x12", "-o", "a.stl"], "number of cells"),
        (["--size", "4", "-o", "a.stl"], "8 to 2048"),
        (["--size", "4000", "-o", "a.npy"], "at most 512"),
        (["--rate", "8000", "-o", "a.stl"], "--rate is not for a shape"),
        (["--largest", "-o", "a.npy"], "--largest is for meshes"),
        (["--index", "0", "-o", "a.stl"], "--index is for images"),
    ],
)
def test_what_a_shape_is_not(
    ball: Path, words: list[str], problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["decode", str(ball), *words]) == 2
    err = capsys.readouterr().err
    assert problem in err
    assert err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_commands_for_images_refuse(ball: Path, tmp_path: Path, capsys: Capture) -> None:
    for words in (
        ["neighbors", "FILE", "0"],
        ["morph", "FILE", "0", "1"],
        ["derive", "FILE", "--gradient"],
        ["pairs", "FILE", "--similar", "1"],
    ):
        assert main([str(ball) if word == "FILE" else word for word in words]) == 2
        assert "shape" in capsys.readouterr().err


def test_bad_normals_are_refused_or_said(tmp_path: Path, capsys: Capture) -> None:
    points = trimesh.creation.icosphere(subdivisions=3).vertices
    np.savetxt(tmp_path / "bare.xyz", points)
    out = str(tmp_path / "a.inr")
    assert main(["fit", str(tmp_path / "bare.xyz"), "-o", out]) == 1
    assert "without normals" in capsys.readouterr().err
    normals = points.copy()
    normals[:40] *= -1
    np.savetxt(tmp_path / "some.xyz", np.hstack([points, normals]))
    assert main(["fit", str(tmp_path / "some.xyz"), "-o", out, "--json", *QUICK[:-1], "--passes", "2"]) == 0
    said = capsys.readouterr()
    (warning,) = json.loads(said.out)["warnings"]
    assert "% of its normals point against those around them" in warning
    assert warning in said.err


def test_options_of_sounds_are_refused(tmp_path: Path, capsys: Capture) -> None:
    trimesh.creation.icosphere().export(tmp_path / "ball.stl")
    assert main(["fit", str(tmp_path / "ball.stl"), "-o", str(tmp_path / "a.inr"), "--start", "1"]) == 2
    assert "--start" in capsys.readouterr().err


def test_without_the_extra_the_line_for_pip(
    ball: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr("inrcodec.exporters.meshes.find_spec", lambda name: None)
    monkeypatch.setattr("inrcodec.signals.shape.files.find_spec", lambda name: None)
    for words in (["decode", str(ball), "-o", "a.stl"], ["fit", str(ball.with_suffix(".stl")), "-o", "a.inr"]):
        assert main(words) == 1
        assert "pip install 'inrcodec[shapes]'" in capsys.readouterr().err
    assert main(["decode", str(ball), "-o", str(tmp_path / "a.npy"), "--size", "8"]) == 0
