"""What a Parquet file says of itself, looked at before its library believes it: a few bytes may claim gigabytes.

Footer and headers of pages are structures of Thrift's compact protocol (apache/thrift, doc/specs/
thrift-compact-protocol.md), fields as in apache/parquet-format, parquet.thrift: FileMetaData, PageHeader. The footer is
not asked for through the library, which ends the process where a column lacks what it should have.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from inrcodec.errors import CorruptFileError, UnsupportedFileError

UNPACKED, PACKED = 2, 3  # fields of a page's header
DATA, DICTIONARY, DATA_V2 = 5, 7, 8  # of which it has one, a structure
ENCODING = {DATA: 2, DICTIONARY: 2, DATA_V2: 4}  # the field of it in these
PLAIN, PLAIN_DICTIONARY, DELTAS, DELTA_LENGTHS, DELTA_TEXTS, RLE_DICTIONARY = 0, 2, 5, 6, 7, 8  # encodings
INT32, TEXT = 1, 6  # kinds of columns; text is any run of bytes
TRUE, FALSE, BYTE, INTEGERS, DOUBLE, BINARY, LISTS, STRUCTURE = 1, 2, 3, (4, 5, 6), 7, 8, (9, 10), 12  # Thrift's types
GROUPS, COLUMNS, META, GROUP_BYTES, GROUP_ROWS = 4, 1, 3, 2, 3  # fields of the footer, of a group, of a column in it
VALUES, COLUMN_UNPACKED, COLUMN_PACKED, FIRST_DATA, FIRST_DICTIONARY, CODEC = 5, 6, 7, 9, 11, 4
SCHEMA, KIND, REPETITION, REQUIRED = 2, 1, 3, 0  # fields of the footer, of a column there; the one without nulls
CHILDREN = 5  # of what is no column there, but has columns in it
MAGIC = b"PAR1"
MOST_DEPTH, MOST_FIELDS = 10, 1 << 18  # of a structure
MOST_FOOTER = 1 << 26  # bytes
HEADERS = (1 << 9, 1 << 13, 1 << 17, 1 << 20)  # bytes of a page's header: so many are read, more where they are few

Fields = dict[int, Any]


class Stretches(Protocol):
    """Bytes, or a file: what has a length and gives any stretch of itself."""

    def __len__(self) -> int: ...

    def __getitem__(self, stretch: slice, /) -> bytes: ...


@dataclass(frozen=True, kw_only=True)
class Column:
    """What the footer says of a column in a group of rows: where its pages lie, and how long they are unpacked.

    kind: of its values, as parquet.thrift numbers them; codec: that pages are packed with; required: it has no nulls.
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


@dataclass(frozen=True)
class Page:
    """What the header of a page says; where that begins, what it tells of, and where it ends."""

    told: Fields
    start: int
    body: int
    end: int


def groups_of(blob: Stretches, most_fields: int = MOST_FIELDS, most_bytes: int = MOST_FOOTER) -> tuple[Group, ...]:
    """All groups of rows that the footer tells of; CorruptFileError where it is none, or lacks what it must say.

    UnsupportedFileError where it is longer than any that is read.
    """
    end = blob[max(0, len(blob) - 8) : len(blob)]
    length = int.from_bytes(end[:4], "little")
    if len(blob) < 12 or end[4:] != MAGIC or length > len(blob) - 12:
        raise CorruptFileError("cannot be read: it is damaged")
    if length > most_bytes:
        raise UnsupportedFileError(f"has a footer of {length} bytes; at most {most_bytes} are read")
    try:
        told = Structure(blob[len(blob) - 8 - length : len(blob) - 8], most_fields).structure()
        schema = [one for one in told[SCHEMA][1:] if not one.get(CHILDREN)]
        if any(len(group[COLUMNS]) != len(schema) for group in told[GROUPS]):
            raise CorruptFileError("has groups of other columns than it tells of")
        return tuple(
            Group(_whole(group, GROUP_ROWS), _whole(group, GROUP_BYTES), tuple(map(_column, group[COLUMNS], schema)))
            for group in told[GROUPS]
        )
    except (KeyError, TypeError, AttributeError) as failure:
        raise CorruptFileError("cannot be read: it is damaged") from failure


def _column(told: Fields, schema: Fields) -> Column:
    meta = told[META]
    start = _whole(meta, FIRST_DATA)
    if FIRST_DICTIONARY in meta and (before := _whole(meta, FIRST_DICTIONARY)) > 0:  # some write 0 where there is none
        start = min(start, before)
    return Column(
        values=_whole(meta, VALUES),
        start=start,
        end=start + _whole(meta, COLUMN_PACKED),
        unpacked=_whole(meta, COLUMN_UNPACKED),
        kind=_whole(schema, KIND),
        codec=_whole(meta, CODEC),
        required=schema.get(REPETITION, REQUIRED) == REQUIRED,
    )


def _whole(told: Fields, field: int) -> int:
    """A field that is a number; KeyError where there is none, TypeError where it is something else."""
    found = told[field]
    if not isinstance(found, int):
        raise TypeError(f"field {field} is no number")
    return found


def pages_of(blob: Stretches, column: Column) -> Iterator[Page]:
    """The pages of a column, one behind the other, and nothing of them but their headers is read.

    CorruptFileError where pages do not fill the place of their column, or are more than its values and a dictionary.
    """
    start, pages = column.start, 0
    if not 4 <= start <= column.end <= len(blob):
        raise CorruptFileError("has a column that does not lie in it")
    while start < column.end:
        if pages > column.values + 1:
            raise CorruptFileError(f"has more pages than {column.values} values can have")
        told, header = page_header(blob, start, column.end)
        page = Page(told, start, start + header, start + header + told[PACKED])
        start, pages = page.end, pages + 1
        yield page
    if start != column.end:
        raise CorruptFileError("has pages that end elsewhere than its footer says")


def encoding_of(told: Fields) -> tuple[int | None, int | None]:
    """What kind of page it is whose header says that, and how its values are encoded; nothing where it is not said."""
    kind = next((kind for kind in ENCODING if isinstance(told.get(kind), dict)), None)
    encoding = None if kind is None else told[kind].get(ENCODING[kind])
    return kind, encoding if isinstance(encoding, int) else None


def page_header(blob: Stretches, start: int, end: int) -> tuple[Fields, int]:
    """What the header of a page there says, sizes at least, and how long it is."""
    for most in HEADERS:
        header = Structure(blob[start : min(end, start + most)])
        try:
            told = header.structure()
            break
        except _CutShortError:
            if start + most >= end or most == HEADERS[-1]:
                raise
    sizes = told.get(UNPACKED), told.get(PACKED)
    if not all(isinstance(size, int) and size >= 0 for size in sizes):
        raise CorruptFileError("has a page without sizes, checksum or encoding")
    return told, header.at


class _CutShortError(CorruptFileError):
    """A structure goes on where its bytes end."""


class Structure:
    """A structure of Thrift's compact protocol: integers as numbers, texts left out."""

    def __init__(self, words: bytes, most_fields: int = MOST_FIELDS) -> None:
        self._words, self._most = words, most_fields
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
        if self._fields > self._most:
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
        if count > self._most or depth > MOST_DEPTH:
            raise CorruptFileError("has a structure that has no end")
        if kind in (TRUE, FALSE):  # in lists a byte each
            kind = BYTE
        return [self._value(kind, depth + 1) for _ in range(count)]

    def _byte(self) -> int:
        if self.at >= len(self._words):
            raise _CutShortError("has a structure that is cut short")
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
