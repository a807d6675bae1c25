"""The range coder: exact integer arithmetic whatever the tables, round trips, an independent decoder that agrees."""

from __future__ import annotations

import constriction
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from second_reader import Illegal, RangeReader

from inrcodec.bitstream import rangecoder
from inrcodec.bitstream.rangecoder import TOTAL, RangeDecoder, RangeEncoder, Tables
from inrcodec.errors import CorruptFileError

Ints = npt.NDArray[np.int64]
UNIT = (2**64 - 1) >> 24  # of the first symbol of a stream, in 2**24ths


def random_tables(rng: np.random.Generator, count: int, alphabet: int) -> Ints:
    """Frequency tables (count, alphabet), from even to extremely peaked."""
    powers = np.exp(rng.uniform(-3, 6, (count, 1)))
    chances = rng.random((count, alphabet)) ** powers + 1e-300
    tables = np.floor(chances / chances.sum(axis=1, keepdims=True) * (TOTAL - alphabet)).astype(np.int64) + 1
    tables[np.arange(count), rng.integers(0, alphabet, count)] += TOTAL - tables.sum(axis=1)
    return np.asarray(tables)


def draws(rng: np.random.Generator, tables: Ints) -> Ints:
    """One symbol from each table, as likely as the table says; int64 (tables,)."""
    slots = rng.integers(0, TOTAL, len(tables))
    return np.asarray((tables.cumsum(axis=1) <= slots[:, None]).sum(axis=1))


