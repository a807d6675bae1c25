"""Ctrl-C waits for a step to end, so that what is kept of a fit is whole; and it is known where a step was torn."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Self


class WholeSteps:
    """Around what belongs together: numbers that move, and the counts of how often they did.

    torn: whether something ended in the middle of it. The first Ctrl-C is held back, for `answer` to raise; a second
    one is not. Handlers of others are left alone, and so is all of this outside of the main thread.
    """

    def __init__(self) -> None:
        self.torn = False
        self._asked = self._holding = False

    def __enter__(self) -> Self:
        main = threading.current_thread() is threading.main_thread()
        if main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._hold)
            self._holding = True
        self.torn = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.torn = kind is not None
        if self._holding:
            self._holding = False
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def answer(self) -> None:
        """Raise KeyboardInterrupt if it has been asked for."""
        asked, self._asked = self._asked, False
        if asked:
            raise KeyboardInterrupt

    def _hold(self, number: int, frame: FrameType | None) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
