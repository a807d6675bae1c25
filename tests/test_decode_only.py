"""Reading files needs neither torch nor Textual: with all else out of reach, and in an environment without it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "docs" / "decode-only.txt"
IMPORTED = {"array-api-compat": "array_api_compat", "google-crc32c": "google_crc32c", "pillow": "PIL"}
COMMANDS = [
    ["info", "FILE"],
    ["verify", "FILE"],
    ["report", "FILE"],
    ["decode", "FILE", "--size", "24", "-o", "out/"],
    ["decode", "FILE", "--sheet", "--format", "webp"],
    ["neighbors", "FILE", "one.png"],
    ["neighbors", "FILE", "SOURCE"],
    ["pairs", "FILE", "--similar", "2"],
    ["derive", "FILE", "--index", "0", "--gradient", "-o", "gradient.npy"],
    ["fuse", "FILE", "--index", "one.png,two.png", "-o", "fused.png"],
    ["morph", "FILE", "one.png", "two.png", "--frames", "2", "--size", "12", "--gif"],
    ["morph", "FILE", "one.png", "two.png", "--frames", "2", "--size", "12", "-o", "morph.webp"],
]
REFUSED = [
    (["encode", "SOURCE", "-o", "new.inr", "--passes", "1"], "torch"),
    (["pairs", "FILE", "--similar", "2", "--optimal"], "networkx"),
]


def needed() -> dict[str, str]:
    """Lines of the list by name."""
    lines = [line for line in LIST.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return {name_of(line): line for line in lines}


def name_of(requirement: str) -> str:
    return re.split(r"[<>=\[;]", requirement)[0]


def declared() -> dict[str, str]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return {name_of(line): line for line in tomllib.load(file)["project"]["dependencies"]}


def filled_in(words: list[str], file: Path, source: Path) -> list[str]:
    places = {"FILE": str(file), "SOURCE": str(source)}
    return [places.get(word, word) for word in words]


def test_the_list_is_part_of_what_the_package_asks_for() -> None:
    assert needed().items() <= declared().items()
    assert not {"torch", "textual"} & needed().keys()


@pytest.fixture(scope="module")
def done(small_set: Path, small_images: Path, tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """Exit code and lines on stderr of every command above, in a process that imports of what the package asks for
    only what the list has."""
    hidden = [IMPORTED.get(name, name) for name in declared().keys() - needed().keys()]
    lines = [
        filled_in(words, small_set, small_images / "one.png") for words in (*COMMANDS, *(one for one, _ in REFUSED))
    ]
    script = f"""
import contextlib, io, json, sys
for name in {hidden!r}:
    sys.modules[name] = None
from inrcodec.cli.app import main
done = []
for words in {lines!r}:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as said:
        code = main(words)
    done.append([str(code), *said.getvalue().strip().splitlines()])
print(json.dumps(done))
"""
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path_factory.mktemp("without"),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr
    answers: list[list[str]] = json.loads(ran.stdout)
    return answers


@pytest.mark.parametrize("number", range(len(COMMANDS)), ids=[" ".join(words) for words in COMMANDS])
def test_commands_run_with_the_rest_out_of_reach(number: int, done: list[list[str]]) -> None:
    assert done[number][0] == "0", done[number]


@pytest.mark.parametrize("number", range(len(REFUSED)), ids=[words[0] for words, _ in REFUSED])
def test_what_needs_more_names_it(number: int, done: list[list[str]]) -> None:
    code, *lines = done[len(COMMANDS) + number]
    assert code != "0"
    assert len(lines) == 1
    assert REFUSED[number][1] in lines[0]


def pip(python: Path, *words: str) -> None:
    done = subprocess.run([python, "-m", "pip", "install", "-q", *words], capture_output=True, text=True, timeout=600)
    if "connection" in done.stderr.lower():
        pytest.skip("no package index in reach")
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_a_server_installs_only_what_decoding_needs(small_set: Path, small_images: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    folder = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    pip(folder / "python", "-r", str(LIST))
    pip(folder / "python", "--no-deps", str(ROOT))
    listed = subprocess.run([folder / "python", "-m", "pip", "list"], capture_output=True, text=True, check=True).stdout
    assert not re.search(r"^(torch|textual)\b", listed, re.MULTILINE)
    for words in COMMANDS:
        arguments = filled_in(words, small_set, small_images / "one.png")
        done = subprocess.run([folder / "inrcodec", *arguments], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, (words, done.stderr)
