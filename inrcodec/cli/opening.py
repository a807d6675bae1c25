"""Opening the .inr file that a command was given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from inrcodec.errors import UsageError

if TYPE_CHECKING:
    from inrcodec.archive import Archive


def open_archive(file: str) -> Archive:
    """The archive at that path; UsageError when there is no such file."""
    path = Path(file)
    if not path.exists():
        raise UsageError(f"{file}: no such file")
    if path.is_dir():
        raise UsageError(f"{file}: is a folder, not an .inr file; to make one: inrcodec encode {file}")
    import inrcodec

    return inrcodec.open(path)
