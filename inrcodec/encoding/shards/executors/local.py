"""Processes of this machine: a thread for each worker, and a process that forks one for every shard.

A pool of processes would break as a whole when one of them is killed; so only its own shard is tried again, and the
memory of one shard is given back before the next. A worker may have processes of its own, so it is no daemon; it ends,
with a checkpoint, when its driver's end of the pipe is closed, by whatever.
"""

from __future__ import annotations

import dataclasses
import multiprocessing
import threading
from collections.abc import Iterator
from concurrent import futures
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from inrcodec.encoding.shards.executors.contract import Attempt
from inrcodec.encoding.shards.executors.worker import FORKS, serve
from inrcodec.encoding.shards.task import Task
from inrcodec.numerics.cores import available_cores

LOOK, GRACE = 0.5, 30.0  # seconds between looks at a stop, and for a worker to leave a checkpoint


@dataclasses.dataclass(frozen=True)
class _Served:
    """A process that serves tasks, and this end of its pipe."""

    process: SpawnProcess
    pipe: Connection

    @staticmethod
    def start() -> _Served:
        """Start one; OSError where there is no room for it."""
        spawned = multiprocessing.get_context("spawn")
        ours, theirs = spawned.Pipe()
        process = spawned.Process(target=serve, args=(theirs,), name="shards", daemon=False)
        try:
            process.start()
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        return _Served(process, ours)

    def end(self) -> int | None:
        """Nothing of it is left behind: it has been asked to end, and is made to if it does not; its exit code."""
        self.pipe.close()
        self.process.join(GRACE)
        if self.process.is_alive():
            self.process.kill()
        self.process.join()
        return self.process.exitcode


class LocalWorkers:
    """So many shards side by side, each in a process of its own."""

    def __init__(self, workers: int) -> None:
        self._threads = max(1, available_cores() // workers)  # of each worker, unless the options say otherwise
        self._pool = futures.ThreadPoolExecutor(workers, thread_name_prefix="shard")
        self._waiting: set[futures.Future[Attempt]] = set()
        self._shares: dict[str, float] = {}
        self._stopped = threading.Event()
        self._free: list[_Served] = []
        self._scout, self._compiled = threading.Lock(), threading.Event()

    def submit(self, task: Task) -> None:
        """Take a task on."""
        self._waiting.add(self._pool.submit(self._attempt, task))

    def wait(self, seconds: float) -> Iterator[Attempt]:
        """Tries that have ended."""
        ended, self._waiting = futures.wait(self._waiting, seconds, futures.FIRST_COMPLETED)
        return (one.result() for one in ended)

    def shares(self) -> dict[str, float]:
        """Of shards at work."""
        return dict(self._shares)

    def close(self) -> None:
        """Interrupt what is at work, which leaves checkpoints, and wait for it."""
        self._stopped.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        while self._free:
            self._free.pop().end()

    def _attempt(self, task: Task) -> Attempt:
        """One try, in a process that does nothing else."""
        scout = self._scout.acquire(blocking=False)  # kept for good: the first shard compiles what all need
        while not (scout or self._compiled.is_set() or self._stopped.is_set()):
            self._compiled.wait(LOOK)
        if self._stopped.is_set():
            return Attempt(task, None, "was stopped")
        if task.options.threads is None:
            task = dataclasses.replace(task, options=dataclasses.replace(task.options, threads=self._threads))
        try:
            served = self._served()
        except OSError as failure:
            return Attempt(task, None, f"no process could be started: {failure.strerror}")
        self._shares[task.key] = 0.0
        try:
            found = self._listen(task, served)
        finally:
            del self._shares[task.key]
            self._compiled.set()
        if found is not None and FORKS:
            self._free.append(served)
            return found
        code = served.end()
        if found is not None:
            return found
        return Attempt(task, None, "was stopped" if self._stopped.is_set() else f"its worker died (exit code {code})")

    def _served(self) -> _Served:
        """One that is free and that nobody has ended meanwhile, or another."""
        while True:
            try:
                served = self._free.pop()
            except IndexError:
                return _Served.start()
            if served.process.is_alive():
                return served
            served.end()

    def _listen(self, task: Task, served: _Served) -> Attempt | None:
        """What came of a task; None where its worker is gone, or is to go."""
        try:
            served.pipe.send(task)
            while not self._stopped.is_set():
                if not served.pipe.poll(LOOK):
                    continue
                told = served.pipe.recv()
                if isinstance(told, Attempt):
                    return told
                self._shares[task.key] = float(told)
                if told > 0:
                    self._compiled.set()
        except (EOFError, OSError):
            pass
        return None
