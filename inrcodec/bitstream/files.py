"""Files on the disk: read without more memory than they have bytes, and written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from typing import BinaryIO

from inrcodec.bitstream.container import CAP, MAX_FILE_BYTES, SIGNATURE, check_signature
from inrcodec.bitstream.part_files import flush_folder, part_file, remove_stale
from inrcodec.errors import InrError, Parameter, UnsupportedFileError, UsageError

PIECE = 1 << 20  # bytes that are read at once beyond what a file was said to have


def read_file(path: Path) -> bytes:
    """The bytes of the file at `path`; what is no .inr file, or too large to be one, is refused before it is read."""
    try:
        with path.open("rb") as source:
            start = source.read(len(SIGNATURE))
            check_signature(start)
            size = os.fstat(source.fileno()).st_size
            if size > MAX_FILE_BYTES:
                raise UnsupportedFileError(f"the file has {size} bytes, {CAP}")
            return start + _rest(source, size - len(start))
    except FileNotFoundError as failure:
        raise UsageError(f"{path}: no such file") from failure
    except IsADirectoryError as failure:
        raise UsageError(f"{path}: is a folder, not an .inr file") from failure
    except OSError as failure:
        raise InrError(f"{path}: cannot be read: {failure.strerror}") from failure


def _rest(source: BinaryIO, expected: int) -> bytes:
    """What is left of a file; only that much memory is taken, even where it has grown or is a pipe without a size."""
    pieces = [source.read(max(0, expected))]
    total = len(pieces[0])
    while (piece := source.read(PIECE)) and total <= MAX_FILE_BYTES:
        pieces.append(piece)
        total += len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def write_atomically(path: Path, blob: bytes, *, overwrite: bool, follow: bool = True) -> None:
    """Put `blob` at `path` whole or not at all; without `overwrite` a file that is there is never replaced.

    A link keeps pointing at the file it points at, which is the one that is written; or, unless follow, it is replaced
    itself: in a folder that came from somebody else it may point anywhere.
    """
    link = not follow and path.is_symlink()
    if path.exists() and not path.is_file() and not link:
        raise UsageError(f"{path}: exists and is not a file")
    if (path.exists() or link) and not overwrite:
        raise UsageError(f"{path}: exists already; use ", Parameter("overwrite", True), " to replace it")
    target = Path(os.path.realpath(path)) if follow else Path(os.path.realpath(path.parent), path.name)
    remove_stale(target.parent)
    temporary = part_file(target.parent)
    try:
        try:
            _write_and_compare(temporary, blob)
            if overwrite and target.exists() and not link:
                temporary.chmod(stat.S_IMODE(target.stat().st_mode))  # who may read it stays as it was
            if overwrite:
                temporary.replace(target)
            else:
                _rename_without_replacing(temporary, target)
        finally:
            with contextlib.suppress(OSError):  # it is gone where all went well, and stale where it cannot be removed
                temporary.unlink()
        flush_folder(target.parent)
    except FileExistsError as failure:
        raise UsageError(f"{path}: exists already; use ", Parameter("overwrite", True), " to replace it") from failure
    except FileNotFoundError as failure:
        raise UsageError(f"{path}: the folder does not exist; create it first") from failure
    except OSError as failure:
        raise InrError(f"{path}: cannot be written: {failure.strerror or failure}") from failure


def cut_link(path: Path) -> None:
    """Remove a link, so that what is written there does not go where it points."""
    try:
        if path.is_symlink():
            path.unlink()
    except OSError as failure:
        raise InrError(f"{path}: is a link that cannot be removed: {failure.strerror}") from failure


def _write_and_compare(temporary: Path, blob: bytes) -> None:
    with temporary.open("xb") as sink:
        sink.write(blob)
        sink.flush()
        os.fsync(sink.fileno())
    if temporary.read_bytes() != blob:
        raise OSError("the disk returned other bytes than were written")


def _rename_without_replacing(temporary: Path, target: Path) -> None:
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links: take the name first, then replace our own empty file
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        temporary.replace(target)
