"""Is a shard that failed tried again? Not for ever, but as long as it gets further."""

from __future__ import annotations

import contextlib
from collections import Counter

from inrcodec.encoding.checkpoints import waiting
from inrcodec.encoding.shards.task import Task

MOST_TRIES = 3  # that come to nothing
MOST_IN_ALL = 50  # a full disk that has room for checkpoints elsewhere lets each try write one, for ever


class Tries:
    """How often each shard has failed since its latest checkpoint, from which the next try goes on.

    A fit writes one when it has come further than the last, or cannot be written as a file.
    """

    def __init__(self) -> None:
        self._vain, self._all = Counter[str](), Counter[str]()
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
        self._all[task.key] += 1
        return self._vain[task.key] < MOST_TRIES and self._all[task.key] < MOST_IN_ALL
