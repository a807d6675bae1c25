"""Pictures in a Parquet table: a column of their bytes, read group by group of rows, as far as memory goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inrcodec.errors import CorruptFileError, InputError, UnsupportedFileError
from inrcodec.images.claims import Room, dictionary_of, groups_in
from inrcodec.parquet import Group

BYTES, PATH = "bytes", "path"  # of a picture in a table, as Hugging Face's datasets have them
NAMES = ("name", "file_name", PATH)  # columns that may name what lies beside them
Change = tuple[int, int]  # bytes of a file, and when it was changed, in billionths of a second
BINARY = ("binary", "large_binary")
TEXTS = ("string", "large_string", "string_view", *BINARY)  # types of columns that name, as they are or once each
NUMBERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")


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
        """The picture's bytes; InputError where they are not there any more."""
        return self.table.read(self)


class Table:
    """A table of pictures.

    The column of a group that was read last is kept: rows are asked for in their order.
    """

    def __init__(self, path: Path) -> None:
        """Nothing is read yet."""
        self.path = path
        self._groups: tuple[Change, tuple[Group, ...]] | None = None  # of the file as it was changed then
        self._last: tuple[object, Any] | None = None  # what was asked for, and the values

    def __reduce__(self) -> tuple[type[Table], tuple[Path]]:
        """Another process reads for itself."""
        return Table, (self.path,)

    def cells(self, room: Room) -> Iterator[tuple[str, Cell]]:
        """All pictures, with their names or numbers; InputError where there are none, or the table is damaged.

        room: for the list of them, which a few bytes may make any length.
        """
        column, named = self._reading(self._columns)
        at = 0
        for number, group in enumerate(self._footer()):
            names = self._reading(self._values, number, named) if named else None
            for row in range(group.rows):
                name = (names is not None and self._reading(_name, names, row)) or f"{at:07}"
                at += 1
                room.take(self.path, name)
                yield name, Cell(self, column, number, row)

    def read(self, cell: Cell) -> bytes:
        """The bytes in a cell; InputError where there are none any more."""
        groups = self._footer()
        if cell.group >= len(groups) or cell.row >= groups[cell.group].rows:
            raise self._other(f"row {cell.row} of group {cell.group}")
        asked = cell.column, cell.group, self._reading(self._changed)
        if self._last is None or self._last[0] != asked:
            self._last = asked, self._reading(self._values, cell.group, cell.column)
        found = self._reading(_value, self._last[1], cell.row)
        if not isinstance(found, bytes | None):
            raise self._other(f"column of image bytes {cell.column}")
        return found or b""

    def _other(self, gone: str) -> InputError:
        return InputError(f"{self.path}: has no {gone} any more: it was changed since; give the command again")

    def _reading(self, read: Any, *of: object) -> Any:
        """What a function says of the table, with one error for all of the library's."""
        import pyarrow

        try:
            return read(*of)
        except OSError as failure:  # of Arrow, too, of pages that it cannot unpack
            raise InputError(f"{self.path}: {failure.strerror or 'is damaged'}") from failure
        except (pyarrow.ArrowException, ValueError, LookupError) as failure:
            raise self._damaged() from failure

    def _damaged(self) -> InputError:
        return InputError(f"{self.path}: is no Parquet table, or damaged")

    def _changed(self) -> Change:
        told = self.path.stat()
        return told.st_size, told.st_mtime_ns

    def _footer(self) -> tuple[Group, ...]:
        """Groups of rows, from a footer that claims no more than there can be."""
        changed = self._reading(self._changed)
        if self._groups is None or self._groups[0] != changed:
            self._groups = changed, self._reading(self._read_footer)
        return self._groups[1]

    def _read_footer(self) -> tuple[Group, ...]:
        try:
            return groups_in(self.path)
        except UnsupportedFileError as failure:
            raise InputError(f"{self.path}: {failure}") from failure
        except CorruptFileError as failure:
            raise self._damaged() from failure

    def _columns(self) -> tuple[str, str | None]:
        """The column of image bytes, and the one that names them, as Parquet calls them."""
        from pyarrow import parquet

        self._footer()
        schema = parquet.read_schema(self.path)
        for one in schema:
            if str(one.type) in BINARY:
                return one.name, next((name for name in NAMES if name in schema.names and _names(schema, name)), None)
            if str(one.type).startswith("struct"):
                inside = {own.name: str(own.type) for own in one.type}
                if inside.get(BYTES) in BINARY:
                    return f"{one.name}.{BYTES}", f"{one.name}.{PATH}" if inside.get(PATH) in TEXTS else None
        raise InputError(f"{self.path}: has no column of image bytes")

    def _values(self, group: int, column: str) -> Any:
        """A column of a group of rows, after a look at what its pages say they come to.

        What a page has once and rows refer to stays once in memory (a dictionary): it may be any number of rows.
        """
        from pyarrow import compute, parquet

        told, footer = self._footer()[group], parquet.read_metadata(self.path)
        paths = [footer.schema.column(number).path for number in range(footer.num_columns)]
        if len(paths) != len(told.columns):
            raise self._damaged()
        if column not in paths:
            raise self._other(f"column {column}")
        once = [column] if self._dictionary(told, paths.index(column), column) else []
        with parquet.ParquetFile(self.path, metadata=footer, read_dictionary=once, pre_buffer=False) as table:
            found = table.read_row_group(group, columns=[column], use_threads=False).column(0)
        if len(found) != told.rows:
            raise self._damaged()
        return compute.struct_field(found, column.rpartition(".")[2]) if str(found.type).startswith("struct") else found

    def _dictionary(self, group: Group, number: int, name: str) -> bool:
        """Whether a column that fits the memory is to be read as what it has once each."""
        try:
            return dictionary_of(self.path, group.columns[number])
        except UnsupportedFileError as failure:
            raise InputError(f"{self.path}: its column {name} {failure}") from failure
        except CorruptFileError as failure:
            raise self._damaged() from failure


def _names(schema: Any, column: str) -> bool:
    """Whether texts or whole numbers are there."""
    kind = schema.field(column).type
    return str(kind.value_type if str(kind).startswith("dictionary") else kind) in (*TEXTS, *NUMBERS)


def _value(values: Any, row: int) -> Any:
    return values[row].as_py()


def _name(names: Any, row: int) -> str:
    """What a row is called; nothing where it has no name."""
    told = _value(names, row)
    return "" if told is None else str(told)
