"""Pictures in a Parquet table: a column of their bytes, read group by group of rows, as far as memory goes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inrcodec.errors import CorruptFileError, UsageError
from inrcodec.numerics.memory import memory_bytes
from inrcodec.parquet import Group, groups_of, unpacked_bytes

BYTES, PATH = "bytes", "path"  # of a picture in a table, as Hugging Face's datasets have them
NAMES = ("name", "file_name", PATH)  # columns that may name what lies beside them
BINARY = ("binary", "large_binary")
MOST_FIELDS = 1 << 22  # of a footer: some 25 for each column of each group of rows
PART = 0.3  # of the memory that a column of one group may take, which is unpacked as a whole; and that names may


@dataclass(frozen=True)
class Cell:
    """Where a picture lies in a Parquet table: a column, a group of rows, and a row of that."""

    table: Table = field(compare=False, repr=False)
    column: str
    group: int
    row: int

    @property
    def place(self) -> tuple[str, int, int]:
        """What tells it from all others in the table."""
        return self.column, self.group, self.row

    def read(self) -> bytes:
        """The picture's bytes; UsageError where they are not there any more."""
        return self.table.read(self)


class Table:
    """A table of pictures. The column of a group that was read last is kept: rows are asked for in their order."""

    def __init__(self, path: Path) -> None:
        """Nothing is read yet."""
        self.path = path
        self._groups: tuple[float, tuple[Group, ...]] | None = None  # of the file as it was changed then
        self._last: tuple[object, Any] | None = None  # what was asked for, and the values

    def __reduce__(self) -> tuple[type[Table], tuple[Path]]:
        """Another process reads for itself."""
        return Table, (self.path,)

    def cells(self) -> Iterator[tuple[str, Cell]]:
        """All pictures, with their names or numbers; UsageError where there are none, or the table is damaged."""
        column, named = self._reading(self._columns)
        at, length, allowed = 0, 0, _allowed()
        for number, group in enumerate(self._footer()):
            names = self._reading(self._values, number, named) if named else None
            for row in range(group.rows):
                name = (names is not None and self._reading(_name, names, row)) or f"{at:07}"
                at, length = at + 1, length + len(name)
                if length > allowed:  # one that stands once may name any number of rows
                    raise UsageError(f"{self.path}: its names do not fit into this machine's memory; shorten them")
                yield name, Cell(self, column, number, row)

    def read(self, cell: Cell) -> bytes:
        """The bytes in a cell; UsageError where there are none any more."""
        asked = cell.column, cell.group, self._changed()
        if self._last is None or self._last[0] != asked:
            self._last = asked, self._reading(self._values, cell.group, cell.column)
        return bytes(self._last[1][cell.row].as_py() or b"")

    def _reading(self, read: Any, *of: object) -> Any:
        """What a function says of the table, with one error for all of the library's."""
        import pyarrow

        try:
            return read(*of)
        except OSError as failure:  # of Arrow, too, of pages that it cannot unpack
            raise UsageError(f"{self.path}: {failure.strerror or 'is damaged'}") from failure
        except (pyarrow.ArrowException, ValueError, LookupError) as failure:
            raise self._damaged() from failure

    def _damaged(self) -> UsageError:
        return UsageError(f"{self.path}: is no Parquet table, or damaged")

    def _changed(self) -> float:
        return self.path.stat().st_mtime

    def _footer(self) -> tuple[Group, ...]:
        """Groups of rows, from a footer that claims no more than there can be."""
        changed = self._reading(self._changed)
        if self._groups is None or self._groups[0] != changed:
            self._groups = changed, self._reading(self._read_footer)
        return self._groups[1]

    def _read_footer(self) -> tuple[Group, ...]:
        with _Stretches(self.path) as blob:
            try:
                groups = groups_of(blob, MOST_FIELDS)
            except CorruptFileError as failure:
                raise self._damaged() from failure
            rows = [group.rows for group in groups]
            if min(rows, default=0) < 0 or sum(rows) > len(blob):
                raise UsageError(f"{self.path}: is damaged: claims {sum(rows)} rows in {len(blob)} bytes")
        return groups

    def _columns(self) -> tuple[str, str | None]:
        """The column of image bytes, and the one that names them, as Parquet calls them."""
        from pyarrow import parquet

        self._footer()
        schema = parquet.read_schema(self.path)
        for one in schema:
            if str(one.type) in BINARY:
                return one.name, next((name for name in NAMES if name in schema.names), None)
            if str(one.type).startswith("struct"):
                inside = {own.name: str(own.type) for own in one.type}
                if inside.get(BYTES) in BINARY:
                    return f"{one.name}.{BYTES}", f"{one.name}.{PATH}" if PATH in inside else None
        raise UsageError(f"{self.path}: has no column of image bytes")

    def _values(self, group: int, column: str) -> Any:
        """A column of a group of rows, after a look at what its pages say they come to.

        What a page has once and rows refer to stays once in memory (a dictionary): it may be any number of rows.
        """
        from pyarrow import compute, parquet

        told = self._footer()[group]
        with parquet.ParquetFile(self.path, read_dictionary=[column]) as table:
            paths = [table.schema.column(number).path for number in range(len(table.schema.names))]
            if len(paths) != len(told.columns):
                raise self._damaged()
            self._check_memory(told, paths.index(column))
            found = table.read_row_group(group, columns=[column]).column(0)
        if len(found) != told.rows:
            raise self._damaged()
        return compute.struct_field(found, column.rpartition(".")[2]) if str(found.type).startswith("struct") else found

    def _check_memory(self, group: Group, column: int) -> None:
        with _Stretches(self.path) as blob:
            try:
                needed = unpacked_bytes(blob, group.columns[column])
            except CorruptFileError as failure:
                raise self._damaged() from failure
        if needed > _allowed():
            raise UsageError(
                f"{self.path}: a group of its rows unpacks to {needed:,} bytes, and {_allowed():,} are good for this "
                "machine's memory; write it anew with smaller groups of rows"
            )


def _name(names: Any, row: int) -> str:
    """What a row is called; nothing where it has no name."""
    told = names[row].as_py()
    return "" if told is None else str(told)


def _allowed() -> int:
    """Bytes that a column of one group, or all names, may take."""
    return int(PART * memory_bytes())


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