def extremes() -> list[Ints]:
    """Tables at the ends of what is legal."""
    found = [np.ones(TOTAL, dtype=np.int64), np.full(256, 256), np.array([1, TOTAL - 1]), np.array([TOTAL - 1, 1])]
    for alphabet in (2, 3, 17, 255, 4096):
        for place in (0, alphabet // 2, alphabet - 1):
            table = np.ones(alphabet, dtype=np.int64)
            table[place] += TOTAL - alphabet
            found.append(table)
    return found


def first_interval(symbol: int, *model: object) -> tuple[int, int]:
    """Where constriction puts one symbol, as (start, length) in 2**24ths."""
    coder = constriction.stream.queue.RangeEncoder()
    coder.encode(np.array([symbol], dtype=np.int32) if len(model) == 2 else symbol, *model)
    position, (lower, width) = coder.pos()
    assert (position, lower % UNIT, width % UNIT) == (0, 0, 0)
    return lower // UNIT, width // UNIT


def first_symbol(code: int, *model: object) -> int:
    """What constriction decodes from a stream that starts with these 64 bits."""
    decoder = constriction.stream.queue.RangeDecoder(np.array([code >> 32, code % 2**32], dtype=np.uint32))
    return int(np.ravel(decoder.decode(*model))[0])


def check_exact(table: Ints, symbol: int) -> None:
    """Both ways of giving constriction a table put the symbol exactly at 256 C[s] and 256 f[s], in both directions."""
    weights = Tables.of(table).weights
    start, length = 256 * int(table[:symbol].sum()), 256 * int(table[symbol])
    for model in ((constriction.stream.model.Categorical(weights[0], perfect=False),), (rangecoder._FAMILY, weights)):
        assert first_interval(symbol, *model) == (start, length)
        assert first_symbol(UNIT * start, *model) == symbol
        assert first_symbol(UNIT * (start + length) - 1, *model) == symbol


def test_frequencies_become_exact_intervals() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        tables = random_tables(rng, 100, int(rng.integers(2, 80)))
        for table, symbol in zip(tables, rng.integers(0, tables.shape[1], 100), strict=True):
            check_exact(table, int(symbol))


def test_extreme_frequencies_become_exact_intervals() -> None:
    for table in extremes():
        last = len(table) - 1
        for symbol in sorted({0, 1, 2, last // 2, last - 1, last} & set(range(last + 1))):
            check_exact(table, symbol)


def decoded_twice(payload: bytes, tables: Ints) -> tuple[Ints, list[int]]:
    """The symbols by RangeDecoder and by the second reader, both of which must accept the end of the stream."""
    decoder, reader = RangeDecoder(payload), RangeReader(payload)
    symbols = decoder.take(tables)
    decoder.done()
    others = [reader.symbol(table) for table in tables.tolist()]
    reader.end()
    return symbols.astype(np.int64), others


def take_all(decoder: RangeDecoder, tables: Ints) -> None:
    """Decode all of a stream and its end."""
    decoder.take(tables)
    decoder.done()


def read_all(reader: RangeReader, tables: Ints) -> None:
    """The same by the second reader."""
    for table in tables.tolist():
        reader.symbol(table)
    reader.end()


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 120), st.integers(1, 40), st.booleans())
def test_round_trip_and_second_reader(seed: int, count: int, alphabet: int, likely: bool) -> None:
    rng = np.random.default_rng(seed)
    tables = random_tables(rng, count, alphabet)
    symbols = draws(rng, tables) if likely else rng.integers(0, alphabet, count)
    encoder = RangeEncoder()
    encoder.put(symbols, tables)
    payload = encoder.finish()
    mine, others = decoded_twice(payload, tables)
    assert mine.tolist() == others == symbols.tolist()
    bits = float(np.log2(TOTAL / tables[np.arange(count), symbols]).sum())
    assert bits / 8 - 5 <= len(payload) <= bits / 8 * 1.0001 + 5


def test_carries_and_runs() -> None:
    """Symbols that keep the interval across a word boundary for long: the worst case of carrying."""
    table = np.array([32767, 2, 32767])
    for last in (0, 1, 2):
        for run in range(1, 40):
            symbols = np.array([1] * run + [last], dtype=np.int64)
            encoder = RangeEncoder()
            encoder.put(symbols, table)
            mine, others = decoded_twice(encoder.finish(), np.tile(table, (run + 1, 1)))
            assert mine.tolist() == others == symbols.tolist()


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 300), st.integers(1, 30))
def test_the_ways_of_giving_tables_write_the_same_bytes(seed: int, count: int, alphabet: int) -> None:
    rng = np.random.default_rng(seed)
    tables, rows = random_tables(rng, 7, alphabet), rng.integers(0, 7, count)
    shared, symbols = tables[:1], rng.integers(0, alphabet, count)
    payloads = []
    for kind in (np.int64, np.int32, np.uint32):
        encoder = RangeEncoder()
        encoder.put(symbols, tables[rows].astype(kind))
        encoder.put(symbols, np.repeat(shared, count, axis=0))
        payloads.append(encoder.finish())
    encoder = RangeEncoder()
    encoder.put(symbols.astype(np.uint8), Tables.of(tables), rows)
    encoder.put(symbols, shared[0])
    payloads.append(encoder.finish())
    assert len(set(payloads)) == 1
    decoder = RangeDecoder(payloads[0])
    assert decoder.take(tables, rows=rows).tolist() == symbols.tolist()
    assert decoder.take(Tables.of(shared), count).tolist() == symbols.tolist()
    decoder.done()


def test_slices_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    tables = random_tables(rng, 500, 9)
    symbols = draws(rng, tables)
    payloads = []
    for symbol_slice, entry_slice in ((1 << 16, 1 << 19), (7, 50), (1, 1)):
        monkeypatch.setattr(rangecoder, "_SLICE_SYMBOLS", symbol_slice)
        monkeypatch.setattr(rangecoder, "_SLICE_ENTRIES", entry_slice)
        encoder = RangeEncoder()
        encoder.put(symbols, tables)
        encoder.put(symbols, tables[0])
        payloads.append(encoder.finish())
        decoder = RangeDecoder(payloads[-1])
        assert decoder.take(tables).tolist() == decoder.take(tables[0], 500).tolist() == symbols.tolist()
        decoder.done()
    assert len(set(payloads)) == 1


def test_vector_of_the_specification() -> None:
    encoder = RangeEncoder()
    encoder.put(np.array([0, 1, 2, 3, 0, 0]), np.array([32768, 16384, 16383, 1]))
    assert encoder.finish() == bytes.fromhex("5F FF D9")


