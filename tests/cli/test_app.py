"""What every command shares: help, errors in one line on stderr, exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from inrcodec.cli import info
from inrcodec.cli.app import COMMANDS, main
from inrcodec.errors import CorruptFileError, InputError

ROOT = Path(__file__).resolve().parents[2]
Capture = pytest.CaptureFixture[str]


def one_error_line(capsys: Capture) -> str:
    """The only line on stderr; stdout must be empty."""
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1, err
    assert err.startswith("inrcodec: error: ")
    return err


def test_version(capsys: Capture) -> None:
    assert main(["--version"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("inrcodec 0.")
    assert err == ""


@pytest.mark.parametrize("words", [[], ["-h"], ["--help"]], ids=str)
def test_help_lists_the_commands(words: list[str], capsys: Capture) -> None:
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert all(command in out for command in COMMANDS)
    assert "Exit codes" in out
    assert err == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command_has_examples(command: str, capsys: Capture) -> None:
    assert main([command, "-h"]) == 0
    out, _ = capsys.readouterr()
    assert f"inrcodec {command} " in out.partition("Examples")[2]
    assert "--json" in out or command == "browse"  # which draws


@pytest.mark.parametrize(
    "words",
    [
        ["unknown"],
        ["info"],
        ["info", "--unknown", "set.inr"],
        ["info", "missing.inr"],
        ["encode"],
        ["encode", "folder", "-q", "101"],
        ["encode", "folder", "--effort", "10"],
        ["encode", "folder", "--device", "tpu"],
        ["encode", "folder", "--time-limit", "soon"],
        ["decode", "set.inr", "--size", "big"],
        ["decode", "set.inr", "--size", "0"],
        ["decode", "set.inr", "--columns", "3"],
    ],
    ids=" ".join,
)
def test_usage_errors_are_one_line_and_exit_2(words: list[str], capsys: Capture) -> None:
    assert main(words) == 2
    one_error_line(capsys)


def test_folders_are_no_archives(tmp_path: Path, capsys: Capture) -> None:
    assert main(["info", str(tmp_path)]) == 2
    assert "is a folder" in one_error_line(capsys)


@pytest.mark.parametrize(
    ("error", "code"), [(CorruptFileError("bad bytes"), 3), (InputError("nothing\nto read"), 1), (ValueError("odd"), 1)]
)
def test_errors_become_one_line(error: Exception, code: int, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(info, "signal_described", _raiser(error))
    assert main(["info", "set.inr"]) == code
    line = one_error_line(capsys)
    assert "Traceback" not in line
    assert ("--debug" in line) == isinstance(error, ValueError)


def test_a_traceback_only_with_debug(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(info, "signal_described", _raiser(CorruptFileError("bad bytes")))
    assert main(["info", "set.inr", "--debug"]) == 3
    assert "Traceback" in capsys.readouterr().err


def test_errors_cannot_move_the_cursor(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(info, "signal_described", _raiser(CorruptFileError("\x1b[2J\u202e")))
    assert main(["info", "set.inr"]) == 3
    assert "\\x1b[2J\\u202e" in one_error_line(capsys)


def test_ctrl_c_exits_130(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(info, "signal_described", _raiser(KeyboardInterrupt()))
    assert main(["info", "set.inr"]) == 130
    assert capsys.readouterr().err == "inrcodec: interrupted\n"


def test_native_panics_are_caught(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    class Panic(BaseException):
        """As raised by native code: not an Exception."""

    monkeypatch.setattr(info, "signal_described", _raiser(Panic("overflow")))
    assert main(["info", "set.inr"]) == 1
    one_error_line(capsys)


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_a_reader_that_leaves_is_no_error() -> None:
    """As in `inrcodec encode -h | head -0`."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "inrcodec.cli.app", "encode", "-h"],
        stdout=writing,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
    )
    os.close(writing)
    assert done.stderr == b""
    assert done.returncode == 1


@pytest.mark.skipif(os.name != "posix", reason="needs pseudo terminals")
@pytest.mark.parametrize(("no_color", "coloured"), [("1", False), ("", True)])
def test_no_color_is_honoured(no_color: str, coloured: bool) -> None:
    import pty

    controller, terminal = pty.openpty()
    environment = {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "NO_COLOR": no_color, "PATH": os.environ["PATH"]}
    child = subprocess.Popen([sys.executable, "-m", "inrcodec.cli.app", "-h"], stdout=terminal, env=environment)
    os.close(terminal)
    shown = b""
    try:
        while part := os.read(controller, 65536):
            shown += part
    except OSError:  # Linux reports the closed terminal this way
        pass
    os.close(controller)
    assert child.wait(60) == 0
    assert (b"\x1b[1;36m" in shown or b"\x1b[36m" in shown) == coloured


def _raiser(error: BaseException):  # type: ignore[no-untyped-def]
    def fail(file: str) -> None:
        raise error

    return fail


def test_an_interrupt_while_the_program_loads_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    from inrcodec import __main__

    class Interrupted:
        def find_spec(self, name: str, path: object, target: object = None) -> None:
            if name == "inrcodec.cli.app":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "inrcodec.cli.app")
    monkeypatch.setattr(sys, "meta_path", [Interrupted(), *sys.meta_path])
    assert __main__.main() == 130
    assert capsys.readouterr().err == "inrcodec: interrupted\n"
