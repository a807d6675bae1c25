"""Processes of this machine: a thread for each worker, which starts a fresh process for every shard.

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
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import TYPE_CHECKING

from inrcodec.encoding.shards.executors.contract import Attempt
from inrcodec.encoding.shards.task import OnProgress, Task, make_shard
from inrcodec.errors import InrError, UsageError
from inrcodec.numerics.cores import available_cores

if TYPE_CHECKING:
    from inrcodec.fitting.progress import Progress

LOOK, GRACE = 0.5, 30.0  # seconds between looks at a stop, and for a worker to leave a checkpoint
STEP = 10.0  # seconds for a worker to end a step: most take a fraction of one, the first of a phase more
INTERRUPTED = 130  # exit code of a worker that was stopped


class LocalWorkers:
    """So many shards side by side, each in a process of its own."""

    def __init__(self, workers: int) -> None:
        self._threads = max(1, available_cores() // workers)  # of each worker, unless the options say otherwise
        self._pool = futures.ThreadPoolExecutor(workers, thread_name_prefix="shard")
        self._waiting: set[futures.Future[Attempt]] = set()
        self._shares: dict[str, float] = {}
        self._stopped = threading.Event()
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

    def _attempt(self, task: Task) -> Attempt:
        """One try, in a process that is gone when this returns."""
        scout = self._scout.acquire(blocking=False)  # kept for good: the first shard compiles what all need
        while not (scout or self._compiled.is_set() or self._stopped.is_set()):
            self._compiled.wait(LOOK)
        if self._stopped.is_set():
            return Attempt(task, None, "was stopped")
        if task.options.threads is None:
            task = dataclasses.replace(task, options=dataclasses.replace(task.options, threads=self._threads))
        spawned = multiprocessing.get_context("spawn")
        ours, theirs = spawned.Pipe()
        process = spawned.Process(target=_work, args=(task, theirs), name=f"shard {task.key}", daemon=False)
        self._shares[task.key] = 0.0
        try:
            process.start()
            theirs.close()
            found = self._listen(task, ours, process)
        except OSError as failure:
            found = Attempt(task, None, f"no process could be started: {failure.strerror}")
        finally:
            theirs.close()
            ours.close()
            if process.pid is not None:
                _end(process)
            del self._shares[task.key]
            self._compiled.set()
        return found

    def _listen(self, task: Task, ours: Connection, process: BaseProcess) -> Attempt:
        while not self._stopped.is_set():
            if not ours.poll(LOOK):
                continue
            try:
                told = ours.recv()
            except (EOFError, OSError):
                process.join(GRACE)
                return Attempt(task, None, f"its worker died (exit code {process.exitcode})")
            if isinstance(told, Attempt):
                process.join(GRACE)
                return told
            self._shares[task.key] = float(told)
            if told > 0:
                self._compiled.set()
        return Attempt(task, None, "was stopped")


def _end(process: BaseProcess) -> None:
    """Nothing of it is left behind: it has been asked to end, and is made to if it does not."""
    process.join(GRACE)
    if process.is_alive():
        process.kill()
    process.join()


class _Stop:
    """Whether a worker shall end: between two steps, so that its checkpoint is whole; before the first one, at once."""

    def __init__(self) -> None:
        self.begun = self._asked = False
        self._answered = threading.Event()

    def ask(self) -> None:
        """The driver has hung up, or a signal came."""
        self._asked = True
        if not self.begun:
            os._exit(INTERRUPTED)

    def answer(self) -> None:
        """Raise KeyboardInterrupt if that has been asked for."""
        if self._asked:
            self._answered.set()
            raise KeyboardInterrupt

    def watch(self, driver: Connection) -> None:
        """Ask when nobody is at the other end of the pipe, which never says anything.

        What is at no step, but compiles or writes its file, ends all the same: the checkpoint of before is there.
        """
        wait([driver])
        self.ask()
        if not self._answered.wait(STEP):
            os._exit(INTERRUPTED)

    def handle_signals(self) -> None:
        """Whatever asks a process to end waits for a step, too; under nohup SIGHUP stays ignored."""

        def handle(number: int, frame: FrameType | None) -> None:
            self.ask()

        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)  # Windows has no SIGHUP
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, handle)


def _work(task: Task, driver: Connection) -> None:
    """What the process does: one task, telling how far it is."""
    stop = _Stop()
    stop.handle_signals()
    threading.Thread(target=stop.watch, args=(driver,), name="driver", daemon=True).start()
    told = -1.0

    def on_progress(progress: Progress) -> None:
        nonlocal told
        stop.begun = stop.begun or progress.done > 0
        stop.answer()
        if progress.done - told >= 0.01:
            told = progress.done
            driver.send(told)

    try:
        attempt = _attempted(task, on_progress)
        with contextlib.suppress(OSError):  # whoever asked is gone; what is done is done
            driver.send(attempt)
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)


def _attempted(task: Task, on_progress: OnProgress) -> Attempt:
    try:
        return Attempt(task, make_shard(task, on_progress))
    except InrError as failure:
        return Attempt(task, None, str(failure), final=isinstance(failure, UsageError))
    except Exception as failure:  # whatever it is, the other shards go on
        return Attempt(task, None, f"{type(failure).__name__}: {failure}")
