"""Asking a terminal: silent ones, slow ones, and what is typed meanwhile."""

from __future__ import annotations

import os
import select
import sys
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from textual.events import Key

from inrcodec.tui import terminal
from inrcodec.tui.stray import StrayReplies
from inrcodec.tui.terminal import ASK_KIND, PATIENCE, Terminal, question

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The terminal's end of a pseudo-terminal that stdin and stdout are on."""
    import pty

    ours, theirs = pty.openpty()
    end = SimpleNamespace(fileno=lambda: theirs, flush=lambda: None)
    monkeypatch.setattr(terminal, "sys", SimpleNamespace(stdin=end, stdout=end, __stdout__=None))
    for name in ("TMUX", "TERM_PROGRAM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    yield ours
    os.close(ours)
    os.close(theirs)


def heard(line: int) -> bytes:
    """What the terminal was sent; nothing when that takes long."""
    return os.read(line, 999) if select.select([line], [], [], 10)[0] else b""


def test_a_silent_terminal_is_not_waited_for(line: int) -> None:
    started = time.monotonic()
    with question() as asked:
        assert asked is not None
        assert asked.answer() == Terminal(asked=True)
    assert time.monotonic() - started < PATIENCE + 30  # not for ever; the machine may be busy
    assert heard(line).count(ASK_KIND) == 1


def test_an_answer_is_not_waited_beyond_nor_echoed_and_keys_behind_it_are_kept(line: int) -> None:
    answer = b"\x1b_Gi=31;OK\x1b\\\x1b[6;20;10t\x1b[?62;4c"

    def respond() -> None:
        assert ASK_KIND in heard(line)
        os.write(line, answer + b"q\n")

    thread = threading.Thread(target=respond)
    thread.start()
    with question() as asked:
        assert asked is not None
        assert asked.answer() == Terminal(asked=True, answered=True, kitty=True, sixel=True, cell=(10, 20))
        thread.join()
        assert os.read(terminal.sys.stdin.fileno(), 99) == b"q\n"
    assert not select.select([line], [], [], 0)[0]


@pytest.mark.parametrize("variable", [{"TMUX": "/tmp/x,1,0"}, {"TERM": "screen"}, {"TERM_PROGRAM": "Apple_Terminal"}])
def test_who_would_misread_kittys_question_is_not_asked_it(
    line: int, monkeypatch: pytest.MonkeyPatch, variable: dict[str, str]
) -> None:
    for name, value in variable.items():
        monkeypatch.setenv(name, value)
    with question():
        pass
    assert b"\x1b_G" not in heard(line)


def test_pipes_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    end = SimpleNamespace(fileno=lambda: read)
    monkeypatch.setattr(terminal, "sys", SimpleNamespace(stdin=end, stdout=end))
    with question() as asked:
        assert asked is None
    os.close(read)
    os.close(write)


def test_late_answers_are_no_keys() -> None:
    late, on_time = StrayReplies(expected=True), StrayReplies(expected=False)
    for character in "[?62;22c":
        assert late.takes(Key("any", character))
        assert not on_time.takes(Key("any", character))
    late._taking = 0.0
    assert not late.takes(Key("q", "q"))
