"""Signals during a long fit: the first waits for the step under way to end, the second ends the process at once."""

from __future__ import annotations

import shlex
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inrcodec.cli.console import Console

SIGNALED = 128  # exit codes are that and the number of the signal, as a shell has them


class Terminated(SystemExit):
    """The process was asked to end, or its terminal is gone; the code is that of the signal."""


def signals() -> list[signal.Signals]:
    """What asks a fit to stop; Windows has no SIGHUP."""
    return [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Interrupts:
    """A check to call between steps: once a signal has come it raises KeyboardInterrupt, or `Terminated`.

    at_once: whether the signal itself raises that, as nothing is at work that it could tear.
    """

    def __init__(self) -> None:
        self.at_once = False
        self._asked: list[int] = []

    def ask(self, number: int) -> None:
        """A signal has come."""
        self._asked.append(number)
        if self.at_once:
            self()

    def __call__(self) -> None:
        """Raise if a signal has come."""
        if self._asked:
            number = self._asked[0]
            raise KeyboardInterrupt if number == signal.SIGINT else Terminated(SIGNALED + number)


@contextmanager
def between_steps() -> Iterator[Interrupts]:
    """Yields a check to call between steps, so that an interrupt never tears one, and what is saved then is whole."""
    check = Interrupts()
    if threading.current_thread() is not threading.main_thread():  # only there may handlers be set
        yield check
        return

    def handle(number: int, frame: FrameType | None) -> None:
        restore()
        check.ask(number)

    def restore() -> None:
        for one, handler in earlier.items():
            signal.signal(one, handler)

    known = {one: signal.getsignal(one) for one in signals()}
    earlier = {one: handler for one, handler in known.items() if handler is not signal.SIG_IGN or one == signal.SIGINT}
    for one in earlier:  # under nohup SIGHUP is ignored, and stays so
        signal.signal(one, handle)
    try:
        yield check
    finally:
        restore()


def say_how_to_resume(target: Path, console: Console) -> None:
    """After Ctrl-C: the line that goes on from the checkpoint, if the fit had begun."""
    from inrcodec.encoding.checkpoints import waiting

    if waiting(target):
        words = [word for word in sys.argv[1:] if word != "--resume"]
        console.warn(f"inrcodec: stopped; to go on: {shlex.join(['inrcodec', *words, '--resume'])}")
