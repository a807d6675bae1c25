"""One thread that decodes for the whole app: what was asked for last comes first, so the screen one looks at wins."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

Job = Callable[[], Any]
Done = Callable[[Any], None]
OnFailure = Callable[[BaseException], None]


class Loader:
    """Runs jobs one at a time, newest request first; a job asked for again under the same key is run once.

    Only this thread reads the archive, so no block is decoded twice and no two decoders share a cache. Nothing that
    a job or a callback raises ends it: a job's failure is handed to its callback, a callback's to `on_failure`.
    """

    def __init__(self, on_failure: OnFailure = lambda _: None) -> None:
        self._waiting: OrderedDict[Hashable, tuple[Job, Done]] = OrderedDict()
        self._changed = threading.Condition()
        self._closed = False
        self._on_failure = on_failure
        self.jobs = 0  # done so far
        self._running = 0
        self._thread = threading.Thread(target=self._work, name="inrcodec-loader", daemon=True)
        self._thread.start()

    def ask(self, key: Hashable, job: Job, done: Done) -> None:
        """Run `job` soon and hand `done`, in the loader's thread, what it returned or the exception it raised."""
        with self._changed:
            self._waiting[key] = job, done
            self._waiting.move_to_end(key)
            self._changed.notify()

    def forget(self, wanted: Callable[[Hashable], bool]) -> None:
        """Drop waiting jobs whose key is not wanted any more."""
        with self._changed:
            for key in [key for key in self._waiting if not wanted(key)]:
                del self._waiting[key]

    def serve(self) -> None:
        """Run what is waiting; a long job calls this between its parts, so that nobody waits for all of it."""
        while (found := self._next(wait=False)) is not None:
            self._run(*found)

    def answer(self, done: Done, result: Any) -> None:
        """Hand over a result; what the callback raises is told and goes no further."""
        try:
            done(result)
        except BaseException as failure:
            with contextlib.suppress(BaseException):  # whoever is told may be gone as well
                self._on_failure(failure)

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

    def _next(self, *, wait: bool) -> tuple[Job, Done] | None:
        with self._changed:
            while wait and not self._waiting and not self._closed:
                self._changed.wait()
            if not self._waiting:
                return None
            self._running += 1
            return self._waiting.popitem()[1]

    def _work(self) -> None:
        while (found := self._next(wait=True)) is not None:
            self._run(*found)

    def _run(self, job: Job, done: Done) -> None:
        try:
            result = job()
        except BaseException as failure:  # a decoder's panic is no Exception
            result = failure
        if not self._closed:
            self.answer(done, result)
        with self._changed:
            self.jobs += 1
            self._running -= 1
