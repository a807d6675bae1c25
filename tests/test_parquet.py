"""Footers and pages of Parquet files, looked at by themselves: few bytes are read, and few pages are many enough."""

from __future__ import annotations

import pytest

from inrcodec import parquet
from inrcodec.errors import CorruptFileError, UnsupportedFileError
from inrcodec.parquet import Column, encoding_of, groups_of, pages_of

TYPE, SIZES = b"\x15\x00", b"\x15\x08\x15\x04"  # a page of data; 4 bytes unpacked, 2 packed
DATA_HEADER = b"\x2c\x15\x06\x15\x00\x00"  # of 3 values, plainly
END = b"\x00"


class Counted:
    """Bytes that know how many of them were asked for."""

    def __init__(self, octets: bytes) -> None:
        self._octets, self.asked = octets, 0

    def __len__(self) -> int:
        return len(self._octets)

    def __getitem__(self, stretch: slice) -> bytes:
        found = self._octets[stretch]
        self.asked += len(found)
        return found


def column(end: int, values: int) -> Column:
    return Column(values=values, start=4, end=end, unpacked=1 << 20, kind=6, codec=0, required=True)


def test_pages_are_read_by_their_headers_alone() -> None:
    page = TYPE + SIZES + DATA_HEADER + END + b"ab"
    blob = Counted(b"PAR1" + page * 300 + bytes(1 << 21))
    found = list(pages_of(blob, column(4 + 300 * len(page), 299)))
    assert len(found) == 300
    assert {(encoding_of(one.told), one.end - one.body, one.end - one.start) for one in found} == {
        ((5, 0), 2, len(page))
    }
    assert blob.asked <= 300 * 512


@pytest.mark.parametrize("length", [400, 600, 8_000, 9_000, 200_000, 1_000_000])
def test_long_headers_are_read_whole(length: int) -> None:
    size = bytes([length & 127 | 128, length >> 7 & 127 | 128, length >> 14])
    page = TYPE + SIZES + DATA_HEADER + b"\x18" + size + b"x" * length + END + b"ab"
    (found,) = pages_of(b"PAR1" + page, column(4 + len(page), 3))
    assert found.told[parquet.UNPACKED] == 4
    with pytest.raises(CorruptFileError):
        list(pages_of(b"PAR1" + page[: length // 2], column(4 + length // 2, 3)))


def test_an_encoding_that_is_no_number_is_none() -> None:
    page = TYPE + SIZES + b"\x2c\x15\x06\x19\x05\x00" + END + b"ab"
    (found,) = pages_of(b"PAR1" + page, column(4 + len(page), 3))
    assert found.told[5] == {1: 3, 2: []}
    assert encoding_of(found.told) == (5, None)


def test_a_header_that_has_no_end_is_refused() -> None:
    blob = Counted(b"PAR1" + TYPE + SIZES + b"\x18\xff\xff\xff\x0f" + bytes(4 << 20))
    with pytest.raises(CorruptFileError, match="cut short"):
        list(pages_of(blob, column(len(blob), 3)))
    assert blob.asked < 1.2 * (1 << 20)


def test_no_more_pages_than_there_can_be() -> None:
    """One for each value, one for a dictionary, and one more without any."""
    page = TYPE + b"\x15\x00\x15\x00" + DATA_HEADER + END
    blob = Counted(b"PAR1" + page * 100_000)
    assert len(list(pages_of(blob, column(4 + 5 * len(page), 3)))) == 5
    before = blob.asked
    with pytest.raises(CorruptFileError, match="more pages than 3 values"):
        list(pages_of(blob, column(len(blob), 3)))
    assert blob.asked - before < 10_000


def test_a_footer_that_is_too_long_is_not_read() -> None:
    blob = Counted(b"PAR1" + bytes(2000) + (1001).to_bytes(4, "little") + b"PAR1")
    with pytest.raises(UnsupportedFileError, match="has a footer of 1001 bytes; at most 1000 are read"):
        groups_of(blob, most_bytes=1000)
    assert blob.asked < 100
