"""A fit is kept while it goes on: a thread writes copies of it, so that not even a power cut costs much of it."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inrcodec.encoding import checkpoints
from inrcodec.errors import InrError

if TYPE_CHECKING:
    from inrcodec.fitting.checkpoint import Snapshot

EVERY, SHARE = 20.0, 0.02  # seconds and of the fit: whichever is longer lies between two copies
COST = 0.01  # of the time that making copies may stop the fit for
BESIDE = 10  # times as much of it they may be written in, beside the fit
UNSAVED = 10.0  # seconds of work that are written down before they are measured
Say = Callable[[str], None]


class Keeper:
    """Checkpoints of one fit; told: what belongs to them of whoever follows it, as plain values."""

    def __init__(self, fit: checkpoints.Resumable, output: Path, say: Say, told: Callable[[], dict[str, Any]]) -> None:
        self._fit, self._output, self._say, self._told = fit, output, say, told
        self._last = time.monotonic()
        self._last_behind, self._pause, self._writing = 0.0, 0.0, 0.0
        self._kept = fit.work  # that the latest checkpoint has behind it
        self._thread: threading.Thread | None = None
        self._news: list[Path | InrError] = []  # from the thread
        self._said = ""
        self._through: Snapshot | None = None

    def restore(self) -> dict[str, Any]:
        """Go on from the latest checkpoint; what it was told."""
        told, note = checkpoints.restore(self._fit, self._output)
        self._kept, self._last_behind = self._fit.work, self._fit.behind
        if note:
            self._say(note)
        return told

    def see(self) -> None:
        """Between two steps: begin a copy if it is time for one."""
        self._tell()
        now = time.monotonic()
        if now - self._last < max(EVERY, self._pause, self._writing) or self._busy:
            return
        behind = self._fit.behind
        if behind - self._last_behind < SHARE:
            return
        self._last, self._last_behind = now, behind
        with contextlib.suppress(MemoryError):  # the next one may find some
            self._begin(self._snapshot())
        self._pause = (time.monotonic() - now) / COST

    def through(self) -> None:
        """All steps are taken: whatever comes now, this is what is kept."""
        self._wait()
        self._through = self._snapshot()
        if time.monotonic() - self._last > UNSAVED:
            self._begin(self._through)

    def keep(self) -> None:
        """Write down what is not yet, as the process is about to end; InrError when it cannot be.

        Of a fit that ended in the middle of a step nothing is: the latest checkpoint stays.
        """
        self._wait()
        unkept = self._fit.work[0] and self._fit.work != self._kept
        if unkept and (self._through or not self._fit.torn):
            self._write(self._through or self._snapshot())
            if isinstance(self._news[-1], InrError):
                raise self._news[-1]
        self._tell()

    def keep_after(self, failure: BaseException) -> None:
        """The same because of a failure; where that fails too, say both."""
        try:
            self.keep()
        except InrError as second:
            if isinstance(failure, InrError):
                raise InrError(failure.message, "; ", second.message) from failure
            raise

    def remove(self) -> None:
        """The file is written: no checkpoint is needed."""
        self._wait()
        checkpoints.remove(self._output)

    def _snapshot(self) -> Snapshot:
        return self._fit.snapshot(**self._told())

    def _begin(self, snapshot: Snapshot) -> None:
        self._thread = threading.Thread(target=self._write, args=(snapshot,), name="checkpoint", daemon=True)
        self._thread.start()

    def _write(self, snapshot: Snapshot) -> None:
        begun = time.monotonic()
        try:
            self._news.append(checkpoints.write(snapshot, self._output))
            self._kept = snapshot.work
            if snapshot is self._through:  # it is as large as all that steps change, and packing takes memory, too
                self._through = None
        except InrError as failure:
            self._news.append(failure)
        except MemoryError:
            self._news.append(InrError("too little memory for a checkpoint"))
        self._writing = (time.monotonic() - begun) / (BESIDE * COST)

    def _tell(self) -> None:
        """Where a checkpoint lies that is not where it is looked for, or why there is none; each once."""
        for news in self._news:
            usual = checkpoints.checkpoint_path(self._output)
            said = "" if news == usual else f"{news}" if isinstance(news, InrError) else _elsewhere(usual, news)
            if said and said != self._said:
                self._said = said
                self._say(said)
        del self._news[:-1]

    @property
    def _busy(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _wait(self) -> None:
        if self._thread is not None:
            self._thread.join()
            self._thread = None


def _elsewhere(usual: Path, path: Path) -> str:
    return f"{usual.parent}: no room for the checkpoint, which is in {path}"
