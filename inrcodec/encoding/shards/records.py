"""The folder in a collection that tells of shards which no manifest lists yet, until one does."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

from inrcodec.errors import InrError, UsageError

RECORDS = ".shards"


def check_records(folder: Path) -> None:
    """UsageError where a collection's records would be written, and removed, in another place."""
    if (folder / RECORDS).is_symlink():
        raise UsageError(f"{folder / RECORDS}: is a link to another place; remove it, what it tells of lies in here")


def made_records(folder: Path) -> Path:
    """Where a collection's records go, which is there now."""
    check_records(folder)
    path = folder / RECORDS
    try:
        path.mkdir(exist_ok=True)
    except OSError as failure:
        raise InrError(f"{path}: cannot be made: {failure.strerror}") from failure
    return path


def forget(folder: Path, records: Iterable[Path]) -> None:
    """Remove some, and the folder with the last of them."""
    for path in records:
        with contextlib.suppress(OSError):
            path.unlink()
    with contextlib.suppress(OSError):
        (folder / RECORDS).rmdir()  # which fails where an encode or a change is still to go on
