"""What runs in a process that will be killed: a command, with checkpoints often, and a note of how far its fit is."""

from __future__ import annotations

import mmap
import os
import struct
import sys
from pathlib import Path

EVERY = 0.1  # seconds between two checkpoints here: what a minute is for a fit of an hour
UNSAVED = 0.05  # seconds of work that are written down before they are measured
_FIGURES = struct.Struct("<ddd")


class Seen:
    """How far a fit had come, which outlives its process: seconds at its first step and now, and share of the whole."""

    def __init__(self, path: Path) -> None:
        """Of a file; made where there is none."""
        self.path = path
        with path.open("a+b") as kept:
            if not kept.tell():
                kept.write(bytes(_FIGURES.size))
                kept.flush()
            self._map = mmap.mmap(kept.fileno(), _FIGURES.size)

    def note(self, first: float, seconds: float, done: float) -> None:
        """So far it is now."""
        _FIGURES.pack_into(self._map, 0, first, seconds, done)

    def forget(self) -> None:
        """Nothing of it is done."""
        self.note(0.0, 0.0, 0.0)

    def read(self) -> tuple[float, float, float]:
        """What was noted."""
        first, seconds, done = _FIGURES.unpack_from(self._map, 0)
        return first, seconds, done


def command(words: list[str], seen: Path) -> None:
    """Run a command in a process that was forked for it, and end it with the command's exit code."""
    if "warmed" not in sys.modules:  # those who preload say nothing when they cannot
        sys.exit("nothing is warm")
    for number in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), number)
    sys.exit(run(words, seen))


def run(words: list[str], seen: Path) -> int:
    """The command's exit code."""
    from inrcodec.cli.app import main
    from inrcodec.encoding import keeping

    keeping.EVERY, keeping.UNSAVED, keeping.COST = EVERY, UNSAVED, 0.5
    figures, plain = Seen(seen), keeping.Keeper.see

    def see(self: keeping.Keeper) -> None:
        plain(self)
        meter = self._fit.meter
        figures.note(meter.seconds - meter.counted_seconds, meter.seconds, meter.done)

    keeping.Keeper.see = see  # type: ignore[method-assign]
    return main(words)
