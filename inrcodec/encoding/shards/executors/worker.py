"""What a worker's process does: one shard, telling its driver how far it is.

Loading what encodes takes seconds. So a worker is forked from a process that has loaded it, and does nothing else: the
memory of a shard is given back with its process, and one that is killed costs its own try alone. Where forking is not
safe, the process does one shard by itself, and the next shard starts another.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from inrcodec.encoding.shards.executors.contract import Attempt, attempted
from inrcodec.encoding.shards.task import Task

if TYPE_CHECKING:
    from inrcodec.fitting.progress import Progress

FORKS = sys.platform == "linux"  # elsewhere libraries of the system do not survive it
STEP = 10.0  # seconds for a worker to end a step: most take a fraction of one, the first of a phase more
INTERRUPTED, FAILED = 130, 1  # exit codes of a worker that was stopped, and of one that could not say what came of it


class Ready:
    """What serves is ready for a task."""


@dataclass(frozen=True)
class Begun:
    """A task is at work, in this process."""

    process: int


def serve(driver: Connection) -> None:
    """Do the tasks that come through the pipe, one after the other, until nobody is at its other end any more.

    Says that it is `Ready`, then, for a task, who has `Begun`, shares of it that are done, and an `Attempt`. Goes the
    way of a worker that ends by anything but its work's end, as what that said may be half a sentence.
    """
    forked = _Forked()
    if FORKS:
        forked.pass_signals_on()
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    while True:
        _load()
        try:
            driver.send(Ready())
            task = driver.recv()
        except (EOFError, OSError):
            return
        if not FORKS:
            sys.exit(_work(task, driver))
        try:
            forked.worker = os.fork()
        except OSError as failure:
            driver.send(Attempt(task, None, f"no process could be started: {failure.strerror}"))
            continue
        if forked.worker == 0:
            _work_and_leave(task, driver)
        code = os.waitstatus_to_exitcode(os.waitpid(forked.worker, 0)[1])
        forked.worker = 0
        if code < 0:
            with contextlib.suppress(OSError):  # SIGKILL has no handler
                signal.signal(-code, signal.SIG_DFL)
            os.kill(os.getpid(), -code)
        if code != 0:
            os._exit(code)


@contextlib.contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """A process that is started here hears of Ctrl-C when it serves: before, it would only print where it was."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # which would be started now, and hears of it again when that is done
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Forked:
    """The worker that is at work, or 0."""

    def __init__(self) -> None:
        self.worker = 0

    def pass_signals_on(self) -> None:
        """What asks this process to end asks the worker; Ctrl-C in a terminal reaches that by itself."""

        def handle(number: int, frame: FrameType | None) -> None:
            if not self.worker:
                os._exit(INTERRUPTED)
            if number != signal.SIGINT:
                with contextlib.suppress(ProcessLookupError):  # it has just ended
                    os.kill(self.worker, number)

        _handle(handle)


def _load() -> None:
    """Load what encodes, and the kernels if somebody has compiled them; what cannot be loaded, a worker will meet."""
    with contextlib.suppress(Exception):
        from inrcodec.fitting.engines import load_kernels

        load_kernels()


def _work_and_leave(task: Task, driver: Connection) -> NoReturn:
    """In a process that was forked: what the one before it wants to be done at its end is not this one's to do."""
    code = FAILED
    try:
        code = _work(task, driver)
    finally:
        sys.stderr.flush()
        os._exit(code)


def _work(task: Task, driver: Connection) -> int:
    """One task; the exit code."""
    stop = _Stop()
    stop.handle_signals()
    driver.send(Begun(os.getpid()))
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
        attempt = attempted(task, on_progress)
    except KeyboardInterrupt:
        return INTERRUPTED
    with contextlib.suppress(OSError):  # whoever asked is gone; what is done is done
        driver.send(attempt)
    return 0


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
        """Ask when nobody is at the other end of the pipe, which says nothing while a task is at work.

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

        _handle(handle)


def _handle(handler: Callable[[int, FrameType | None], None]) -> None:
    """Have it called by every signal that asks a process to end, but for those that are ignored already."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)
