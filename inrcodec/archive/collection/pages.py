"""What a Parquet file claims, looked at before its library believes it: a few bytes may claim gigabytes.

What the footer says of sizes is looked at by who reads; here it is whether the pages say the same. Footer and headers
are structures of Thrift's compact protocol (apache/thrift, doc/specs/thrift-compact-protocol.md), fields as in
apache/parquet-format, parquet.thrift: FileMetaData, PageHeader. The footer is not asked for through the library, which
ends the process where a column lacks what it should have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from inrcodec.archive.collection.lengths import text_lengths
from inrcodec.errors import CorruptFileError

UNPACKED, PACKED, CRC, DATA, DICTIONARY, DATA_V2 = 2, 3, 4, 5, 7, 8  # fields of a page's header
ENCODING = {DATA: 2, DICTIONARY: 2, DATA_V2: 4}  # the field of it in these
PLAIN, PLAIN_DICTIONARY, RLE_DICTIONARY = 0, 2, 8  # in which texts that are unpacked are as long as the page says
DIFFERENCES, COMMON_BEGINNINGS = 5, 7  # of numbers, a few bytes of which are many of four bytes each; of texts
ENCODINGS = (PLAIN, PLAIN_DICTIONARY, RLE_DICTIONARY)
TRUE, FALSE, BYTE, INTEGERS, DOUBLE, BINARY, LISTS, STRUCTURE = 1, 2, 3, (4, 5, 6), 7, 8, (9, 10), 12  # Thrift's types
GROUPS, COLUMNS, META, GROUP_BYTES, GROUP_ROWS = 4, 1, 3, 2, 3  # fields of the footer, of a group, of a column in it
VALUES, COLUMN_UNPACKED, COLUMN_PACKED, FIRST_DATA, FIRST_DICTIONARY, CODEC = 5, 6, 7, 9, 11, 4
SCHEMA, KIND, REPETITION, REQUIRED = 2, 1, 3, 0  # fields of the footer, of a column there; the one without nulls
INT32, TEXT = 1, 6  # kinds of columns
PLAINLY, ZSTD = 0, 6  # codecs
PAGE_VALUES = 1  # of a page's header
MAGIC = b"PAR1"
MOST_DEPTH, MOST_BYTES, MOST_FIELDS = 10, 1 << 20, 1 << 18  # of a structure; bytes of a page's header

Fields = dict[int, Any]


@dataclass(frozen=True, kw_only=True)
class Column:
    """What the footer says of a column in a group of rows: where its pages lie, and how long they are unpacked.

    kind: INT32, TEXT or another; codec: that pages are packed with; required: it has no nulls.
    """

    values: int
    start: int
    end: int
    unpacked: int
    kind: int
    codec: int
    required: bool


@dataclass(frozen=True)
class Group:
    """What the footer says of a group of rows."""

    rows: int
    unpacked: int
    columns: tuple[Column, ...]


@dataclass(frozen=True, kw_only=True)
class Page:
    """What the header of a page says of it: its encoding, values, and bytes of the header and of what follows it."""

    encoding: int
    values: int
    header: int
    packed: int
    unpacked: int


def groups_of(blob: bytes) -> tuple[Group, ...]:
    """All groups of rows that the footer tells of; CorruptFileError where it is none, or lacks what it must say."""
    length = int.from_bytes(blob[-8:-4], "little")
    if len(blob) < 12 or blob[-4:] != MAGIC or length > len(blob) - 12:
        raise CorruptFileError("cannot be read: it is damaged")
    try:
        told = _Structure(blob[-8 - length : -8]).structure()
        schema = told[SCHEMA][1:]
        if any(len(group[COLUMNS]) != len(schema) for group in told[GROUPS]):
            raise CorruptFileError("has groups of other columns than it tells of")
        return tuple(
            Group(group[GROUP_ROWS], group[GROUP_BYTES], tuple(map(_column, group[COLUMNS], schema)))
            for group in told[GROUPS]
        )
    except (KeyError, TypeError, AttributeError) as failure:
        raise CorruptFileError("cannot be read: it is damaged") from failure


def _column(told: Fields, schema: Fields) -> Column:
    meta = told[META]
    start = min(meta[FIRST_DATA], meta.get(FIRST_DICTIONARY, meta[FIRST_DATA]))
    return Column(
        values=meta[VALUES],
        start=start,
        end=start + meta[COLUMN_PACKED],
        unpacked=meta[COLUMN_UNPACKED],
        kind=schema[KIND],
        codec=meta[CODEC],
        required=schema.get(REPETITION, REQUIRED) == REQUIRED,
    )


def check_pages(blob: bytes, column: Column) -> int:
    """CorruptFileError where pages come to more than the footer claims of their column, or have no CRC.

    Returns how many bytes its texts have, where its pages tell only what each has not in common with the one before;
    else 0.
    """
    unpacked = values = texts = 0
    start, encodings = column.start, set[int]()
    if not 4 <= start <= column.end <= len(blob):
        raise CorruptFileError("has a column that does not lie in it")
    while start < column.end and unpacked <= column.unpacked and 0 <= values <= column.values:
        page = _page(blob, start, column)
        encodings.add(page.encoding)
        unpacked, values = unpacked + page.unpacked + page.header, values + page.values
        start += page.header + page.packed
        if page.encoding == COMMON_BEGINNINGS and unpacked <= column.unpacked and 0 <= values <= column.values:
            texts += _bytes_of_texts(blob[start - page.packed : start], column.codec, page)
    if not 0 <= values <= column.values:
        raise CorruptFileError(f"has pages of {values} values where it claims {column.values}")
    if start != column.end or unpacked > column.unpacked:
        raise CorruptFileError(f"has pages of {unpacked} bytes where it claims {column.unpacked}")
    if COMMON_BEGINNINGS in encodings and len(encodings) > 1:
        raise CorruptFileError("has names in two encodings")
    return texts


def _page(blob: bytes, start: int, column: Column) -> Page:
    """What the header of the page there says; CorruptFileError where that is not enough, or nothing that is read."""
    header = _Structure(blob[start : min(column.end, start + MOST_BYTES)])
    told = header.structure()
    kind = next((kind for kind in ENCODING if kind in told), None)
    if kind is None or CRC not in told or min(told.get(UNPACKED, -1), told.get(PACKED, -1)) < 0:
        raise CorruptFileError("has a page without sizes, checksum or encoding")
    encoding = told[kind].get(ENCODING[kind])
    common = encoding == COMMON_BEGINNINGS and kind == DATA and column.kind == TEXT and column.required
    if not (common or encoding in ENCODINGS or (encoding == DIFFERENCES and column.kind == INT32)):
        raise CorruptFileError("has a page in an encoding that this does not read")
    values = 0 if kind == DICTIONARY else told[kind].get(PAGE_VALUES, -1)
    return Page(encoding=encoding, values=values, header=header.at, packed=told[PACKED], unpacked=told[UNPACKED])


def _bytes_of_texts(packed: bytes, codec: int, page: Page) -> int:
    """How many bytes the texts of a page have, which is unpacked for that."""
    import pyarrow

    if codec not in (PLAINLY, ZSTD):
        raise CorruptFileError("has names that are packed as this does not read")
    try:
        octets = packed if codec == PLAINLY else pyarrow.decompress(packed, page.unpacked, codec="zstd", asbytes=True)
    except (pyarrow.ArrowException, OSError) as failure:
        raise CorruptFileError("cannot be read: it is damaged") from failure
    return int(text_lengths(octets, page.values).sum())


class _Structure:
    """A structure of Thrift's compact protocol: integers as numbers, texts left out."""

    def __init__(self, words: bytes) -> None:
        self._words = words
        self._fields = 0
        self.at = 0

    def structure(self, depth: int = 0) -> Fields:
        """Fields by their numbers."""
        if depth > MOST_DEPTH:
            raise CorruptFileError("has a structure that has no end")
        found: Fields = {}
        number = 0
        while (first := self._byte()) != 0:
            number = number + (first >> 4) if first >> 4 else self._signed()
            found[number] = self._value(first & 15, depth)
        return found

    def _value(self, kind: int, depth: int) -> Any:
        self._fields += 1
        if self._fields > MOST_FIELDS:
            raise CorruptFileError("has a structure that has no end")
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
        if kind in LISTS:
            return self._items(depth)
        raise CorruptFileError("has a structure that is none")  # maps: there are none in Parquet

    def _items(self, depth: int) -> list[Any]:
        first = self._byte()
        count = first >> 4 if first >> 4 < 15 else self._unsigned()
        kind = first & 15
        if count > MOST_FIELDS or depth > MOST_DEPTH:
            raise CorruptFileError("has a structure that has no end")
        if kind in (TRUE, FALSE):  # in lists a byte each
            kind = BYTE
        return [self._value(kind, depth + 1) for _ in range(count)]

    def _byte(self) -> int:
        if self.at >= len(self._words):
            raise CorruptFileError("has a structure that is cut short")
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
                raise CorruptFileError("has a structure that is none")

    def _signed(self) -> int:
        found = self._unsigned()
        return (found >> 1) ^ -(found & 1)
