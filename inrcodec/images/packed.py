"""Pictures inside other files: members of tar archives (as WebDataset has them), and columns of Parquet tables.

They are listed once, by their places; each is read from its place when its turn comes, so that memory is that of the
pictures at work, whatever the size of what they lie in.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Literal

from inrcodec.errors import InputError, UsageError
from inrcodec.images.claims import Room
from inrcodec.images.scan import SUFFIXES, Findings, Found, Member, as_text, check_local, numbered, short_enough
from inrcodec.images.tables import Table

Input = Literal["files", "tar", "parquet"]


def find_packed(sources: Sequence[str | Path], kind: Literal["tar", "parquet"]) -> Findings:
    """The pictures in files of that kind, or in those of a folder.

    UsageError where a source is not there, InputError where it is none, damaged, or holds none.
    """
    for source in map(str, sources):
        check_local(source)
    paths = [path for source in sources for path in _files(Path(source), kind)]
    room = Room()
    listed = [(path, *one) for path in paths for one in (_members(path) if kind == "tar" else Table(path).cells(room))]
    if not listed:
        raise InputError(f"no picture in {', '.join(map(str, sources))}")
    prefixed = len(paths) > 1
    called = [f"{as_text(path.stem)}/{name}" if prefixed else name for path, name, _ in listed]
    names = numbered([short_enough(name.replace("\0", "\ufffd")) for name in called])
    files = tuple(Found(path, name, within) for (path, _, within), name in zip(listed, names, strict=True))
    return Findings(files, (), ())


def _files(source: Path, kind: str) -> list[Path]:
    if source.is_dir():
        found = sorted(source.glob(f"*.{kind}"))
        if not found:
            raise InputError(f"{source}: holds no .{kind} files")
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
                    yield name, Member(path, member.offset_data, member.size)
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
        raise InputError(f"{path}: is no tar archive, or a compressed one; unpack it to .tar first") from failure
    except OSError as failure:
        raise InputError(f"{path}: cannot be read: {failure.strerror}") from failure


def _damaged(path: Path, place: int) -> InputError:
    return InputError(f"{path}: is damaged or cut short at byte {place}; get a fresh copy of it")
