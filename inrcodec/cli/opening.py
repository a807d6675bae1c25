"""Opening the .inr file that a command was given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from inrcodec.cli.spelling import quoted
from inrcodec.errors import UsageError

if TYPE_CHECKING:
    from inrcodec.archive import Archive, Signal


def open_archive(file: str, *, trust: bool = False) -> Archive:
    """The archive at that path; UsageError when there is no such file. trust: whatever it asks for is done."""
    path = check_there(file)
    import inrcodec

    return inrcodec.open(path, trust=trust)


def describe_archive(file: str) -> Archive:
    """The same for who only asks what it is: no weight is decoded."""
    path = check_there(file)
    from inrcodec.archive import Archive

    return Archive.described(path)


def open_signal(file: str, *, trust: bool = False) -> Signal | None:
    """The signal at that path; None where the file holds images, or is none of ours."""
    path = _path_of_signal(file)
    if path is None:
        return None
    import inrcodec

    return inrcodec.open_signal(path, trust=trust)


def signal_described(file: str) -> Signal | None:
    """The same for who only asks what it is: no weight is decoded."""
    path = _path_of_signal(file)
    if path is None:
        return None
    from inrcodec.archive import Signal

    return Signal.described(path)


def _path_of_signal(file: str) -> Path | None:
    path = check_there(file)
    from inrcodec.bitstream.stored_signal import peeked_kind

    return None if peeked_kind(path) is None else path


def check_there(file: str) -> Path:
    """The path, where there is a file; UsageError says what there is."""
    path = Path(file)
    if not file:
        raise UsageError("FILE is empty; name an .inr file")
    if not path.exists():
        raise UsageError(f"{file}: no such file")
    if path.is_dir():
        raise UsageError(f"{file}: is a folder, not an .inr file; to make one: inrcodec encode {quoted(file)}")
    return path
