"""Standard streams that are missing or full change no result: there is always something to write to."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any, TextIO

STANDARD = (0, 1, 2)  # descriptors of stdin, stdout, stderr


def mend_streams() -> None:
    """Put nothing where a stream is missing, before a file that is opened takes its place; talk never fails."""
    for descriptor in STANDARD:
        try:
            os.fstat(descriptor)
        except OSError:
            with contextlib.suppress(OSError):
                os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free, which is this one
    if sys.stdout is None:
        sys.stdout = _nowhere()
    if sys.stderr is None:
        sys.stderr = _nowhere()
    if not isinstance(sys.stderr, Unfailing):
        sys.stderr = Unfailing(sys.stderr)


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - stays open as long as the program runs


class Unfailing:
    """A stream of which losing a line is no failure: a full disk behind stderr must not end an encode."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write what can be written."""
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """The same for what was kept back."""
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
