"""How many cores this process may use, and work shared among them by threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TypeVar

# Threads of a product, by OpenBLAS: the first of these that is a number from 1 on.
OF_PRODUCTS = ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS")
MOST = 4  # threads: each holds what it works on in memory
Part = TypeVar("Part")


def available_cores() -> int:
    """Cores that this process may use, at least 1."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads_for_products(asked: int | None = None) -> int:
    """Threads that may each make products of matrices at once: one where numpy's own take all cores.

    Those of ours would wait for them; commands see to it that a product takes one. asked: threads, by whom runs a fit.
    """
    told = [value for value in map(_number, OF_PRODUCTS) if value > 0]
    return min(asked or MOST, available_cores()) if told[:1] == [1] else 1


def _number(variable: str) -> int:
    try:
        return int(os.environ.get(variable, ""))
    except ValueError:
        return 0


def each(work: Callable[[Part], None], parts: Iterable[Part], most: int = MOST) -> None:
    """Do the work on every part, which must not touch what belongs to another; numpy lets threads work at once.

    most: threads, if there are as many cores.
    """
    listed = list(parts)
    count = min(most, available_cores(), len(listed))
    if count < 2:
        for part in listed:
            work(part)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(count) as threads:
        for _ in threads.map(work, listed):
            pass
