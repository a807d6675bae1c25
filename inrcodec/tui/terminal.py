"""What the terminal can draw: asked once, before the app starts, and never waited for long."""

from __future__ import annotations

import contextlib
import os
import re
import select
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

PATIENCE = 0.2  # seconds for the answer; what the caller does meanwhile counts
ASSUMED = 8, 16  # pixels of a character where nobody says: rather small, so that no picture outgrows its pane
PLAUSIBLE = range(3, 129)  # pixels along a side of a character

ASK_KITTY = b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
ASK_CELL = b"\x1b[16t"
ASK_KIND = b"\x1b[c"  # answered by all but the silent, and last: what has not come before it never will
CLEAN = b"\r\x1b[K"  # where a terminal prints what it does not understand
KIND = re.compile(rb"\x1b\[\?([0-9;]*)c")
CELL = re.compile(rb"\x1b\[6;([0-9]+);([0-9]+)t")
SIXEL = b"4"  # among the attributes of the kind


@dataclass(frozen=True)
class Terminal:
    """What is known of the terminal: whether it was asked and answered, its protocols, and pixels of a character."""

    asked: bool = False
    answered: bool = False
    kitty: bool = False
    sixel: bool = False
    cell: tuple[int, int] | None = None

    @classmethod
    def from_answer(cls, answer: bytes) -> Terminal:
        """Read what came back."""
        kind, cell = KIND.search(answer), CELL.search(answer)
        size = (int(cell[2]), int(cell[1])) if cell else None
        return cls(
            asked=True,
            answered=kind is not None,
            kitty=b"\x1b_Gi=31;OK" in answer,
            sixel=kind is not None and SIXEL in kind[1].split(b";")[1:],
            cell=size if size and all(side in PLAUSIBLE for side in size) else None,
        )

    def cell_now(self) -> tuple[int, int]:
        """Pixels (across, down) of a character: from the window's size, which follows the font, else as answered."""
        return _cell_of_window() or self.cell or ASSUMED


def has_hung_up() -> bool:
    """Whether the terminal that input came from is gone; False where that cannot be told, or there never was one.

    Who reads from it is told the end at once, again and again; a signal comes only where it is our own terminal.
    """
    if sys.__stdin__ is None or not hasattr(select, "poll"):
        return False
    try:
        line = select.poll()
        line.register(sys.__stdin__.fileno(), 0)
        return any(event & (select.POLLHUP | select.POLLERR) for _, event in line.poll(0))
    except (OSError, ValueError):
        return False


class Question:
    """A question that is on its way; typed characters that came before the answer's end are lost."""

    def __init__(self) -> None:
        self._asked = time.monotonic()

    def answer(self) -> Terminal:
        """What came back, waiting for the rest of the patience at most."""
        said, fileno = b"", sys.stdin.fileno()
        while KIND.search(said) is None:
            left = max(0.0, self._asked + PATIENCE - time.monotonic())
            if not select.select([fileno], [], [], left)[0]:
                break
            part = os.read(fileno, 1)  # one by one: what is typed behind the answer is the app's
            if not part:
                break
            said += part
        return Terminal.from_answer(said)


@contextlib.contextmanager
def question() -> Iterator[Question | None]:
    """Ask, and keep answers from being echoed until the block ends; None where one cannot ask."""
    try:
        import termios
        import tty
    except ImportError:  # Windows
        yield None
        return
    fileno = sys.stdin.fileno()
    try:
        before = termios.tcgetattr(fileno)
        tty.setcbreak(fileno, termios.TCSANOW)
    except termios.error:
        yield None
        return
    try:
        sys.stdout.flush()
        os.write(sys.stdout.fileno(), (ASK_KITTY if _takes_strings() else b"") + ASK_CELL + ASK_KIND + CLEAN)
        yield Question()
    finally:
        termios.tcsetattr(fileno, termios.TCSANOW, before)


def inside_multiplexer() -> bool:
    """Whether tmux or screen lies between us and the terminal."""
    return "TMUX" in os.environ or os.environ.get("TERM", "").startswith(("tmux", "screen"))


def _takes_strings() -> bool:
    """tmux would take kitty's question for a title, and a few others print it."""
    plain = os.environ.get("TERM") == "linux" or os.environ.get("TERM_PROGRAM") == "Apple_Terminal"
    return not (plain or inside_multiplexer())


def _cell_of_window() -> tuple[int, int] | None:
    try:
        import fcntl
        import struct
        import termios

        packed = fcntl.ioctl(sys.__stdout__.fileno(), termios.TIOCGWINSZ, bytes(8)) if sys.__stdout__ else bytes(8)
    except (ImportError, OSError, ValueError):
        return None
    rows, columns, across, down = struct.unpack("HHHH", packed)
    if not rows or not columns:
        return None
    size = across // columns, down // rows
    return size if all(side in PLAUSIBLE for side in size) else None
