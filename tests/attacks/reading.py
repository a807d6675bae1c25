"""A reader under attack: what it may do with a file that is not what it says, and how long and how much it may take."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from claims import FEW, claims
from mutator import Piece, mutated, mutated_inside, taken_apart
from remembered import once, remembering

from inrcodec.archive import Archive
from inrcodec.archive.signal import Signal
from inrcodec.bitstream.container import read_chunks
from inrcodec.bitstream.stored import StoredSet
from inrcodec.bitstream.stored_signal import StoredSignal, signal_kind
from inrcodec.errors import CorruptFileError, InrError, UnsupportedFileError
from inrcodec.field.field import field_shapes
from inrcodec.field.signal_field import signal_shapes
from inrcodec.field.work import MOST_SECONDS

GOLDEN = Path(__file__).parents[1] / "golden"
SET_SHAPES, SIGNAL_SHAPES = once(field_shapes), once(signal_shapes)
EXTREME = 0.1  # share of inputs that are read made from files that claim as much as the format lets them
SLOW = 1.0  # seconds of a core for one input, at most; decoding as `FIRST_SECONDS` allows is not of this kind

BETWEEN = 20  # inputs between two questions


@dataclass
class Fuzzed:
    """What came of inputs: how many, how many of them were decoded, and the slowest, in seconds of this thread."""

    inputs: int = 0
    refused: int = 0
    decoded: int = 0
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)


class Slowest:
    """Seconds of this thread that the slowest of many inputs took, at most.

    To ask the system for them takes longer than most inputs: it is asked now and then, and where an input took longer
    than the slowest by the clock on the wall, which is read for nothing.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._asked, self._since, self._begun = time.thread_time(), 0, 0.0

    def begin(self) -> None:
        """Of an input."""
        self._begun = time.perf_counter()

    def end(self) -> None:
        """Of an input: it took no more than the clock says, nor than the thread since the system was asked."""
        took = time.perf_counter() - self._begun
        self._since += 1
        if took > self.seconds or self._since == BETWEEN:
            now = time.thread_time()
            if took > self.seconds:
                self.seconds = max(self.seconds, min(took, now - self._asked))
            self._asked, self._since = now, 0


def golden() -> list[bytes]:
    """All golden files, sets and signals."""
    return [path.read_bytes() for path in sorted(GOLDEN.rglob("*.inr"))]


def fuzz(seed: int, inputs: int, *, decoding: float) -> Fuzzed:
    """Read so many mutated files, made from golden ones or from such that claim much.

    decoding: the share of them, all from golden ones, that are drawn and verified if they can be opened.
    """
    dice, (sources, extreme), found, slowest = random.Random(seed), _sources(), Fuzzed(), Slowest()
    with remembering():
        for number in range(inputs):
            deep = dice.random() < decoding
            change = mutated_inside if deep and dice.random() < 0.7 else mutated
            blob = change(dice, dice.choice(extreme if not deep and dice.random() < EXTREME else sources))
            slowest.begin()
            try:
                _read(blob, deep)
                found.decoded += deep
            except InrError:
                found.refused += 1
            except BaseException as fault:  # a panic of native code is none of Exception
                found.faults.append(f"seed {seed}, input {number}: {type(fault).__name__}: {fault}")
            slowest.end()
            found.inputs += 1
    found.slowest = slowest.seconds
    return found


@cache
def _sources() -> tuple[list[list[Piece]], list[list[Piece]]]:
    return [taken_apart(blob) for blob in golden()], [taken_apart(blob) for blob in claims(*FEW).values()]


def _read(blob: bytes, deep: bool) -> None:
    """As `info` does, or as `verify` and `decode --size 8` do, whatever is wrong with names and figures."""
    if signal_kind(blob) is not None:
        signal = Signal(StoredSignal(blob, SIGNAL_SHAPES), limit=MOST_SECONDS)
        with suppress(InrError) if deep else nullcontext():
            _ = signal.name, signal.figures, signal.record, signal.seconds, signal.parts
        if deep:
            signal.on_grid(tuple(2 for _ in signal.axes))
            signal.verify()
        return
    archive = Archive(StoredSet(blob, SET_SHAPES), limit=MOST_SECONDS)
    with suppress(InrError) if deep else nullcontext():
        _ = archive.names, archive.figures, archive.record, archive.parts, archive.times
    if deep:
        archive.check_work([(0, (8, 8))])
        archive[0].render_octets((8, 8))
        archive.verify()


def damaged(blob: bytes, every: int = 1) -> Iterator[bytes]:
    """The file with each of its bits turned over (or every so many of them), and cut short after each of its bytes."""
    for bit in range(0, 8 * len(blob), every):
        changed = bytearray(blob)
        changed[bit // 8] ^= 1 << bit % 8
        yield bytes(changed)
    for length in range(0, len(blob), every):
        yield blob[:length]


def is_found(blob: bytes) -> bool:
    """Whether damage is found before anything of the file is used."""
    try:
        read_chunks(blob)
    except (CorruptFileError, UnsupportedFileError):
        return True
    return False
