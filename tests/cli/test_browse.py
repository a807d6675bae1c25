"""`inrcodec browse` in real pseudo-terminals: silent ones, of no size, and small ones."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")
QUESTION = b"\x1b[c"
KITTY, SIXEL, PLAIN = b"\x1b_Gi=31;OK\x1b\\\x1b[6;20;10t\x1b[?62;c", b"\x1b[?62;4;22c", b"\x1b[?62;22c"
PATIENCE = 30.0  # seconds; a busy machine is slow


@contextlib.contextmanager
def browsing(
    path: Path,
    columns: int,
    lines: int,
    term: str = "xterm-256color",
    images: str = "auto",
    program: tuple[str, ...] = ("-m", "inrcodec"),
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The command on a terminal of that size that answers nothing; yields the process and our end of the line."""
    import fcntl
    import pty
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    environment = {**os.environ, "TERM": term}
    environment.pop("TMUX", None)
    process = subprocess.Popen(
        [sys.executable, *program, "browse", str(path), "--images", images],
        stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    try:
        yield process, ours
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def read_until(line: int, wanted: str, answer: bytes = b"") -> str:
    """What the terminal was sent, up to the wanted text or the end; answers the first question."""
    said, limit = b"", time.monotonic() + PATIENCE
    while wanted.encode() not in said and time.monotonic() < limit:
        if select.select([line], [], [], 0.1)[0]:
            try:
                part = os.read(line, 1 << 16)
            except OSError:  # the other end was closed
                break
            if not part:
                break
            said += part
            if answer and QUESTION in said:
                os.write(line, answer)
                answer = b""
    return said.decode("utf-8", "replace")


def test_it_draws_and_quits(small_set: Path) -> None:
    """On a terminal that does not even know its size."""
    with browsing(small_set, 0, 0) as (process, line):
        assert "▀" in read_until(line, "▀")
        os.write(line, b"q")
        limit = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < limit:
            if select.select([line], [], [], 0.1)[0]:
                with contextlib.suppress(OSError):  # what it says in parting
                    os.read(line, 1 << 16)
        assert process.poll() == 0


@pytest.mark.parametrize(
    ("images", "answer", "shows"),
    [
        ("auto", SIXEL, "\x1bP0;1;0q"),
        ("kitty", b"", "\x1b_Ga=T,f=100"),
        pytest.param("auto", KITTY, "\x1b_Ga=T,f=100", marks=pytest.mark.slow),
        pytest.param("sixel", b"", "\x1bP0;1;0q", marks=pytest.mark.slow),
    ],
)
def test_real_pixels_are_sent_and_make_way_for_others(small_set: Path, images: str, answer: bytes, shows: str) -> None:
    with browsing(small_set, 80, 24, images=images) as (_, line):
        assert "▀" in read_until(line, "▀", answer)
        os.write(line, b"\r")
        assert shows in read_until(line, shows)
        if not answer:
            return
        os.write(line, b"y")  # a message lies over the picture
        said = read_until(line, "copied")
        assert "copied" in said
        if "\x1b_G" in shows and "\x1b_Ga=d" not in said:  # it may be taken away before or after the words come
            assert "\x1b_Ga=d" in read_until(line, "\x1b_Ga=d")
        assert shows in read_until(line, shows)  # and is gone again


def test_who_is_ended_leaves_the_terminal_as_it_was(small_set: Path) -> None:
    with browsing(small_set, 80, 24, images="half") as (process, line):
        said = read_until(line, "▀")
        assert "\x1b[?1049h" in said
        assert "\x1b[?1003h" in said  # reports of the mouse
        process.send_signal(signal.SIGTERM)
        said = read_until(line, "\x1b[?1049l")
        assert "\x1b[?1049l" in said
        assert "\x1b[?1003l" in said
        assert process.wait(PATIENCE) == 128 + signal.SIGTERM


def test_a_terminal_that_is_gone_ends_it(small_set: Path) -> None:
    """Without a signal, as where the terminal was not its own: input that has ended would be read for ever."""
    with browsing(small_set, 80, 24, images="half") as (process, line):
        read_until(line, "▀")
        elsewhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(elsewhere, line)  # our end is closed; its number is closed with the others
        os.close(elsewhere)
        assert process.wait(PATIENCE) == 128 + signal.SIGHUP


BROKEN = """
import sys
from inrcodec.tui.grid import Grid
from inrcodec.cli.app import main
def fail(grid, y):
    raise RuntimeError("[/b] out of order")
Grid.render_line = fail
sys.exit(main())
"""


def test_a_crash_is_one_line_on_a_terminal_as_it_was(small_set: Path) -> None:
    with browsing(small_set, 80, 24, images="half", program=("-c", BROKEN)) as (process, line):
        said = read_until(line, "where")
        assert process.wait(PATIENCE) == 1
    last = said.rpartition("\x1b[?1049l")[2]  # what stands on the screen afterwards
    assert "inrcodec: error: unexpected RuntimeError: [/b] out of order; run with --debug to see where" in last
    assert "Traceback" not in said


@pytest.mark.parametrize("answer", [PLAIN, b""])
def test_other_terminals_get_half_blocks_and_are_not_waited_for(small_set: Path, answer: bytes) -> None:
    with browsing(small_set, 80, 24) as (_, line):
        said = read_until(line, "▀", answer)
        os.write(line, b"\r")
        said += read_until(line, "zoom 1.0") + read_until(line, "▀")
        assert "zoom 1.0" in said
        assert "\x1b_Ga=T" not in said
        assert "\x1bP" not in said


def test_a_protocol_that_the_terminal_does_not_speak_is_refused_in_one_line(small_set: Path) -> None:
    with browsing(small_set, 80, 24, images="kitty") as (process, line):
        said = read_until(line, "\n", PLAIN)
        assert "error: --images kitty: this terminal does not draw kitty graphics; use --images auto" in said
        assert process.wait(PATIENCE) == 2


def test_the_app_that_is_served_has_no_terminal(small_set: Path) -> None:
    environment = {
        **os.environ,
        "TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver",
        "COLUMNS": "80",
        "ROWS": "24",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "inrcodec", "browse", str(small_set), "--images", "half"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == b"__GANGLION__\n"
    process.kill()
    process.communicate()


def test_a_dumb_or_tiny_terminal_is_refused_in_one_line(small_set: Path) -> None:
    for columns, lines, term, words in ((80, 24, "dumb", "dumb"), (10, 3, "xterm", "10x3")):
        with browsing(small_set, columns, lines, term) as (process, line):
            said = read_until(line, "\n")
            assert "inrcodec: error:" in said
            assert words in said
            assert process.wait(PATIENCE) == 2


def test_browse_never_loads_torch(small_set: Path) -> None:
    code = (
        "import sys, inrcodec.tui.app, inrcodec.cli.browse; "
        "from inrcodec.archive import Archive; "
        f"inrcodec.tui.app.Browser(Archive.open({str(small_set)!r})); "
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=PATIENCE)
