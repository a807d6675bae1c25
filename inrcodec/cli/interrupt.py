"""Signals during a long fit: the first waits for the step under way to end, the second ends the process at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALED = 128  # exit codes are that and the number of the signal, as a shell has them


class Terminated(SystemExit):
    """The process was asked to end, or its terminal is gone; the code is that of the signal."""


def signals() -> list[signal.Signals]:
    """What asks a fit to stop; Windows has no SIGHUP."""
    return [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@contextmanager
def between_steps() -> Iterator[Callable[[], None]]:
    """Yields a check to call between steps: once a signal has come it raises KeyboardInterrupt, or `Terminated`.

    So an interrupt never tears a step, and what is saved then is whole.
    """
    asked: list[int] = []
    if threading.current_thread() is not threading.main_thread():  # only there may handlers be set
        yield lambda: None
        return

    def ask(number: int, frame: FrameType | None) -> None:
        asked.append(number)
        restore()

    def restore() -> None:
        for one, handler in earlier.items():
            signal.signal(one, handler)

    def check() -> None:
        if asked:
            raise KeyboardInterrupt if asked[0] == signal.SIGINT else Terminated(SIGNALED + asked[0])

    known = {one: signal.getsignal(one) for one in signals()}
    earlier = {one: handler for one, handler in known.items() if handler is not signal.SIG_IGN or one == signal.SIGINT}
    for one in earlier:  # under nohup SIGHUP is ignored, and stays so
        signal.signal(one, ask)
    try:
        yield check
    finally:
        restore()
