"""The pages of a Parquet file, looked at before its library unpacks them: a few bytes may claim gigabytes.

What the footer says of sizes is looked at by who reads; here it is whether the pages say the same. Their headers are
structures of Thrift's compact protocol (apache/thrift, doc/specs/thrift-compact-protocol.md), fields as in
apache/parquet-format, parquet.thrift: PageHeader.
"""

from __future__ import annotations

from typing import Any

from inrcodec.errors import CorruptFileError

UNPACKED, PACKED, CRC, DATA, DICTIONARY, DATA_V2 = 2, 3, 4, 5, 7, 8  # fields of a page's header
ENCODING = {DATA: 2, DICTIONARY: 2, DATA_V2: 4}  # the field of it in these
PLAIN, PLAIN_DICTIONARY, RLE_DICTIONARY = 0, 2, 8  # in which what is unpacked is as long as the page says
ENCODINGS = (PLAIN, PLAIN_DICTIONARY, RLE_DICTIONARY)
TRUE, FALSE, BYTE, INTEGERS, DOUBLE, BINARY, STRUCTURE = 1, 2, 3, (4, 5, 6), 7, 8, 12  # types of Thrift
MOST_DEPTH, MOST_BYTES = 8, 1 << 20  # of a header

Fields = dict[int, Any]


def check_pages(blob: bytes, start: int, end: int, claimed: int) -> None:
    """CorruptFileError where pages of a column, in those bytes, come to more than its footer claims, or have no CRC."""
    unpacked = 0
    if not 4 <= start <= end <= len(blob):
        raise CorruptFileError("has a column that does not lie in it")
    while start < end:
        header = _Header(blob[start : min(end, start + MOST_BYTES)])
        told = header.structure()
        page = next((told[kind] for kind in ENCODING if kind in told), None)
        if page is None or CRC not in told or min(told.get(UNPACKED, -1), told.get(PACKED, -1)) < 0:
            raise CorruptFileError("has a page without sizes, checksum or encoding")
        kind = next(kind for kind in ENCODING if kind in told)
        if page.get(ENCODING[kind]) not in ENCODINGS:
            raise CorruptFileError("has a page in an encoding that this does not read")
        unpacked += told[UNPACKED] + header.at
        start += told[PACKED] + header.at
    if start != end or unpacked > claimed:
        raise CorruptFileError(f"has pages of {unpacked} bytes where it claims {claimed}")


class _Header:
    """A structure of Thrift's compact protocol: integers as numbers, texts left out."""

    def __init__(self, words: bytes) -> None:
        self._words = words
        self.at = 0

    def structure(self, depth: int = 0) -> Fields:
        """Fields by their numbers."""
        if depth > MOST_DEPTH:
            raise CorruptFileError("has a page whose header has no end")
        found: Fields = {}
        number = 0
        while (first := self._byte()) != 0:
            number = number + (first >> 4) if first >> 4 else self._signed()
            found[number] = self._value(first & 15, depth)
        return found

    def _value(self, kind: int, depth: int) -> Any:
        if kind in (TRUE, FALSE):
            return kind == TRUE
        if kind in INTEGERS:
            return self._signed()
        if kind == STRUCTURE:
            return self.structure(depth + 1)
        if kind == BYTE:
            return self._byte()
        if kind in (BINARY, DOUBLE):
            length = self._unsigned() if kind == BINARY else 8
            self.at += length
            return None
        raise CorruptFileError("has a page whose header is none")  # lists and maps: no page has any

    def _byte(self) -> int:
        if self.at >= len(self._words):
            raise CorruptFileError("has a page whose header is cut short")
        self.at += 1
        return self._words[self.at - 1]

    def _unsigned(self) -> int:
        found = shift = 0
        while True:
            byte = self._byte()
            found |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return found
            if shift > 63:
                raise CorruptFileError("has a page whose header is none")

    def _signed(self) -> int:
        found = self._unsigned()
        return (found >> 1) ^ -(found & 1)
