"""`inrcodec fuse`: sources of both kinds, masks, sizes, what is said and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inrcodec
from inrcodec.cli.app import main

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _two_pictures_and_a_mask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for name in ("a", "b"):
        Image.fromarray(rng.integers(60, 200, (20, 24, 3)).astype(np.uint8)).save(f"{name}.png")
    Image.fromarray(rng.integers(60, 200, (10, 30, 3)).astype(np.uint8)).save("other.png")
    mask = np.zeros((20, 24), np.uint8)
    mask[5:12, 6:15] = 255
    Image.fromarray(mask).save("m.png")
    Image.fromarray(0 * mask).save("dark.png")
    Path("in").mkdir()


def pixels(path: str) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"), np.int64)


def test_two_files(capsys: Capture) -> None:
    assert main(["fuse", "a.png", "b.png"]) == 0
    out, err = capsys.readouterr()
    assert out == "fused.png\n"
    assert "keep three quarters" in err
    assert pixels("fused.png").shape == (20, 24, 3)


def test_the_mean_is_the_average() -> None:
    assert main(["fuse", "a.png", "b.png", "--rule", "mean", "-o", "mean.png"]) == 0
    average = (pixels("a.png") + pixels("b.png")) / 2
    assert np.abs(pixels("mean.png") - average).max() <= 1


def test_a_mask(capsys: Capture) -> None:
    assert main(["fuse", "a.png", "b.png", "--mask", "m.png", "-o", "pasted.png", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == {
        "file", "width", "height", "bytes", "sources", "rule", "screen", "clipped", "kept", "kept_by_average",
    }  # fmt: skip
    assert answer["rule"] == "paste"
    outside = pixels("m.png") == 0
    assert (pixels("pasted.png") == pixels("a.png"))[outside].all()
    assert main(["fuse", "a.png", "b.png", "--mask", "m.png", "--rule", "strongest", "-o", "mixed.png"]) == 0
    assert (pixels("pasted.png") != pixels("mixed.png")).any()


def test_a_field_is_fitted(capsys: Capture) -> None:
    assert main(["fuse", "a.png", "b.png", "-o", "fused.inr", "--effort", "1", "--time-limit", "2s", "--quiet"]) == 0
    assert capsys.readouterr().out == "fused.inr\n"
    archive = inrcodec.open("fused.inr")
    assert archive.names == ("fused.png",)
    assert archive[0].render().shape == (20, 24, 3)


def test_other_sizes_need_a_word(capsys: Capture) -> None:
    assert main(["fuse", "a.png", "other.png"]) == 2
    assert "a.png has 24x20 pixels and other.png 30x10; --resize" in capsys.readouterr().err
    assert main(["fuse", "a.png", "other.png", "--resize"]) == 0
    assert pixels("fused.png").shape == (20, 24, 3)


def test_images_of_a_file(small_set: Path, capsys: Capture) -> None:
    assert main(["fuse", str(small_set), "--index", "one.png,two.png", "-o", "both.webp"]) == 0
    assert pixels("both.webp").shape == (12, 12, 3)
    assert main(["fuse", str(small_set), "-o", "x.png"]) == 2
    assert "--index 3,41" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a.png"], "two or more"),
        (["a.png", "none.png"], "none.png: no such"),
        (["a.png", "in"], "in: is a folder, and this takes picture files"),
        (["a.png", "b.png", "--index", "3"], "--index"),
        (["a.png", "b.png", "a.png", "--mask", "m.png"], "there are 3"),
        (["a.png", "b.png", "--mask", "dark.png"], "dark everywhere"),
        (["a.png", "b.png", "--mask", "other.png"], "--resize"),
        (["a.png", "b.png", "--mask", "m.png", "--rule", "mean"], "no meaning"),
        (["a.png", "b.png", "--mask", "m.png", "--screen", "1"], "--screen"),
        (["a.png", "b.png", "-o", "in/x.bmp"], ".jpg, .png"),
        (["a.png", "b.png", "-o", "gone/x.png"], "does not exist"),
        (["a.png", "b.png", "-o", "a.png"], "exists already"),
        (["a.png", "b.png", "--background", "nocolor"], "nocolor"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_refusals(words: list[str], said: str, capsys: Capture) -> None:
    before = {path: path.stat().st_mtime_ns for path in Path().rglob("*")}
    assert main(["fuse", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert said in err
    assert {path: path.stat().st_mtime_ns for path in Path().rglob("*")} == before
