"""When the program began: that it loads is part of what a command takes, and of its time limit."""

from __future__ import annotations

import time
from contextvars import ContextVar

BEGUN: ContextVar[float] = ContextVar("begun")  # by the monotonic clock; `__main__` sets it before anything is loaded


def begun() -> float:
    """By the monotonic clock; now, where a command was called by a process that did other things before."""
    return BEGUN.get(time.monotonic())
