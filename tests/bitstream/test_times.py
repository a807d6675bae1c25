"""How long images are shown: round trips, what is refused, and the second reader."""

from __future__ import annotations

import pytest
import second_reader
from hypothesis import given
from hypothesis import strategies as st
from made_up import random_set

from inrcodec.archive import Archive
from inrcodec.bitstream.container import Chunk, read_chunks, write_chunks
from inrcodec.bitstream.deflate import deflate
from inrcodec.bitstream.times import decode_times, encode_times
from inrcodec.errors import CorruptFileError, UsageError


@given(st.lists(st.floats(1e-6, 4000), min_size=1, max_size=50))
def test_times_come_back(seconds: list[float]) -> None:
    payload = encode_times(seconds)
    assert decode_times(payload, len(seconds)) == pytest.approx(seconds, abs=6e-7)
    assert second_reader.times(payload, len(seconds)) == list(decode_times(payload, len(seconds)))


def test_even_times_cost_little() -> None:
    assert len(encode_times([1 / 24] * 1000)) < 40


@pytest.mark.parametrize(
    "payload", [b"", deflate(b"123"), deflate(bytes(8)), deflate(b"\1" * 12), deflate(bytes(1 << 24))]
)
def test_other_bytes_are_refused(payload: bytes) -> None:
    with pytest.raises(CorruptFileError, match="times"):
        decode_times(payload, 2)


def test_a_set_with_times() -> None:
    made = random_set(3, images=4)
    (*chunks,) = read_chunks(made.file())
    blob = write_chunks([*chunks, Chunk(b"tIME", encode_times([0.1, 0.2, 0.3, 1.0]))])
    assert Archive.from_bytes(blob).times == (0.1, 0.2, 0.3, 1.0)
    assert Archive.from_bytes(made.file()).times is None
    assert ("times", len(encode_times([0.1, 0.2, 0.3, 1.0]))) in Archive.from_bytes(blob).parts
    from inrcodec.bitstream.appending import longer_header

    with pytest.raises(UsageError, match="frames of a clip"):
        longer_header(Archive.from_bytes(blob).stored, [(3, 3)])
    twice = [*chunks, *[Chunk(b"tIME", encode_times([1.0] * 4))] * 2]
    with pytest.raises(CorruptFileError, match="more than once"):
        write_chunks(twice)
