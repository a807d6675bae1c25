"""What a table of pictures claims to be, and what it would take of this machine's memory, before any of it is read."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from inrcodec.errors import InputError, UnsupportedFileError
from inrcodec.numerics.memory import memory_bytes
from inrcodec.parquet import (
    DELTA_LENGTHS,
    DELTA_TEXTS,
    DICTIONARY,
    PLAIN,
    PLAIN_DICTIONARY,
    RLE_DICTIONARY,
    TEXT,
    UNPACKED,
    Column,
    Group,
    encoding_of,
    groups_of,
    pages_of,
)

CALLED = {DELTA_LENGTHS: "DELTA_LENGTH_BYTE_ARRAY", DELTA_TEXTS: "DELTA_BYTE_ARRAY"}
MOST_FOOTER = 1 << 26  # bytes
MOST_FIELDS, FIELD_BYTES = 1 << 22, 160  # of a footer: some 25 for each column of each group; bytes of memory each
PART = 0.3  # of the memory that a column of one group may take, which is unpacked as a whole; and that lists may
ROW_BYTES, NAME_COPIES = 600, 3  # of memory, of a picture in a list beside its name
VALUE_BYTES = 8  # of memory, of a value beside what its page has


def allowed_bytes() -> int:
    """Of memory, that a column of one group, or a list of pictures, may take."""
    return int(PART * memory_bytes())


class Room:
    """Memory for the list of all pictures, in whatever tables they are."""

    def __init__(self) -> None:
        """As much as is good for this machine."""
        self._allowed, self._taken = allowed_bytes(), 0

    def take(self, path: Path, name: str) -> None:
        """Some of it, for one more picture in that table; InputError where there is none left."""
        self._taken += NAME_COPIES * sys.getsizeof(name) + ROW_BYTES
        if self._taken > self._allowed:
            raise InputError(
                f"{path}: the list of its pictures does not fit into the {self._allowed:,} bytes that are good for "
                "this machine's memory; give fewer tables, or smaller ones"
            )


def groups_in(path: Path) -> tuple[Group, ...]:
    """Groups of rows, from a footer that claims no more than there can be; CorruptFileError, UnsupportedFileError."""
    with _Stretches(path) as blob:
        groups = groups_of(blob, min(MOST_FIELDS, allowed_bytes() // FIELD_BYTES), MOST_FOOTER)
        rows = [group.rows for group in groups]
        if min(rows, default=0) < 0 or sum(rows) > len(blob):
            raise UnsupportedFileError(f"is damaged: claims {sum(rows)} rows in {len(blob)} bytes")
    return groups


def dictionary_of(path: Path, column: Column) -> bool:
    """Whether a column is to be read as what it has once each; UnsupportedFileError where it does not fit the memory.

    That is not offered for texts behind a list of their lengths, of which each stands in its page.
    """
    needed, encodings = column.values * VALUE_BYTES, set[int | None]()
    with _Stretches(path) as blob:
        for page in pages_of(blob, column):
            needed += page.told[UNPACKED]
            kind, encoding = encoding_of(page.told)
            encodings |= set() if kind == DICTIONARY else {encoding}
    if needed > allowed_bytes():
        raise UnsupportedFileError(
            f"has a group of rows that unpacks to {needed:,} bytes, and {allowed_bytes():,} are good for this "
            "machine's memory; write it anew with smaller groups of rows"
        )
    if column.kind != TEXT or encodings <= {PLAIN, PLAIN_DICTIONARY, RLE_DICTIONARY}:
        return column.kind == TEXT
    if encodings <= {PLAIN, DELTA_LENGTHS}:
        return False
    ways = " and ".join(sorted(CALLED.get(one or 0, f"encoding {one}") for one in encodings if one != PLAIN))
    raise UnsupportedFileError(
        f"is packed in a way that this does not read ({ways}); write it anew without that encoding"
    )


class _Stretches:
    """A file, of which any stretch is read when it is asked for."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._size = self._file.seek(0, os.SEEK_END)

    def __enter__(self) -> _Stretches:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, stretch: slice) -> bytes:
        start, stop, _ = stretch.indices(self._size)
        self._file.seek(start)
        return self._file.read(max(0, stop - start))
