"""What the library says of its parameters, the command line says of its options; and every one named exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from inrcodec.cli.app import main, program
from inrcodec.cli.spelling import flag, spelled
from inrcodec.errors import Message, Parameter

PACKAGE = Path(__file__).resolve().parents[2] / "inrcodec"
FACES = ("cli", "tui")


def below_the_faces() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.relative_to(PACKAGE).parts[0] not in FACES:
            yield path, ast.parse(path.read_text("utf-8"))


def named_parameters() -> set[str]:
    """The names of all parameters in the library's messages."""
    return {
        node.args[0].value
        for _, tree in below_the_faces()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Parameter"
        if isinstance(node.args[0], ast.Constant)
    }


def options_of_all_commands() -> set[str]:
    commands = program().commands.values()
    return {option for command in commands for one in command.params for option in (*one.opts, *one.secondary_opts)}


@pytest.mark.parametrize(
    ("parameter", "option"),
    [
        (Parameter("overwrite", True), "--force"),
        (Parameter("record", False), "--no-record"),
        (Parameter("max_size"), "--max-size"),
        (Parameter("width", "a b"), "--width 'a b'"),
    ],
)
def test_parameters_become_options(parameter: Parameter, option: str) -> None:
    assert flag(parameter) == option
    assert spelled(Message("use ", parameter)) == f"use {option}"


def test_every_parameter_in_a_message_is_an_option_here() -> None:
    names = named_parameters()
    assert {"overwrite", "background", "threads"} <= names
    assert {flag(Parameter(name)) for name in names} <= options_of_all_commands()


def test_the_library_never_speaks_of_options() -> None:
    """Docstrings may; so does the style sheet of a page, whose variables look alike."""
    for path, tree in below_the_faces():
        if path.name == "pages.py":
            continue
        spoken = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        found = [one.value for one in spoken if id(one) not in documents and re.search(r"--[a-z]", one.value)]
        assert not found, f"{path}: {found}"


def test_errors_notes_and_reasons_name_options(
    small_images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "set.inr").touch()
    assert main(["encode", str(small_images), "-o", str(tmp_path / "set.inr")]) == 2
    assert "use --force to" in capsys.readouterr().err
    words = ["compare", str(small_images), "--qualities", "none", "--rivals", "png,jpeg"]
    assert main(words) == 0
    assert "JPEG left out: it holds no transparency; --background white lets it in" in capsys.readouterr().err
    assert main([*words, "--json"]) == 0
    told = capsys.readouterr()
    assert "--background white lets it in" in told.out
    assert "background=" not in told.out + told.err
