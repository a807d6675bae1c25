"""Pictures inside other files: members of tar archives (as WebDataset has them), and columns of Parquet tables.

They are listed once, by their places; each is read from its place when its turn comes, so that memory is that of the
pictures at work, whatever the size of what they lie in.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from inrcodec.errors import InputError, UsageError
from inrcodec.images.scan import SUFFIXES, Cell, Findings, Found, Member, as_text, numbered, short_enough

Input = Literal["files", "tar", "parquet"]
BYTES, PATH = "bytes", "path"  # of a picture in a table, as Hugging Face's datasets have them
BINARY = ("binary", "large_binary")


def find_packed(sources: Sequence[str | Path], kind: Literal["tar", "parquet"]) -> Findings:
    """The pictures in files of that kind, or in those of a folder; UsageError where a source is none."""
    paths = [path for source in sources for path in _files(Path(source), kind)]
    listed = [(path, *one) for path in paths for one in (_members(path) if kind == "tar" else _cells(path))]
    if not listed:
        raise InputError(f"no picture in {', '.join(map(str, sources))}")
    prefixed = len(paths) > 1
    called = [f"{as_text(path.stem)}/{name}" if prefixed else name for path, name, _ in listed]
    names = numbered([short_enough(name.replace("\0", "\ufffd")) for name in called])
    files = tuple(Found(path, name, within) for (path, _, within), name in zip(listed, names, strict=True))
    return Findings(files, (), ())


def read_within(path: Path, within: Member | Cell) -> bytes:
    """The bytes of one picture; OSError, or what pyarrow raises, where they are not there any more."""
    if isinstance(within, Member):
        with path.open("rb") as file:
            file.seek(within.start)
            return file.read(within.size)
    return bytes(_group(path, path.stat().st_mtime_ns, within.group, within.column)[within.row].as_py() or b"")


def _files(source: Path, kind: str) -> list[Path]:
    if source.is_dir():
        found = sorted(source.glob(f"*.{kind}"))
        if not found:
            raise UsageError(f"{source}: holds no .{kind} files")
        return found
    if not source.is_file():
        raise UsageError(f"{source}: no such file or folder")
    return [source]


def _members(path: Path) -> Iterator[tuple[str, Member]]:
    with _opened(path) as archive:
        try:
            for member in archive:
                name = "/".join(part for part in PurePosixPath(member.name).parts if part not in ("/", "..", "."))
                if member.isreg() and PurePosixPath(name).suffix.lower() in SUFFIXES and not member.issparse():
                    yield name, Member(member.offset_data, member.size)
        except tarfile.ReadError as failure:
            raise _damaged(path, archive.offset) from failure
        with path.open("rb") as file:  # the library takes what is no header for the end
            file.seek(archive.offset)
            if any(file.read(tarfile.BLOCKSIZE)):
                raise _damaged(path, archive.offset)


def _opened(path: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(path, "r:", encoding="utf-8", errors="replace")  # names of older systems are other bytes
    except tarfile.ReadError as failure:
        raise UsageError(f"{path}: is no tar archive, or a compressed one; unpack it to .tar first") from failure
    except OSError as failure:
        raise UsageError(f"{path}: cannot be read: {failure.strerror}") from failure


def _damaged(path: Path, place: int) -> UsageError:
    return UsageError(f"{path}: is damaged or cut short at byte {place}; get a fresh copy of it")


def _cells(path: Path) -> Iterator[tuple[str, Cell]]:
    import pyarrow
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as table:
            column, named = _columns(table.schema_arrow)
            if column is None:
                raise UsageError(f"{path}: has no column of image bytes")
            at = 0
            for group in range(table.num_row_groups):
                rows = table.metadata.row_group(group).num_rows
                names = table.read_row_group(group, columns=[named]).column(0) if named else None
                for row in range(rows):
                    told = None if names is None else names[row].as_py()
                    told = told.get(PATH) if isinstance(told, dict) else told
                    yield str(told or f"{at:07}"), Cell(column, group, row)
                    at += 1
    except (pyarrow.ArrowException, UnicodeDecodeError) as failure:
        raise UsageError(f"{path}: is no Parquet table, or damaged") from failure
    except OSError as failure:  # of Arrow, too, of pages that it cannot unpack
        raise UsageError(f"{path}: {failure.strerror or 'is damaged'}") from failure


def _columns(schema: Any) -> tuple[str | None, str | None]:
    """The column of image bytes, and the one that names them, as Parquet calls them."""
    for field in schema:
        if str(field.type) in BINARY:
            return field.name, next((one for one in ("name", "file_name", PATH) if one in schema.names), None)
        if str(field.type).startswith("struct"):
            inside = {one.name: str(one.type) for one in field.type}
            if inside.get(BYTES) in BINARY:
                return f"{field.name}.{BYTES}", f"{field.name}.{PATH}" if PATH in inside else None
    return None, None


@lru_cache(maxsize=1)
def _group(path: Path, changed: int, group: int, column: str) -> Any:
    """One column of the group of rows that was read last: rows are asked for in their order."""
    from pyarrow import compute, parquet

    with parquet.ParquetFile(path) as table:
        found = table.read_row_group(group, columns=[column]).column(0)
    return compute.struct_field(found, BYTES) if str(found.type).startswith("struct") else found
