"""The training record: round trip, the second reader, and damage."""

from __future__ import annotations

import numpy as np
import pytest
import second_reader
from hypothesis import given
from hypothesis import strategies as st

from inrcodec.bitstream.figures import Column
from inrcodec.bitstream.record import Record, decode_record, encode_record
from inrcodec.errors import CorruptFileError

values = st.one_of(st.floats(-50, 90, width=32), st.just(float("nan")), st.just(float("inf")))


def made(rows: list[list[float]]) -> Record:
    names = ("train_psnr", "holdout_psnr")
    columns = [Column(name, 12.5, np.array(row, np.float32)) for name, row in zip(names, rows, strict=False)]
    return Record(1234, 56.5, 7.25, tuple(columns))


@given(
    st.integers(1, 60).flatmap(
        lambda count: st.lists(st.lists(values, min_size=count, max_size=count), min_size=1, max_size=2)
    )
)
def test_round_trip_within_a_level(rows: list[list[float]]) -> None:
    record = made(rows)
    payload = encode_record(record, top=127)
    found = decode_record(payload)
    assert (found.steps, found.passes, found.seconds, found.samples) == (1234, 56.5, 7.25, len(rows[0]))
    taken, columns = second_reader.record(payload)
    assert taken == (1234, 56.5, 7.25)
    for before, after in zip(record.columns, found.columns, strict=True):
        finite = before.values[np.isfinite(before.values)]
        step = (finite.max() - finite.min()) / 127 if len(finite) else 0.0
        np.testing.assert_allclose(after.values, before.values, atol=0.51 * step + 1e-4)
        np.testing.assert_allclose(columns[after.name][1], after.values, rtol=1e-5, atol=1e-5)


def test_damage_is_refused() -> None:
    payload = encode_record(made([[1.0, 2.0, 3.0]]), top=127)
    for bad in (b"", payload[:13], payload[:-1], payload + b"\0", b"\0\0" + payload[2:], b"\4\0" + payload[2:]):
        with pytest.raises(CorruptFileError):
            decode_record(bad)


def test_nonsense_is_not_written() -> None:
    with pytest.raises(ValueError, match="one length"):
        encode_record(made([[1.0], [1.0, 2.0]]), top=127)
    with pytest.raises(ValueError, match="samples"):
        encode_record(made([[1.0] * 5000]), top=127)
