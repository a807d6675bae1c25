"""-o means the same everywhere: a dash is the stream or is refused before work, an unknown suffix is no folder."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from inrcodec.cli.app import main

Capture = pytest.CaptureFixture[str]
STREAMS = [
    (["decode", "FILE", "--index", "0", "-o", "-"], "PNG"),
    (["decode", "FILE", "--sheet", "-o", "-"], "PNG"),
    (["derive", "FILE", "--index", "0", "--gradient", "-o", "-"], "PNG"),
    (["derive", "FILE", "--sheet", "-o", "-"], "PNG"),
    (["fuse", "FILE", "--index", "one.png,two.png", "-o", "-"], "PNG"),
    (["morph", "FILE", "0", "1", "--frames", "2", "--size", "12", "--mode", "blend", "-o", "-"], "GIF"),
    (["morph", "FILE", "0", "1", "--size", "12", "--mode", "blend", "--sheet", "-o", "-"], "PNG"),
]
REFUSED = [
    ["encode", "SOURCE", "-o", "-"],
    ["add", "FILE", "SOURCE", "-o", "-"],
    ["neighbors", "FILE", "0", "--sheet", "-"],
    ["pairs", "FILE", "--similar", "1", "--sheet", "-"],
    ["compare", "SOURCE", "-o", "-"],
    ["study", "SOURCE", "-o", "-"],
    ["report", "FILE", "--curves", "-"],
    ["report", "FILE", "--html", "-", "--csv"],
    ["report", "FILE", "--html", "-", "--json"],
    ["fit", "PICTURE", "-o", "-"],
    ["derive", "FILE", "--index", "0", "--gradient", "-o", "x.txt"],
    ["derive", "FILE", "--gradient", "-o", "x.txt"],
    ["derive", "FILE", "--sheet", "-o", "x.txt"],
    ["morph", "FILE", "0", "1", "-o", "x.txt"],
    ["fuse", "FILE", "--index", "0,1", "-o", "x.txt"],
    ["neighbors", "FILE", "0", "--sheet", "x.txt"],
    *(
        [*words, "-o", ""]
        for words in (
            ["encode", "SOURCE"], ["add", "FILE", "SOURCE"], ["derive", "FILE", "--sheet"], ["morph", "FILE", "0", "1"],
            ["fuse", "FILE", "--index", "0,1"], ["fit", "PICTURE"], ["compare", "SOURCE"], ["study", "SOURCE"],
        )
    ),
    ["report", "FILE", "--html", ""],
    ["report", "FILE", "--html", "x.txt"],
    ["encode", "SOURCE", "-o", "a.inr", "--order", "names"],
    ["neighbors", "FILE", "0", "--labels", "x.csv"],
    ["report", "FILE", "--curves", ""],
    ["neighbors", "FILE", "0", "--sheet", ""],
    ["info", ""],
]  # fmt: skip


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def filled_in(words: list[str], file: Path, folder: Path) -> list[str]:
    places = {"FILE": str(file), "SOURCE": str(folder), "PICTURE": str(folder / "one.png")}
    return [places.get(word, word) for word in words]


@pytest.mark.parametrize(("words", "kind"), STREAMS, ids=lambda value: " ".join(value) if len(value) > 3 else value)
def test_pictures_go_to_stdout(
    words: list[str], kind: str, small_set: Path, small_images: Path, capfdbinary: pytest.CaptureFixture[bytes],
    tmp_path: Path,
) -> None:  # fmt: skip
    assert main(filled_in(words, small_set, small_images)) == 0
    with Image.open(io.BytesIO(capfdbinary.readouterr().out)) as picture:
        assert picture.format == kind
    assert list(tmp_path.iterdir()) == []
    assert main([*filled_in(words, small_set, small_images), "--json"]) == 2


def test_a_page_goes_to_stdout(small_set: Path, capfd: Capture, tmp_path: Path) -> None:
    assert main(["report", str(small_set), "--html", "-"]) == 0
    out = capfd.readouterr().out
    assert out.startswith("<!doctype html>")
    assert out.rstrip().endswith("</html>")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", REFUSED, ids=" ".join)
def test_what_cannot_be_written_is_refused_before_work(
    words: list[str], small_set: Path, small_images: Path, tmp_path: Path, capsys: Capture
) -> None:
    assert main(filled_in(words, small_set, small_images)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1].startswith("inrcodec: error: ")
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_as_output_is_refused_before_the_fit(small_images: Path, tmp_path: Path, capsys: Capture) -> None:
    os = pytest.importorskip("os")
    os.mkfifo("pipe.inr")
    assert main(["encode", str(small_images), "-o", "pipe.inr", "-f", "--passes", "1", "--threads", "1"]) == 2
    assert "not a file" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["pipe.inr"]


def test_suggested_commands_can_be_pasted(small_images: Path, tmp_path: Path, capsys: Capture) -> None:
    import shlex

    for name in ("my set.inr", "it's.inr", "-dash.inr"):
        assert main(["encode", str(small_images), "--passes", "1", "--threads", "1", f"-o{name}", "--no-verdict"]) == 0
        lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("  inrcodec ")]
        assert len(lines) == 2
        for line in lines:
            assert main(shlex.split(line)[1:]) == 0
        capsys.readouterr()
    (tmp_path / "a folder").mkdir()
    assert main(["info", "a folder"]) == 2
    assert "encode 'a folder'" in capsys.readouterr().err
