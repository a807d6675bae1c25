"""`inrcodec add`: what it says and where, what it refuses, and that it loses nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import inrcodec
from inrcodec.cli.app import main

Capture = pytest.CaptureFixture[str]
QUICK = ["--refine", "3", "--threads", "1", "--device", "cpu"]
KEYS = "file added images file_size size_before seconds skipped notes"


@pytest.fixture
def grows(small_set: Path, newcomers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the small set in an empty folder, and a picture beside it."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "set.inr"
    path.write_bytes(small_set.read_bytes())
    shutil.copy(newcomers / "five.png", tmp_path / "new.png")
    return path


def test_an_image_joins_in_place(grows: Path, capsys: Capture) -> None:
    assert main(["add", "set.inr", "new.png", *QUICK]) == 0
    out, err = capsys.readouterr()
    assert out == "set.inr\n"
    assert "number 6 of 7" in err
    assert "of the new ones" in err
    assert "\x1b" not in err
    assert inrcodec.open(grows).names[-1] == "new.png"


def test_json_and_another_file(grows: Path, small_set: Path, capsys: Capture) -> None:
    assert main(["add", "set.inr", "new.png", "-o", "more.inr", "--json", "--quiet", *QUICK]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    answer = json.loads(out)
    assert list(answer) == KEYS.split()
    assert [one["name"] for one in answer["added"]] == ["new.png"]
    assert answer["size_before"] == grows.stat().st_size == small_set.stat().st_size
    assert answer["file_size"] == Path("more.inr").stat().st_size
    assert main(["add", "set.inr", "new.png", "-o", "more.inr", *QUICK]) == 2
    assert "exists" in capsys.readouterr().err
    assert main(["add", "set.inr", "new.png", "-o", "more.inr", "--force", *QUICK]) == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nowhere.inr", "new.png"], 2, "nowhere.inr: no such file"),
        (["new.png", "new.png"], 3, "not an .inr file"),
        (["set.inr", "nothing.png"], 2, "nothing.png: no such file"),
        (["set.inr"], 2, "SOURCES"),
        (["set.inr", "new.png", "-q", "300"], 2, "quality"),
        (["set.inr", "new.png", "-o", "nowhere/x.inr"], 2, "nowhere"),
        (["set.inr", "new.png", "-o", "-"], 2, "not a stream"),
    ],
)
def test_mistakes_change_nothing(words: list[str], code: int, said: str, grows: Path, capsys: Capture) -> None:
    before = grows.read_bytes()
    assert main(["add", *words, *QUICK]) == code
    assert said in capsys.readouterr().err
    assert grows.read_bytes() == before


def test_what_cannot_be_read_is_listed(grows: Path, capsys: Capture) -> None:
    Path("folder").mkdir()
    Path("new.png").rename("folder/new.png")
    Path("folder/broken.png").write_text("no picture")
    assert main(["add", "set.inr", "folder", *QUICK]) == 5
    assert "broken.png" in capsys.readouterr().err
    assert len(inrcodec.open(grows)) == 7


def test_an_interruption_leaves_the_file_as_it_was(grows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = grows.read_bytes()

    def interrupted(*words: object, **more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("inrcodec.encoding.add.write_atomically", interrupted)
    assert main(["add", "set.inr", "new.png", *QUICK]) == 130
    assert grows.read_bytes() == before
    assert sorted(path.name for path in grows.parent.iterdir()) == ["new.png", "set.inr"]
