"""`inrcodec browse` in real pseudo-terminals: silent ones, of no size, and small ones."""

from __future__ import annotations

import contextlib
import os
import select
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")
PATIENCE = 30.0  # seconds; a busy machine is slow


@contextlib.contextmanager
def browsing(
    path: Path, columns: int, lines: int, term: str = "xterm-256color"
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The command on a terminal of that size that answers nothing; yields the process and our end of the line."""
    import fcntl
    import pty
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    environment = {**os.environ, "TERM": term}
    process = subprocess.Popen(
        [sys.executable, "-m", "inrcodec", "browse", str(path)],
        stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    try:
        yield process, ours
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def read_until(line: int, wanted: str) -> str:
    """What the terminal was sent, up to the wanted text or the end."""
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
    return said.decode("utf-8", "replace")


@pytest.mark.parametrize(("columns", "lines"), [(120, 36), (80, 24), (0, 0)])
def test_it_draws_and_quits(small_set: Path, columns: int, lines: int) -> None:
    with browsing(small_set, columns, lines) as (process, line):
        assert "▀" in read_until(line, "▀")
        os.write(line, b"q")
        limit = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < limit:
            if select.select([line], [], [], 0.1)[0]:
                with contextlib.suppress(OSError):  # what it says in parting
                    os.read(line, 1 << 16)
        assert process.poll() == 0


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
