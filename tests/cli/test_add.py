"""`inrcodec add`: what it says and where, what it refuses, and that it loses nothing."""

from __future__ import annotations

import json
import shutil
import tarfile
from pathlib import Path

import pytest
from PIL import Image

import inrcodec
from inrcodec.archive import open_images
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


@pytest.mark.parametrize("kind", ["set.inr", "copied.inrs"])
def test_names_that_are_there_already_are_said(
    kind: str, grows: Path, small_collection: Path, small_images: Path, capsys: Capture
) -> None:
    """Of a file and of a collection in the same words, whatever the pictures lie in."""
    shutil.copytree(small_collection, "copied.inrs")
    with tarfile.open("more.tar", "w") as archive:
        for name in ("one.png", "two.png", "three.png", "clear.png"):
            archive.add(small_images / name, name)
    taken = f"{kind} has an image of that name already; rename the new one, or remove the old one first\n"
    assert main(["add", kind, str(small_images / "one.png"), *QUICK]) == 2
    assert capsys.readouterr().err == f"inrcodec: error: one.png: {taken}"
    assert main(["add", kind, "more.tar", "--input", "tar", *QUICK]) == 2
    assert capsys.readouterr().err == f"inrcodec: error: one.png, two.png, three.png and 1 more: {taken}"
    assert main(["add", kind, "new.png", str(small_images / "one.png"), *QUICK]) == 5
    said = capsys.readouterr().err
    assert f"  one.png: {taken}" in said
    assert "1 skipped" in said
    assert len(open_images(kind)) == 7


def test_what_a_set_cannot_store_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    for name, color in {"gray": (90, 90, 90), "red": (220, 20, 20), "blue": (0, 0, 255)}.items():
        Image.new("RGB", (16, 16), color).save(f"{name}.png")
    made = ["--effort", "0", "--threads", "1", "--device", "cpu", "--quiet", "--no-verdict"]
    assert main(["encode", "gray.png", "-o", "gray.inr", *made]) == 0
    assert main(["add", "gray.inr", "red.png", "blue.png", *QUICK]) == 2
    assert capsys.readouterr().err == (
        "inrcodec: error: blue.png, red.png: has colors, which gray.inr cannot store, as all of its images are gray; "
        "make it gray, or encode all pictures together anew\n"
    )


def test_beside_exact_images_poor_ones_are_told_of(
    tmp_path: Path, small_images: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, color in {"black": 0, "white": 255, "other": 255}.items():
        Image.new("L", (16, 16), color).save(f"{name}.png")
    made = ["--effort", "0", "--threads", "1", "--device", "cpu", "--quiet", "--no-verdict"]
    assert main(["encode", "black.png", "white.png", "-o", "blank.inr", *made]) == 0
    assert inrcodec.open("blank.inr").means["psnr"] == float("inf")
    capsys.readouterr()
    Image.open(small_images / "two.png").convert("L").save("waves.png")
    assert main(["add", "blank.inr", "other.png", "waves.png", *QUICK]) == 0
    said = capsys.readouterr().err
    assert "1 of 2 new images are far from exact, unlike the set's own, waves.png at " in said
    assert "dB, 1 exact  of the new ones" in said
    assert "inf" not in said


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
