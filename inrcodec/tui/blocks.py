"""Blocks of latents, decoded by processes beside the app: the app's own thread stays free, and several are at work."""

from __future__ import annotations

import contextlib
import math
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from inrcodec.archive import AnyArchive, Archive
from inrcodec.numerics.arrays import FloatArray
from inrcodec.retrieval.descriptor import LENGTH
from inrcodec.tui.cache import digest
from inrcodec.tui.decoding import ANSWER, BLOCK, DESCRIPTORS, REQUEST, cut_latents

MOST_PROCESSES = 8
MOST_BYTES = 1 << 29  # of an answer: a block has no more than 2**27 latents
Order = tuple[bytes, int]  # what, and of which block


class Line(IntEnum):
    """Which of the lines of orders is served first."""

    SEEN = 0
    SET = 1
    AHEAD = 2
    LATER = 3


@dataclass
class _Orders:
    """What the processes are to do; its lock guards all of it."""

    changed: threading.Condition = field(default_factory=threading.Condition)
    waiting: dict[Line, list[Order]] = field(default_factory=lambda: {line: [] for line in Line})
    running: set[Order] = field(default_factory=set)
    processes: int = 0  # that are alive, or on their way
    closed: bool = False

    @property
    def next(self) -> Order | None:
        """What to do now, which is what nobody else does."""
        return next((order for line in self.waiting.values() for order in line if order not in self.running), None)

    @property
    def count(self) -> int:
        """How much there is to do."""
        return len(self.running) + sum(map(len, self.waiting.values()))


