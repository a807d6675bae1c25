"""Exact entropy coding with integer frequencies: a range coder with 64-bit state, run by `constriction`.

Its fast categorical model turns k weights w into cumulative counts floor(sum(w[:s]) * (2**24 - k) / sum(w)) + s. For
w = 256 f - 1 with frequencies f that sum to 65536 this is exactly 256 * sum(f[:s]): the weights sum to 2**24 - k, so
the factor is exactly 1, and every number on the way is an integer below 2**24, which float32 holds. No float rounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import constriction
import numpy as np
import numpy.typing as npt

from inrcodec.errors import CorruptFileError

TOTAL = 1 << 16
IntArray = npt.NDArray[np.integer[Any]]
Step = tuple[int, int, tuple[Any, ...]]  # first symbol, symbol after the last, constriction's model arguments
_SLICE_SYMBOLS = 1 << 16
_SLICE_ENTRIES = 1 << 19  # keeps a slice of tables in the processor's cache
_FAMILY = constriction.stream.model.Categorical(perfect=False)


@dataclass(frozen=True)
class Tables:
    """Frequencies checked and made ready once, for use in many calls: `weights` is float32 (tables, alphabet)."""

    weights: npt.NDArray[np.float32]

    @staticmethod
    def of(frequencies: IntArray) -> Tables:
        """From frequencies (tables, alphabet) or (alphabet,): each at least 1, each row summing to TOTAL."""
        frequencies = np.atleast_2d(frequencies)
        if frequencies.ndim != 2 or frequencies.shape[1] < 1 or not np.issubdtype(frequencies.dtype, np.integer):
            raise ValueError(f"frequencies {frequencies.dtype} {frequencies.shape} are not integers (tables, alphabet)")
        if frequencies.size and (frequencies.min() < 1 or (frequencies.sum(axis=1) != TOTAL).any()):
            raise ValueError(f"frequencies below 1, or not summing to {TOTAL}")
        return Tables.made(frequencies)

    @staticmethod
    def made(frequencies: IntArray) -> Tables:
        """The same from frequencies (tables, alphabet) that are as they should be by the way they were made."""
        weights = frequencies.astype(np.float32, order="C")
        weights *= np.float32(256)
        weights -= np.float32(1)
        return Tables(weights)


class RangeEncoder:
    """Puts symbols into one stream of bytes, first in, first out."""

    def __init__(self) -> None:
        self._coder = constriction.stream.queue.RangeEncoder()

    def put(self, symbols: IntArray, frequencies: IntArray | Tables, rows: IntArray | None = None) -> None:
        """Append symbols (n,): frequencies are per symbol (n, k), shared (1, k) or (k,), or picked by `rows` (n,)."""
        alphabet = _shape(frequencies)[1]
        symbols = np.asarray(symbols)
        if symbols.ndim != 1 or (symbols.size and not 0 <= symbols.min() <= symbols.max() < alphabet):
            raise ValueError(f"symbols are not a list of integers from 0 to {alphabet - 1}")
        ready = np.ascontiguousarray(symbols, dtype=np.int32)
        for start, stop, model in _steps(frequencies, rows, len(ready)):
            self._coder.encode(ready[start:stop], *model)

    def finish(self) -> bytes:
        """The whole stream: settled words, most significant byte first, then the fewest bytes that settle the rest."""
        settled, (lower, width) = self._coder.pos()
        words = self._coder.get_compressed()
        point = int(words[settled]) << 32 if settled < len(words) else 0
        prefix: bytes = words[:settled].astype(">u4").tobytes()
        return prefix + _settle(lower, width, carried=point < lower)

    @property
    def settled_bytes(self) -> int:
        """Length of the stream so far, less what `finish` has to add."""
        return 4 * int(self._coder.pos()[0])


class RangeDecoder:
    """Takes symbols from the bytes of a RangeEncoder, given the same frequencies in the same order."""

    def __init__(self, payload: bytes) -> None:
        words = np.frombuffer(payload + bytes(-len(payload) % 4), dtype=">u4").astype(np.uint32)
        self._coder = constriction.stream.queue.RangeDecoder(words)
        self._length = len(payload)
        self._echo = RangeEncoder()  # encodes again what was decoded: constriction's decoder does not tell where it is

    def take(
        self, frequencies: IntArray | Tables, count: int | None = None, rows: IntArray | None = None
    ) -> npt.NDArray[np.int32]:
        """The next symbols, int32 (n,): one per table (n, k), `count` from one table, or one per entry of `rows`."""
        tables = _shape(frequencies)[0]
        symbols = np.zeros(len(rows) if rows is not None else tables if count is None else count, dtype=np.int32)
        for start, stop, model in _steps(frequencies, rows, len(symbols)):
            repeat = (stop - start,) if len(model) == 1 else ()
            symbols[start:stop] = _guarded(self._coder.decode, *model, *repeat)
            self._echo._coder.encode(symbols[start:stop], *model)
            if self._echo.settled_bytes > self._length:
                self.done()  # whatever follows, these bytes are too few
        return symbols

    def done(self) -> None:
        """Raise CorruptFileError unless the symbols taken account for the whole payload."""
        settled = self._echo.settled_bytes
        if not settled <= self._length <= settled + 4:
            taken = f"which take {settled} to {settled + 4}"
            raise CorruptFileError(f"a stream of {self._length} bytes does not end with its symbols, {taken}")


def _shape(frequencies: IntArray | Tables) -> tuple[int, int]:
    shape = frequencies.weights.shape if isinstance(frequencies, Tables) else np.atleast_2d(frequencies).shape
    return shape[0], shape[-1]


def _steps(frequencies: IntArray | Tables, rows: IntArray | None, count: int) -> Iterator[Step]:
    """Slices of `count` symbols with the model of each; an alphabet of one symbol costs nothing and has no slices."""
    tables, alphabet = _shape(frequencies)
    if rows is None and tables not in (1, count):
        raise ValueError(f"{tables} tables for {count} symbols")
    if rows is not None and (len(rows) != count or (count and not 0 <= rows.min() <= rows.max() < tables)):
        raise ValueError(f"rows are not {count} numbers of {tables} tables")
    if alphabet == 1:
        _ready(frequencies)
    elif rows is None and tables == 1:
        yield from _shared(_ready(frequencies), count)
    else:
        yield from _individual(frequencies if rows is None else _ready(frequencies), rows, count, alphabet)


def _ready(frequencies: IntArray | Tables) -> Tables:
    return frequencies if isinstance(frequencies, Tables) else Tables.of(frequencies)


def _shared(tables: Tables, count: int) -> Iterator[Step]:
    """One model for all symbols."""
    model = constriction.stream.model.Categorical(tables.weights[0], perfect=False)
    for start in range(0, count, _SLICE_SYMBOLS):
        yield start, min(start + _SLICE_SYMBOLS, count), (model,)


def _individual(frequencies: IntArray | Tables, rows: IntArray | None, count: int, alphabet: int) -> Iterator[Step]:
    """A table for each symbol, picked by `rows` or in order; frequencies are made ready slice by slice."""
    length = max(1, min(_SLICE_SYMBOLS, _SLICE_ENTRIES // alphabet))
    for start in range(0, count, length):
        stop = min(start + length, count)
        part = slice(start, stop) if rows is None else rows[start:stop]
        weights = frequencies.weights[part] if isinstance(frequencies, Tables) else Tables.of(frequencies[part]).weights
        yield start, stop, (_FAMILY, np.ascontiguousarray(weights))


def _guarded(decode: Callable[..., Any], *arguments: Any) -> npt.NDArray[np.int32]:
    """Call constriction's decoder; whatever it raises, its PanicException (no Exception!) too, means damaged bytes."""
    try:
        return cast("npt.NDArray[np.int32]", decode(*arguments))
    except BaseException as failure:
        if isinstance(failure, (AssertionError, ValueError)) or type(failure).__name__ == "PanicException":
            raise CorruptFileError("a stream holds what no encoder writes: the file is damaged") from failure
        raise


def settled(words: npt.NDArray[np.uint32], lower: int, width: int) -> bytes:
    """The whole stream of another encoder, as `RangeEncoder.finish` gives it: its words, carries done, and interval."""
    if carried := lower > (1 << 64) - (1 << 32):
        place = len(words) - 1
        while words[place] == (1 << 32) - 1:
            place -= 1
        words[place:] += np.uint32(1)
    return words.astype(">u4").tobytes() + _settle(lower, width, carried=carried)


def _settle(lower: int, width: int, *, carried: bool) -> bytes:
    """The fewest bytes, at most 4, that before zeros name a point of [lower, lower + width), below or past 2**64."""
    first, last = (0, lower + width - (1 << 64) - 1) if carried else (lower, min(lower + width, 1 << 64) - 1)
    for count in range(5):
        step = 1 << (64 - 8 * count)
        point = -(-first // step) * step
        if point <= last:
            return point.to_bytes(9, "big")[1 : 1 + count]
    raise AssertionError("2**32 or more neighboring integers hold a multiple of 2**32")
