"""`inrcodec fit`: what is said, lists that are printed and fitted again, and what is refused before any work."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inrcodec
from inrcodec.cli.app import main

Capture = pytest.CaptureFixture[str]
QUICK = ["--passes", "60", "--width", "32", "--threads", "1", "--device", "cpu", "--quiet"]
KEYS = """file file_size known psnr psnr_unquantized psnr_unsettled psnr_lattice slopes loss steps source_bytes ratio
seconds"""


@pytest.fixture(autouse=True)
def _pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows, columns = np.mgrid[:18, :22] / 20
    gray = 0.5 + 0.4 * np.sin(3 * rows + 4 * columns)
    color = np.stack([gray, 1 - gray, gray**2], axis=-1)
    Image.fromarray(np.rint(255 * gray).astype(np.uint8)).save("gray.png")
    Image.fromarray(np.rint(255 * color).astype(np.uint8)).save("color.png")
    clear = np.dstack([color, (rows + columns) / 2])
    Image.fromarray(np.rint(255 * clear).astype(np.uint8)).save("clear.png")
    Path("words.toml").write_text("axes = [2, 2]\n")
    Path("taken.inr").write_text("mine")


@pytest.mark.parametrize("name", ["gray", "color", "clear"])
def test_a_fit_is_a_file_that_every_command_reads(name: str, capsys: Capture) -> None:
    assert main(["fit", f"{name}.png", "--from", "gradient", *QUICK]) == 0
    assert capsys.readouterr().out == f"{name}.inr\n"
    archive = inrcodec.open(f"{name}.inr")
    assert archive.names == (f"{name}.png",)
    assert archive.channels == (4 if name == "clear" else 3)
    assert archive[0].render().shape == (18, 22, archive.channels)
    if name == "gray":
        assert np.ptp(archive[0].render(), axis=2).max() == 0
    for words in (["info"], ["verify"], ["report"], ["decode", "-f"], ["derive", "--sheet"], ["neighbors", "-k", "1"]):
        command, *rest = words
        arguments = [command, f"{name}.inr", *(["0"] if command == "neighbors" else []), *rest]
        assert main(arguments) == 0, arguments


def test_what_is_said(capsys: Capture) -> None:
    loud = [word for word in QUICK if word != "--quiet"]
    assert main(["fit", "gray.png", "--from", "gradient", "-o", "a.inr", *loud]) == 0
    err = capsys.readouterr().err
    differences = 17 * 22 + 18 * 21
    assert f"bytes; known: {differences} differences and the mean of each channel" in err
    for word in ("dB; ", "before constants are settled", "exact lattice solution", "slopes"):
        assert word in err


def test_json(capsys: Capture) -> None:
    assert main(["fit", "color.png", "-o", "a.inr", "--json", *QUICK]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert list(answer) == KEYS.split()
    assert answer["file_size"] == Path("a.inr").stat().st_size
    assert answer["psnr"] > answer["psnr_unquantized"] - 0.3
    assert answer["psnr_lattice"] is None


@pytest.mark.parametrize(
    "options",
    [[], ["--from", "gradient"], ["--from", "laplacian", "--constant", "red"], ["--from", "gradient", "--reach", "1"]],
    ids=" ".join,
)
def test_a_printed_list_makes_the_same_bytes(options: list[str], capsys: Capture) -> None:
    assert main(["fit", "color.png", *options, "--show-constraints"]) == 0
    Path("lists").mkdir()
    listed = capsys.readouterr().out
    Path("color.toml").write_text(listed)
    assert not Path("color.inr").exists()
    assert main(["fit", "color.png", *options, "-o", "one.inr", *QUICK]) == 0
    assert main(["fit", "color.toml", "-o", "other.inr", *QUICK]) == 0
    assert Path("one.inr").read_bytes() == Path("other.inr").read_bytes()


def test_a_list_elsewhere_names_files_beside_itself(capsys: Capture) -> None:
    assert main(["fit", "gray.png", "--show-constraints"]) == 0
    Path("lists").mkdir()
    Path("lists/gray.toml").write_text(capsys.readouterr().out)
    assert main(["fit", "lists/gray.toml", *QUICK]) == 2
    assert "constraint 1 (value): gray.png: no such file" in capsys.readouterr().err
    Path("gray.png").rename("lists/gray.png")
    assert main(["fit", "lists/gray.toml", *QUICK]) == 0


def test_a_limit_that_is_missed(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr("inrcodec.cli.fit.GRACE_SECONDS", -60.0)
    words = ["fit", "gray.png", "-o", "late.inr", "--time-limit", "1s", "--width", "32", "--threads", "1", "--quiet"]
    assert main(words) == 4
    assert "longer than --time-limit" in capsys.readouterr().err
    inrcodec.open("late.inr").verify()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["none.png"], "none.png: no such picture file"),
        (["none.toml"], "none.toml: no such file"),
        (["words.toml"], "words.toml: lists no constraints"),
        (["words.toml", "--from", "gradient"], "a list says all that itself"),
        (["gray.png", "--constant", "red"], "values leave no constant open"),
        (["gray.png", "--from", "gradient", "--constant", "redd"], "redd"),
        (["gray.png", "--reach", "4"], "--reach 4: values hold at single places"),
        (["gray.png", "-o", "taken.inr"], "exists already"),
        (["gray.png", "-o", "gone/x.inr"], "does not exist"),
        (["gray.png", "-o", "x.png"], "is a name for a picture"),
        (["gray.png", "-o", "x.wav"], "is a name for a sound"),
        (["gray.png", "--time-limit", "soon"], "soon"),
        (["gray.png", "--width", "0"], "hidden width"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_refusals(words: list[str], said: str, capsys: Capture) -> None:
    before = sorted(path.name for path in Path().iterdir())
    assert main(["fit", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert said in err
    assert sorted(path.name for path in Path().iterdir()) == before