class Blocks:
    """Decodes what is wanted; `count` 0, the default, leaves everything to whoever reads the archive.

    One thread for each process hands over orders and takes results; they get into the archive by `collect`, in the
    thread that reads it. Where a process fails, there is one less, and no result: it is decoded as if it was not here.
    """

    def __init__(self, archive: AnyArchive, count: int = 0) -> None:
        self._archive = archive
        self.on_done: Callable[[], None] = lambda: None  # in one of the threads, when something was made
        self._most = count if isinstance(archive, Archive) and archive.path is not None and sys.executable else 0
        self._orders = _Orders()
        self._done: queue.SimpleQueue[tuple[Order, bytes | None]] = queue.SimpleQueue()
        self.descriptors: dict[int, FloatArray] = {}  # by block
        self.failed: set[Order] = set()

    def start(self) -> None:
        """The first process, so that it is there when it is needed; more follow with the work."""
        with self._orders.changed:
            self._hire(1)

    @property
    def several(self) -> bool:
        """Whether there are processes, or will be as soon as there is work."""
        return self._most > 0

    def want(self, blocks: Iterable[int], what: bytes = BLOCK, line: Line = Line.SEEN) -> None:
        """Make these, in this order, instead of what else was waiting in that line."""
        with self._orders.changed:
            self._orders.waiting[line] = [(what, block) for block in blocks if not self._has((what, block))]
            self._hire(self._orders.count)
            self._orders.changed.notify_all()

    def expects(self, order: Order) -> bool:
        """Whether a process is at work on it or will be."""
        with self._orders.changed:
            busy = order in self._orders.running or any(order in line for line in self._orders.waiting.values())
            return busy and self._orders.processes > 0 and not self._has(order)

    def collect(self, seconds: float = 0.0) -> bool:
        """Take what was made into the archive; whether there was anything within that time."""
        try:
            order, words = self._done.get(timeout=seconds) if seconds else self._done.get_nowait()
        except queue.Empty:
            return False
        while True:
            self._take(order, words)
            try:
                order, words = self._done.get_nowait()
            except queue.Empty:
                return True

    def wait_for(self, order: Order) -> None:
        """Until it was made, if a process is at work on it now, or it is what the next one does."""
        with self._orders.changed:
            running = order in self._orders.running or order == self._orders.next
        while running and self.expects(order):
            self.collect(0.05)

    def close(self) -> None:
        """End all processes."""
        with self._orders.changed:
            self._orders.closed = True
            self._orders.changed.notify_all()

    def _has(self, order: Order) -> bool:
        kind, block = order
        made = self._archive.stored.has(block) if kind == BLOCK else block in self.descriptors
        return made or order in self.failed

    def _take(self, order: Order, words: bytes | None) -> None:
        kind, block = order
        numbers = self._archive.stored.images_of(block)
        if words is None:
            self.failed.add(order)
        else:
            size = len(numbers) * LENGTH * 4 if kind == DESCRIPTORS else 0
            latents, rows = words[: len(words) - size], words[len(words) - size :]
            if latents and isinstance(self._archive, Archive) and not self._archive.stored.has(block):
                self._archive.stored.keep(block, cut_latents(self._archive, numbers, latents))
            if rows:
                self.descriptors[block] = np.frombuffer(rows, np.float32).reshape(len(numbers), LENGTH)
        with self._orders.changed:
            self._orders.running.discard(order)

    # Processes and their threads

    def _hire(self, work: int) -> None:
        """As many processes as there is work for; with the lock held."""
        while self._orders.processes < min(self._most, work) and not self._orders.closed:
            self._orders.processes += 1
            threading.Thread(target=self._manage, name="inrcodec-blocks", daemon=True).start()

    def _manage(self) -> None:
        assert isinstance(self._archive, Archive)
        command = [sys.executable, "-P", "-m", "inrcodec.tui.decoding", str(self._archive.path)]
        command += ["--trust"] if self._archive.work.limit == math.inf else []
        order: Order | None = None
        try:
            with subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            ) as process:
                assert process.stdin is not None
                assert process.stdout is not None
                if _answer(process) == digest(self._archive, "").encode():  # else the file was replaced meanwhile
                    while (order := self._next()) is not None:
                        known = self._known(order)
                        process.stdin.write(REQUEST.pack(*order, len(known)) + known)
                        process.stdin.flush()
                        self._deliver(order, _answer(process))
                        order = None
                process.kill()
        except (OSError, ValueError):
            pass
        finally:
            with self._orders.changed:
                self._orders.processes -= 1
                self._most = min(self._most, self._orders.processes) if not self._orders.closed else 0
                self._orders.changed.notify_all()
            if order is not None:
                self._deliver(order, None)

    def _known(self, order: Order) -> bytes:
        """The latents of a block to be described, if they are at hand."""
        kind, block = order
        assert isinstance(self._archive, Archive)
        if kind != DESCRIPTORS or not self._archive.header.model.levels:
            return b""
        images = self._archive.stored.at_hand(block)
        return b"".join(level.tobytes() for image in images for level in image)

    def _next(self) -> Order | None:
        with self._orders.changed:
            while (order := self._orders.next) is None and not self._orders.closed:
                self._orders.changed.wait()
            if self._orders.closed or order is None:
                return None
            self._orders.waiting = {
                line: [other for other in orders if other != order] for line, orders in self._orders.waiting.items()
            }
            self._orders.running.add(order)
            return order

    def _deliver(self, order: Order, words: bytes | None) -> None:
        self._done.put((order, words))
        self.on_done()


def processors() -> int:
    """How many processes may be at work."""
    with contextlib.suppress(AttributeError):
        return min(MOST_PROCESSES, len(os.sched_getaffinity(0)))
    return min(MOST_PROCESSES, os.cpu_count() or 1)


def _answer(process: subprocess.Popen[bytes]) -> bytes | None:
    """The next one; EOFError where the process has ended, None where it could not do it."""
    assert process.stdout is not None
    head = process.stdout.read(ANSWER.size)
    if len(head) < ANSWER.size:
        raise ValueError("the process has ended")
    done, length = ANSWER.unpack(head)
    if length > MOST_BYTES:
        raise ValueError("not an answer")
    words = process.stdout.read(length)
    if len(words) < length:
        raise ValueError("the process has ended")
    return words if done else None