def test_nothing_costs_nothing() -> None:
    encoder = RangeEncoder()
    assert encoder.finish() == b""
    encoder.put(np.zeros(1000, dtype=np.int64), np.array([TOTAL]))
    encoder.put(np.zeros(0, dtype=np.int64), np.zeros((0, 5), dtype=np.int64))
    assert encoder.finish() == b""
    decoder = RangeDecoder(b"")
    assert decoder.take(np.array([TOTAL]), 1000).tolist() == [0] * 1000
    assert len(decoder.take(np.zeros((0, 5), dtype=np.int64))) == 0
    decoder.done()


def test_finish_can_be_asked_twice_and_in_between() -> None:
    rng = np.random.default_rng(5)
    tables = random_tables(rng, 60, 6)
    symbols = draws(rng, tables)
    asked, plain = RangeEncoder(), RangeEncoder()
    for at in range(60):
        asked.put(symbols[at : at + 1], tables[at : at + 1])
        assert asked.finish() == asked.finish()
    plain.put(symbols, tables)
    assert asked.finish() == plain.finish()


def test_other_lengths_are_noticed() -> None:
    rng = np.random.default_rng(4)
    tables = random_tables(rng, 400, 12)
    encoder = RangeEncoder()
    encoder.put(draws(rng, tables), tables)
    payload = encoder.finish()
    for other in (payload + bytes(5), payload[:-12], payload[:40], b""):
        decoder, reader = RangeDecoder(other), RangeReader(other)
        with pytest.raises(CorruptFileError, match="does not end with its symbols"):
            take_all(decoder, tables)
        with pytest.raises(Illegal):
            read_all(reader, tables)
    decoder = RangeDecoder(payload)
    decoder.take(tables[:300])
    with pytest.raises(CorruptFileError):
        decoder.done()


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=40) | st.just(b"\xff" * 30), st.integers(0, 1000))
def test_noise_decodes_alike_or_is_refused(payload: bytes, seed: int) -> None:
    tables = random_tables(np.random.default_rng(seed), 60, 5)
    decoder, reader = RangeDecoder(payload), RangeReader(payload)
    try:
        symbols = decoder.take(tables).tolist()
    except CorruptFileError:
        with pytest.raises(Illegal):
            read_all(reader, tables)
    else:
        assert symbols == [reader.symbol(table) for table in tables.tolist()]


def test_a_panic_below_is_an_error_of_the_file() -> None:
    class PanicException(BaseException):
        """As constriction raises it."""

    def panic() -> None:
        raise PanicException("index out of bounds")

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(CorruptFileError):
        rangecoder._guarded(panic)
    with pytest.raises(KeyboardInterrupt):
        rangecoder._guarded(stop)


@pytest.mark.parametrize(
    "table", [[TOTAL, 0], [TOTAL + 1, -1], [1, 1], [TOTAL, 1], [32768.0, 32768.0], [[[32768, 32768]]], [[]], []]
)
def test_bad_tables_are_refused(table: list[float]) -> None:
    frequencies = np.array(table)
    with pytest.raises(ValueError, match="frequencies"):
        Tables.of(frequencies)
    with pytest.raises(ValueError, match=r"frequencies|symbols"):
        RangeEncoder().put(np.array([0]), frequencies)
    with pytest.raises(ValueError, match="frequencies"):
        RangeDecoder(b"12345678").take(frequencies, 1)


def test_bad_symbols_and_counts_are_refused() -> None:
    table, tables = np.array([30000, 35536]), np.array([[30000, 35536]] * 3)
    for symbols in ([2], [-1], [[0, 1]]):
        with pytest.raises(ValueError, match="symbols"):
            RangeEncoder().put(np.array(symbols), table)
    with pytest.raises(ValueError, match="3 tables for 2 symbols"):
        RangeEncoder().put(np.array([0, 1]), tables)
    with pytest.raises(ValueError, match="3 tables for 5 symbols"):
        RangeDecoder(b"").take(tables, 5)
    for rows in ([0, 3], [-1, 0]):
        with pytest.raises(ValueError, match="rows"):
            RangeEncoder().put(np.array([0, 1]), tables, np.array(rows))
