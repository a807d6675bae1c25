"""What people bring along from other tools: -V, completion, lists of files, defaults of their own, man pages."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from inrcodec.cli.app import COMMANDS, main, program
from inrcodec.cli.man_pages import man_pages

ROOT = Path(__file__).resolve().parents[2]
Capture = pytest.CaptureFixture[str]


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    everything = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, "-m", "inrcodec", *words]
    return subprocess.run(command, env=everything, capture_output=True, text=True, timeout=60)


def error_of(words: list[str], capsys: Capture) -> str:
    """The one line of a usage error."""
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return err


def test_version_in_short(capsys: Capture) -> None:
    assert main(["-V"]) == 0
    assert capsys.readouterr().out.startswith("inrcodec ")


@pytest.mark.parametrize("shell", ["bash", *(pytest.param(one, marks=pytest.mark.slow) for one in ("zsh", "fish"))])
def test_shells_complete(shell: str, tmp_path: Path) -> None:
    shown = run("--show-completion", shell, _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")  # whatever runs tests
    assert "_INRCODEC_COMPLETE" in shown.stdout
    words = {"COMP_WORDS": "inrcodec en", "COMP_CWORD": "1", "_TYPER_COMPLETE_ARGS": "inrcodec en"}
    found = run(**words, _INRCODEC_COMPLETE=f"complete_{shell}", _TYPER_COMPLETE_FISH_ACTION="get-args")
    assert "encode" in found.stdout
    assert "decode" not in found.stdout


def test_a_list_of_files(small_images: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    star = tmp_path / "a*[1].png"
    shutil.copy(small_images / "one.png", star)
    listed = f"{small_images / 'two.png'}\n\n{star}\r\n"
    (tmp_path / "list.txt").write_text(listed, newline="")
    words = ["encode", "--passes", "1", "--threads", "1", "--no-verdict", "-f", "-o", str(tmp_path / "a.inr"), "--json"]
    assert main([*words, "--files-from", str(tmp_path / "list.txt")]) == 0
    assert json.loads(capsys.readouterr().out)["images"] == 2
    nul = "\0".join([str(small_images / "two.png"), str(star), ""])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(nul.encode())))
    assert main([*words, str(small_images / "three.png"), "--files-from", "-", "-0"]) == 0
    assert json.loads(capsys.readouterr().out)["images"] == 3


def test_lists_that_cannot_be_followed(small_images: Path, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "list.txt").write_text("gone.png\n")
    (tmp_path / "empty.txt").write_text("\n")
    (tmp_path / "nul.txt").write_bytes(b"a.png\0b.png\0")
    for name, said in (("list", "gone.png, which is not there"), ("empty", "lists nothing"), ("nul", "add -0"),
                       ("missing", "No such file")):  # fmt: skip
        for command in ("encode", "compare", "study"):
            assert said in error_of([command, "--files-from", str(tmp_path / f"{name}.txt")], capsys)
    assert "SOURCES" in error_of(["encode"], capsys)
    assert "--files-from" in error_of(["encode", str(small_images), "-0"], capsys)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config.toml"
    monkeypatch.setenv("INRCODEC_CONFIG", str(path))
    return path


def test_defaults_of_ones_own(small_set: Path, config: Path, tmp_path: Path, capsys: Capture) -> None:
    config.write_text('[defaults]\njson = true\n[defaults.report]\nlimit = 2\nsort = "psnr"\n')
    assert main(["report", str(small_set)]) == 0
    assert len(json.loads(capsys.readouterr().out)["images"]) == 2
    assert main(["report", str(small_set), "--limit", "3"]) == 0  # the command line overrules
    assert len(json.loads(capsys.readouterr().out)["images"]) == 3
    config.write_text("[defaults.decode]\nforce = true\nsize = '20'\n")
    for _ in range(2):
        assert main(["decode", str(small_set), "--index", "0", "-o", str(tmp_path / "out")]) == 0
    config.write_text("[defaults.encode]\nquality = 60\ndry-run = true\n")  # defaults are no conflict
    assert main(["encode", str(small_set.parent), "--target-psnr", "30", "-f"]) == 1
    assert "do not go together" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[defaults]\nqualty = 3", "no command has an option 'qualty'"),
        ("[defaults.info]\nquality = 3", "info has no option 'quality'"),
        ("[defaults.inform]\nquality = 3", "no command 'inform'"),
        ("[defaults", "config.toml"),
        ("defaults = 3", "is a table"),
        ("[defualts]\njson = true", "no part 'defualts'; there are browse and defaults"),
        ("[defaults.report]\nlimit = 'many'", "set in"),
        ("[defaults.report]\nsort = 'age'", "set in"),
    ],
)
def test_defaults_that_mean_nothing_are_said(
    text: str, said: str, small_set: Path, config: Path, capsys: Capture
) -> None:
    config.write_text(text)
    assert said in error_of(["report", str(small_set)], capsys)
    assert main(["report", "--help"]) == 0  # help comes in any case


def test_a_file_that_is_named_is_there(
    small_set: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("INRCODEC_CONFIG", str(tmp_path / "gone.toml"))
    assert "gone.toml" in error_of(["info", str(small_set)], capsys)
    assert main(["info", "--help"]) == 0


def test_the_file_lies_where_the_platform_says(tmp_path: Path, small_set: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("XDG's folder")
    (tmp_path / "inrcodec").mkdir()
    (tmp_path / "inrcodec" / "config.toml").write_text("[defaults.info]\njson = true\n")
    environment = {key: value for key, value in os.environ.items() if key != "INRCODEC_CONFIG"}
    environment |= {"XDG_CONFIG_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "inrcodec", "info", str(small_set)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert json.loads(done.stdout)["images"] == 6


@pytest.mark.parametrize(
    "words",
    [
        ["report", "FILE", "--csv", "--json"],
        ["info", "FILE", "--quiet", "-v"],
        ["encode", "FOLDER", "-q", "40", "--target-psnr", "30"],
        ["encode", "FOLDER", "--quality", "40", "--target-size", "60k"],
        ["encode", "FOLDER", "--target-psnr", "30", "--target-size", "60k"],
        ["encode", "FOLDER", "--effort", "3", "--passes", "10"],
        ["encode", "FOLDER", "--dry-run", "--snapshots", "final"],
        ["encode", "FOLDER", "--snapshots-to", "there"],
        ["morph", "FILE", "0", "1", "--gif", "--sheet"],
        ["neighbors", "FILE", "0", "--label-column", "kind"],
    ],
    ids=" ".join,
)
def test_what_does_not_go_together_is_refused(
    words: list[str], small_set: Path, small_images: Path, capsys: Capture
) -> None:
    places = {"FILE": str(small_set), "FOLDER": str(small_images)}
    error_of([places.get(word, word) for word in words], capsys)


def test_several_files_to_look_at(small_set: Path, tmp_path: Path, capsys: Capture) -> None:
    other = Path(__file__).parents[1] / "golden" / "grid.inr"
    assert main(["info", str(small_set), str(other)]) == 0
    assert capsys.readouterr().out.count("bits per pixel") == 2
    assert main(["info", str(small_set), str(other), "--json"]) == 0
    assert [one["file"] for one in json.loads(capsys.readouterr().out)["files"]] == [str(small_set), str(other)]
    broken = tmp_path / "broken.inr"
    broken.write_bytes(other.read_bytes()[:-3])
    assert main(["verify", str(small_set), str(broken), str(other)]) == 3
    out, err = capsys.readouterr()
    assert [line.partition(": ok")[0] for line in out.splitlines()] == [str(small_set), str(other)]
    assert err.count("\n") == 1
    assert "broken.inr" in err
    assert main(["verify", str(small_set), str(broken), "--json"]) == 3
    assert [one["ok"] for one in json.loads(capsys.readouterr().out)["files"]] == [True, False]


def test_man_pages_say_what_the_help_says() -> None:
    pages = dict(man_pages(program()))
    assert set(pages) == {"inrcodec.1", *(f"inrcodec-{command}.1" for command in COMMANDS)}
    for name, command in program().commands.items():
        text = pages[f"inrcodec-{name}.1"]
        for option in command.params:
            for spelling in option.opts if option.param_type_name == "option" else ():
                assert spelling.replace("-", "\\-") in text
        assert ".SH EXAMPLES" in text
        assert "[bold]" not in text
    if shutil.which("groff"):
        for text in pages.values():
            words = ["groff", "-man", "-Tutf8", "-ww", "-k"]
            done = subprocess.run(words, input=text, capture_output=True, text=True, timeout=60)
            assert not done.stderr, done.stderr
