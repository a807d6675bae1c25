"""How many cores this process may use, and work shared among them by threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TypeVar

MOST = 4  # threads: each holds what it works on in memory
Part = TypeVar("Part")


def available_cores() -> int:
    """Cores that this process may use, at least 1."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def each(work: Callable[[Part], None], parts: Iterable[Part]) -> None:
    """Do the work on every part, which must not touch what belongs to another; numpy lets threads work at once."""
    listed = list(parts)
    count = min(MOST, available_cores(), len(listed))
    if count < 2:
        for part in listed:
            work(part)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(count) as threads:
        for _ in threads.map(work, listed):
            pass
