"""Reading files needs neither torch nor Textual: with all else out of reach, and in an environment without it."""

from __future__ import annotations

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


def without_the_rest(words: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command in a process that can import nothing the package asks for but what the list has."""
    hidden = [IMPORTED.get(name, name) for name in declared().keys() - needed().keys()]
    code = f"import sys\nfor name in {hidden!r}: sys.modules[name] = None\n"
    code += f"from inrcodec.cli.app import main\nsys.exit(main({words!r}))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, env=environment, capture_output=True, text=True, timeout=120
    )


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_commands_run_with_the_rest_out_of_reach(
    words: list[str], small_set: Path, small_images: Path, tmp_path: Path
) -> None:
    done = without_the_rest(filled_in(words, small_set, small_images / "one.png"), tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("words", "package"), REFUSED, ids=[words[0] for words, _ in REFUSED])
def test_what_needs_more_names_it(
    words: list[str], package: str, small_set: Path, small_images: Path, tmp_path: Path
) -> None:
    done = without_the_rest(filled_in(words, small_set, small_images / "one.png"), tmp_path)
    assert done.returncode != 0
    assert package in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


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
