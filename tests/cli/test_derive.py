"""`inrcodec derive`: which files appear, what is in them, what is said, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inrcodec
from inrcodec.cli.app import main

Capture = pytest.CaptureFixture[str]
GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def size_of(path: Path | str) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size


@pytest.mark.parametrize("kind", ["gradient", "laplacian", "magnitude", "normals"])
def test_one_picture(kind: str, small_set: Path, capsys: Capture) -> None:
    assert main(["derive", str(small_set), "--index", "three.png", f"--{kind}", "--size", "32", "-o", "out.png"]) == 0
    out, err = capsys.readouterr()
    assert out == "out.png\n"
    assert "correlation" in err
    assert size_of("out.png") == (32, 16)


def test_default_names(small_set: Path, capsys: Capture) -> None:
    assert main(["derive", str(small_set), "--index", "0", "--gradient"]) == 0
    assert main(["derive", str(small_set), "--laplacian"]) == 0
    assert main(["derive", str(small_set), "--sheet"]) == 0
    out, _ = capsys.readouterr()
    assert Path("small-gradient.png").is_file()
    assert len(list(Path("small-laplacian").glob("*.png"))) == 6
    assert size_of("small-sheet.png") == (3 * 16, 6 * 14)
    assert len(out.splitlines()) == 8


@pytest.mark.parametrize(
    ("kind", "shape"),
    [("gradient", (8, 16, 4, 2)), ("laplacian", (8, 16, 4)), ("magnitude", (8, 16)), ("normals", (8, 16, 3))],
)
def test_numbers(kind: str, shape: tuple[int, ...], small_set: Path) -> None:
    assert main(["derive", str(small_set), "--index", "three.png", f"--{kind}", "-o", "out.npy"]) == 0
    values = np.load("out.npy", allow_pickle=False)
    assert values.shape == shape
    assert values.dtype == np.float32
    image = inrcodec.open(small_set)["three.png"]
    if kind == "gradient":
        np.testing.assert_array_equal(values, image.gradient())
    if kind == "laplacian":
        np.testing.assert_array_equal(values, image.laplacian())


def test_json_says_how_slopes_agree(capsys: Capture) -> None:
    assert main(["derive", str(GOLDEN / "pyramid-rgb.inr"), "--gradient", "-o", "out", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == {"file", "written", "agreement"}
    assert all(one["white"] > 0 for one in answer["written"])
    assert [one["number"] for one in answer["agreement"]] == [0, 1, 2, 3, 4]
    assert all(one["correlation"] > 0.8 and one["flat"] is None for one in answer["agreement"])


def test_rectified_units_do_not_bend(small_images: Path, capsys: Capture) -> None:
    flat = {"conditioning": "grid", "activation": "relu", "width": "8", "passes": 3, "holdout": 0}
    inrcodec.encode([small_images], "flat.inr", device="cpu", threads=1, **flat)
    assert main(["derive", "flat.inr", "--index", "0", "--laplacian"]) == 0
    assert "exactly 0 at 100 %" in capsys.readouterr().err
    assert main(["derive", "flat.inr", "--index", "0", "--laplacian", "-o", "bends.npy"]) == 0
    assert not np.load("bends.npy").any()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "say what to derive"),
        (["--gradient", "--laplacian"], "choose one"),
        (["--gradient", "--index", "17"], "17"),
        (["--gradient", "-o", "one.png"], "one file"),
        (["--sheet", "-o", "one.npy"], "no --sheet"),
        (["--gradient", "-o", "-"], "stdout holds one picture"),
        (["--gradient", "--index", "0", "-o", "missing/a.png"], "does not exist"),
        (["--gradient", "--size", "20000"], "16384"),
        (["--gradient", "-o", "all.npy"], "choose it with --index"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_refusals(words: list[str], said: str, small_set: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["derive", str(small_set), *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert said in err
    assert not list(tmp_path.iterdir())


def test_nothing_is_replaced_without_force(small_set: Path) -> None:
    Path("out.png").write_text("mine")
    words = ["derive", str(small_set), "--index", "0", "--gradient", "-o", "out.png"]
    assert main(words) == 2
    assert Path("out.png").read_text() == "mine"
    assert main([*words, "--force", "--quiet"]) == 0
