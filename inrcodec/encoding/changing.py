"""A file that is changed: nobody else writes it meanwhile, and who changes it without asking is noticed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inrcodec.archive import Archive
from inrcodec.archive.collection.belonging import check_changeable
from inrcodec.bitstream.one_writer import only_writer
from inrcodec.encoding.compatible import check_design
from inrcodec.encoding.encode import check_output

FileState = tuple[int, int, int] | None


@contextmanager
def changing(
    file: str | Path, output: str | Path | None, *, trust: bool, overwrite: bool, resume: bool = False
) -> Iterator[tuple[Archive, FileState]]:
    """Inside, no other process makes the output; the file, opened, and the state that it was in before that.

    output: None for the file itself; trust: see `Archive.open`. UsageError, ahead of any work, where the output may not
    be written, someone else is making it, or the file takes no other images.
    """
    check_changeable(file, output)
    path = Path(file if output is None else output)
    with only_writer(path):
        before = file_state(file)  # ahead of reading: a change in between must not go unseen
        archive = Archive.open(file, trust=trust)
        check_output(path, overwrite=overwrite or output is None, resume=resume)
        check_design(archive)
        yield archive, before


def file_state(file: str | Path) -> FileState:
    """What tells whether a file is still the one it was; None where there is none."""
    try:
        now = Path(file).stat()
    except OSError:
        return None
    return now.st_ino, now.st_size, now.st_mtime_ns
