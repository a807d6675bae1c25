"""One rule: 2 where the request names what is not there or not taken, 1 where a source is of no use.

And 3 for files of ours that are damaged or none.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from inrcodec.cli.app import main

Capture = pytest.CaptureFixture[str]
GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "pyramid-rgb.inr"
SOURCES = ("png", "gif", "wav", "flac", "ply", "obj", "stl", "xyz")
TAKE_PICTURES = (
    ("encode", "SOURCE", "-o", "OUTPUT"),
    ("fit", "SOURCE", "-o", "OUTPUT"),
    ("add", "SET", "SOURCE", "-o", "OUTPUT"),
    ("replace", "SET", "0", "SOURCE", "-o", "OUTPUT"),
    ("fuse", "SOURCE", "SOURCE", "-o", "OUTPUT.png"),
    ("neighbors", "SET", "SOURCE"),
    ("report", "SET", "--against", "SOURCE"),
    ("compare", "SOURCE"),
    ("study", "SOURCE"),
)
RESUMED = (
    ("encode", "SOURCE", "-o", "OUTPUT"),
    ("encode", "SOURCE", "-o", "OUTPUT", "--dry-run"),
    ("fit", "SOURCE", "-o", "OUTPUT"),
    ("fuse", "SOURCE", "OTHER", "-o", "OUTPUT"),
    ("add", "SET", "SOURCE", "-o", "OUTPUT"),
    ("replace", "SET", "0", "SOURCE", "-o", "OUTPUT"),
)
READ_SETS = (
    ("info", "SET"),
    ("verify", "SET"),
    ("decode", "SET", "-o", "OUTPUT"),
    ("report", "SET"),
    ("pairs", "SET", "--similar", "1"),
    ("browse", "SET"),
    ("morph", "SET", "0", "1"),
    ("remove", "SET", "0"),
    ("add", "SET", "SET"),
)


def run(words: tuple[str, ...], folder: Path, **paths: Path) -> int:
    """The exit code; words in capitals are paths."""
    named = {"SET": GOLDEN, "OUTPUT": folder / "a.inr", "OUTPUT.png": folder / "a.png", **paths}
    return main([str(named.get(word, word)) for word in words])


@pytest.fixture
def junk(tmp_path: Path) -> Path:
    """A file that is nothing."""
    path = tmp_path / "junk.png"
    path.write_bytes(bytes(range(256)))
    return path


@pytest.mark.parametrize("words", TAKE_PICTURES, ids=lambda words: words[0])
def test_a_picture_that_is_not_there_is_a_wrong_request(
    words: tuple[str, ...], tmp_path: Path, capsys: Capture
) -> None:
    assert run(words, tmp_path, SOURCE=tmp_path / "missing.png") == 2
    assert "missing.png: n" in capsys.readouterr().err  # no such file, neither image nor file


@pytest.mark.parametrize("words", TAKE_PICTURES, ids=lambda words: words[0])
def test_a_picture_that_is_of_no_use_is_a_failure(
    words: tuple[str, ...], junk: Path, tmp_path: Path, capsys: Capture
) -> None:
    assert run(words, tmp_path, SOURCE=junk) == 1
    assert "not a PNG" in capsys.readouterr().err
    empty = tmp_path / "empty.png"
    empty.touch()
    assert run(words, tmp_path, SOURCE=empty) == 1
    assert "empty.png: the file is empty" in capsys.readouterr().err
    assert not (tmp_path / "a.inr").exists()


@pytest.mark.parametrize("suffix", SOURCES)
def test_empty_files_are_called_empty(suffix: str, tmp_path: Path, capsys: Capture) -> None:
    source = tmp_path / f"nothing.{suffix}"
    assert main(["fit", str(source), "-o", str(tmp_path / "a.inr")]) == 2
    assert "no such" in capsys.readouterr().err
    source.touch()
    assert main(["fit", str(source), "-o", str(tmp_path / "a.inr")]) == 1
    assert "the file is empty" in capsys.readouterr().err


@pytest.mark.parametrize("words", READ_SETS, ids=lambda words: words[0])
def test_sets_that_are_not_there_and_that_are_none(words: tuple[str, ...], junk: Path, tmp_path: Path) -> None:
    assert run(words, tmp_path, SET=tmp_path / "missing.inr") == 2
    assert run(words, tmp_path, SET=tmp_path) == 2  # a folder
    assert run(words, tmp_path, SET=junk) == 3


@pytest.mark.parametrize("words", RESUMED, ids=lambda words: words[0] + words[-1][1:])
def test_there_may_be_nothing_to_go_on_with(
    words: tuple[str, ...], small_images: Path, tmp_path: Path, capsys: Capture
) -> None:
    pictures = {"SOURCE": small_images / "one.png", "OTHER": small_images / "two.png"}
    assert run((*words, "--resume"), tmp_path, **pictures) == 2
    assert capsys.readouterr().err.endswith("no interrupted fit of it waits to go on from; start without --resume\n")
    (tmp_path / "a.inr").write_bytes(GOLDEN.read_bytes())
    assert run((*words, "--resume"), tmp_path, **pictures) == 2
    assert "a.inr: is finished, and no interrupted fit of it waits" in capsys.readouterr().err
    assert (tmp_path / "a.inr").read_bytes() == GOLDEN.read_bytes()


def test_what_instructs_is_part_of_the_request(junk: Path, tmp_path: Path) -> None:
    for words in (
        ("neighbors", "SET", "--labels", "LIST"),
        ("encode", "--files-from", "LIST", "-o", "OUTPUT"),
        ("fit", "LIST", "-o", "OUTPUT"),
    ):
        listed = junk.rename(junk.with_suffix(".toml")) if junk.exists() else tmp_path / "junk.toml"
        assert run(words, tmp_path, LIST=tmp_path / "missing.toml") == 2
        assert run(words, tmp_path, LIST=listed) == 2
