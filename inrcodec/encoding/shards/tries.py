"""Is a shard that failed tried again? Not for ever, but as long as it gets further."""

from __future__ import annotations

import contextlib
from collections import Counter

from inrcodec.encoding.checkpoints import waiting
from inrcodec.encoding.shards.task import Task

MOST_TRIES = 3  # that come to nothing


class Tries:
    """How often each shard has failed since its latest checkpoint, from which the next try goes on.

    A fit writes one only when it has come further than the last, so this ends.
    """

    def __init__(self) -> None:
        self._vain = Counter[str]()
        self._reached: dict[str, int] = {}

    def again(self, task: Task) -> bool:
        """Whether to try a shard again that has failed once more."""
        reached = 0
        with contextlib.suppress(OSError):  # it was there a moment ago
            reached = max((path.stat().st_mtime_ns for path in waiting(task.file)), default=0)
        if reached > self._reached.get(task.key, 0):
            self._vain[task.key] = 0
        self._reached[task.key] = reached
        self._vain[task.key] += 1
        return self._vain[task.key] < MOST_TRIES
