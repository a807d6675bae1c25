"""Ctrl-C during a long fit: the first waits for the step under way to end, the second leaves at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def between_steps() -> Iterator[Callable[[], None]]:
    """Yields a check to call between steps: it raises KeyboardInterrupt once the user has asked to stop.

    So an interrupt never tears a step, and what is saved then is whole. SIGTERM counts as Ctrl-C.
    """
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():  # only there may handlers be set
        yield lambda: None
        return

    def ask(number: int, frame: FrameType | None) -> None:
        asked.set()
        signal.signal(signal.SIGINT, earlier[signal.SIGINT])

    def check() -> None:
        if asked.is_set():
            raise KeyboardInterrupt

    earlier = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield check
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
