"""`inrcodec morph`: files, strips, measures, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from inrcodec.cli.app import main
from inrcodec.exporters.captions import caption_height

Capture = pytest.CaptureFixture[str]
PAIR = ("one.png", "two.png")


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_gif_by_default(small_set: Path, tmp_path: Path, capsys: Capture) -> None:
    words = ["morph", str(small_set), *PAIR, "--gif", "--frames", "4", "--hold", "1", "--size", "24"]
    assert main(words) == 0
    assert capsys.readouterr().out == "small-morph.gif\n"
    with Image.open(tmp_path / "small-morph.gif") as moving:
        assert moving.size == (24, 24)
        assert moving.info["loop"] == 0
    assert main(words) == 2
    assert "--force" in capsys.readouterr().err


def test_json_tells_what_was_written(small_set: Path, capsys: Capture) -> None:
    words = ["morph", str(small_set), *PAIR, "one.png", "-o", "tour.webp", "--frames", "2", "--size", "2x", "--json"]
    assert main([*words, "--hold", "0", "--mode", "blend"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["path"], answer["frames"], answer["width"], answer["mode"]) == ("tour.webp", 5, 24, "blend")


def test_strips_of_one_and_of_all_modes(small_set: Path, tmp_path: Path) -> None:
    assert main(["morph", str(small_set), *PAIR, "--sheet", "--size", "20", "-o", "one.png"]) == 0
    assert main(["morph", str(small_set), *PAIR, "--compare", "--size", "20", "-o", "all.png"]) == 0
    with Image.open(tmp_path / "one.png") as one, Image.open(tmp_path / "all.png") as all_modes:
        assert one.size == (180, 20)
        assert all_modes.size == (180, 4 * (20 + caption_height(1)))  # each with its mode below it
        words = [all_modes.crop((0, y + 20, 180, y + 42)).convert("L").getextrema()[0] for y in range(0, 168, 42)]
        assert max(words) < 200


def test_a_refined_strip(small_set: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inrcodec.fitting.registration.STEPS", 30)
    words = ["morph", str(small_set), *PAIR, "--refine", "--size", "20", "-o", "strip.png"]
    assert main([*words, "--sheet"]) == 0
    assert main([*words, "--compare", "--force"]) == 0
    with Image.open(tmp_path / "strip.png") as strip:
        assert strip.size == (180, 4 * (20 + caption_height(1)))


def test_metrics_write_nothing(small_set: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["morph", str(small_set), *PAIR, "--metrics", "--json"]) == 0
    table = json.loads(capsys.readouterr().out)["table"]
    assert [row["mode"] for row in table] == ["move", "code", "last-hidden", "blend"]
    assert table[-1]["path_length"] == pytest.approx(1, abs=1e-2)
    assert not list(tmp_path.iterdir())


def test_a_folder_of_frames(small_set: Path, tmp_path: Path, capsys: Capture) -> None:
    words = ["morph", str(small_set), *PAIR, "--frames", "3", "--hold", "0", "--size", "12", "-o", "frames/"]
    assert main(words) == 0
    assert [path.name for path in sorted((tmp_path / "frames").iterdir())] == [f"frame-00{n}.png" for n in range(4)]
    assert capsys.readouterr().out == "frames\n"
    assert main(words) == 2
    assert "--force" in capsys.readouterr().err
    assert main([*words, "--force", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["frames"] == 4


@pytest.mark.parametrize(
    ("words", "clue"),
    [
        (["0"], "two images"),
        (["0", "0"], "nothing to morph"),
        (["one.png", "three.png"], "differ in shape"),
        (["0", "1", "-o", "tour.mkv"], ".webp"),
        (["0", "1", "--sheet", "-o", "strip.gif"], "still picture"),
        (["0", "1", "--gif", "-o", "tour.webp"], "disagree"),
        (["0", "1", "-o", "nowhere/tour.gif"], "does not exist"),
        (["0", "nobody"], "nobody"),
        (["0", "1", "--size", "100000"], "16384"),
        (["0", "1", "--refine", "--mode", "code"], "--mode move"),
    ],
)
def test_wrong_usage_is_one_line(words: list[str], clue: str, small_set: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["morph", str(small_set), *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert clue in err
    assert len(err.splitlines()) == 1
    assert not list(tmp_path.iterdir())
