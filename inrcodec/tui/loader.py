"""One thread that decodes for the whole app: the most urgent first, and of those what was asked for last."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from enum import IntEnum
from typing import Any, NamedTuple

Job = Callable[[], Any]
Done = Callable[[Any], None]
OnFailure = Callable[[BaseException], None]


class Urgency(IntEnum):
    """Who waits for a job."""

    AHEAD = 0  # nobody yet
    SET = 1  # somebody, for something about the whole set
    FILES = 2  # somebody, for what is written
    SEEN = 3  # cells on the screen, frames of a morph
    LOOKED_AT = 4  # the picture below the cursor


class _Asked(NamedTuple):
    job: Job
    done: Done
    urgency: Urgency


class Loader:
    """Runs jobs one at a time; a job asked for again under the same key is run once.

    Only this thread draws images and opens shards, so no block is decoded twice and no two decoders share a cache.
    Nothing that a job or a callback raises ends it: a job's failure is handed to its callback, a callback's to
    `on_failure`.
    """

    def __init__(self, on_failure: OnFailure = lambda _: None) -> None:
        self._waiting: OrderedDict[Hashable, _Asked] = OrderedDict()
        self._changed = threading.Condition()
        self._closed = False
        self._on_failure = on_failure
        self.jobs = 0  # done so far
        self._running: list[Urgency] = []  # the last one runs, those before it let it in
        self._thread = threading.Thread(target=self._work, name="inrcodec-loader", daemon=True)
        self._thread.start()

    def ask(self, key: Hashable, job: Job, done: Done, urgency: Urgency = Urgency.SET) -> None:
        """Run `job` soon and hand `done`, in the loader's thread, what it returned or the exception it raised."""
        with self._changed:
            self._waiting[key] = _Asked(job, done, urgency)
            self._waiting.move_to_end(key)
            self._changed.notify()

    def forget(self, key: Hashable) -> None:
        """Drop a job that waits, if it does."""
        with self._changed:
            self._waiting.pop(key, None)

    def serve(self) -> None:
        """Run what is more urgent than the running job; long ones call this between their parts."""
        least = Urgency(self._running[-1] + 1) if self._running[-1] < max(Urgency) else None
        while least is not None and (found := self._next(least, wait=False)) is not None:
            self._run(found)

    def answer(self, done: Done, result: Any) -> None:
        """Hand over a result; what the callback raises is told and goes no further."""
        try:
            done(result)
        except BaseException as failure:
            with contextlib.suppress(BaseException):  # whoever is told may be gone as well
                self._on_failure(failure)

    @property
    def closed(self) -> bool:
        """Whether the app has ended; long jobs end then too."""
        return self._closed

    @property
    def idle(self) -> bool:
        """Whether nothing is waiting or being done."""
        with self._changed:
            return not self._waiting and not self._running

    @property
    def alive(self) -> bool:
        """Whether the thread still takes jobs."""
        return self._thread.is_alive()

    def close(self) -> None:
        """Drop everything and end the thread."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify()

    def _next(self, least: Urgency, *, wait: bool) -> _Asked | None:
        with self._changed:
            while wait and not self._waiting and not self._closed:
                self._changed.wait()
            waiting = [key for key, asked in self._waiting.items() if asked.urgency >= least]
            if not waiting:
                return None
            key = max(reversed(waiting), key=lambda key: self._waiting[key].urgency)
            asked = self._waiting.pop(key)
            self._running.append(asked.urgency)
            return asked

    def _work(self) -> None:
        while (found := self._next(Urgency.AHEAD, wait=True)) is not None:
            self._run(found)

    def _run(self, asked: _Asked) -> None:
        try:
            result = asked.job()
        except BaseException as failure:  # a decoder's panic is no Exception
            result = failure
        if not self._closed:
            self.answer(asked.done, result)
        with self._changed:
            self.jobs += 1
            self._running.pop()
