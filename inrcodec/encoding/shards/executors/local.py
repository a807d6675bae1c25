"""Processes of this machine: a thread for each worker, and a process that forks one for every shard.

A pool of processes would break as a whole when one of them is killed; so only its own shard is tried again, and the
memory of one shard is given back before the next. A worker may have processes of its own, so it is no daemon; it ends,
with a checkpoint, when its driver's end of the pipe is closed, by whatever.
"""

from __future__ import annotations

import contextlib
import dataclasses
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent import futures
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

from inrcodec.encoding.shards.executors.contract import Attempt
from inrcodec.encoding.shards.executors.worker import FORKS, Begun, Ready, deaf_to_interrupts, serve
from inrcodec.encoding.shards.task import Task
from inrcodec.numerics.cores import available_cores

LOOK, GRACE = 0.5, 30.0  # seconds between looks at a stop, and for a worker to leave a checkpoint


@dataclasses.dataclass
class _Served:
    """A process that serves tasks, see `worker.serve`, and this end of its pipe.

    ready: that it takes the next task, if it has said so; worker: the process that has begun last, if any.
    """

    process: SpawnProcess
    pipe: Connection
    ready: Ready | None = None
    worker: int | None = None

    @staticmethod
    def start() -> _Served:
        """Start one; OSError where there is no room for it."""
        spawned = multiprocessing.get_context("spawn")
        ours, theirs = spawned.Pipe()
        process = spawned.Process(target=serve, args=(theirs,), name="shards", daemon=False)
        try:
            with deaf_to_interrupts():
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
        if self.worker is None:  # it loads, or has nothing to do
            self.process.kill()
        self.process.join(GRACE)
        if self.process.is_alive():
            if self.worker is not None and self.worker != self.process.pid:  # which that one still waits for
                with contextlib.suppress(OSError):
                    os.kill(self.worker, signal.SIGKILL)
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
        self._shares[task.key] = 0.0
        try:
            served = self._free_one() or _Served.start()
            found = self._listen(task, served)
        except OSError as failure:
            return Attempt(task, None, f"no process could be started: {failure.strerror}")
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

    def _free_one(self) -> _Served | None:
        """One that takes a task, if there is any."""
        while True:
            try:
                served = self._free.pop()
            except IndexError:
                return None
            try:
                served.ready = self._told(served)
            except (EOFError, OSError):  # somebody has ended it meanwhile
                served.end()
            else:
                return served

    def _listen(self, task: Task, served: _Served) -> Attempt | None:
        """What came of a task; None where its worker is gone, or is to go."""
        try:
            told = served.ready or self._told(served)
            if isinstance(told, Ready):
                served.ready = None
                served.pipe.send(task)
            while not isinstance(told := self._told(served), Attempt | None):
                if isinstance(told, Begun):
                    served.worker = told.process
                    continue
                self._shares[task.key] = float(told)
                if told > 0:
                    self._compiled.set()
            return told
        except (EOFError, OSError):
            pass
        return None

    def _told(self, served: _Served) -> Any:
        """The next that it says; None when all is to stop. EOFError or OSError where it is gone."""
        while not self._stopped.is_set():
            if served.pipe.poll(LOOK):
                return served.pipe.recv()
        return None
