"""What whoever encodes shards must provide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from inrcodec.encoding.shards.task import Done, OnProgress, Task, make_shard
from inrcodec.errors import InrError, UsageError


@dataclass(frozen=True)
class Attempt:
    """One try at a task: what came of it, or in words why nothing did; final: whether another try is in vain."""

    task: Task
    done: Done | None
    failure: str = ""
    final: bool = False


def attempted(task: Task, on_progress: OnProgress | None = None) -> Attempt:
    """Try, wherever this is called; failures are values, so that the other shards go on."""
    try:
        return Attempt(task, make_shard(task, on_progress))
    except InrError as failure:
        return Attempt(task, None, str(failure), final=isinstance(failure, UsageError))
    except Exception as failure:  # whatever it is
        return Attempt(task, None, f"{type(failure).__name__}: {failure}")


class Executor(Protocol):
    """Does tasks side by side; who hands them in decides what is tried again."""

    def submit(self, task: Task) -> None:
        """Take a task on; it is begun when a worker is free."""
        ...

    def wait(self, seconds: float) -> Iterator[Attempt]:
        """Tries that have ended; waits so long for the first of them, and may find none."""
        ...

    def shares(self) -> dict[str, float]:
        """How much of each shard at work is done, 0 to 1, by its key."""
        ...

    def close(self) -> None:
        """End what is at work, and leave no process behind."""
        ...
