"""Opening the .inr file that a command was given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from inrcodec.bitstream.collection import is_collection, is_url
from inrcodec.cli.spelling import quoted
from inrcodec.errors import UsageError

if TYPE_CHECKING:
    from inrcodec.archive import AnyArchive, Archive, Signal


def open_archive(file: str, *, trust: bool = False) -> Archive:
    """The archive at that path or URL; UsageError when there is no such file. trust: whatever it asks for is done."""
    if is_url(file) and not is_collection(file):
        from inrcodec.archive import opened_elsewhere

        return opened_elsewhere(file, trust=trust)
    path = check_there(file)
    from inrcodec.archive import Archive

    return Archive.open(path, trust=trust)


def open_any(file: str, *, trust: bool = False) -> AnyArchive:
    """The same, or the collection in that folder; either of them may be in a store."""
    if not is_collection(file) and not is_url(file):
        return open_archive(file, trust=trust)
    from inrcodec.archive import open_images

    return open_images(file, trust=trust)


def describe_archive(file: str) -> Archive:
    """The same for who only asks what it is: no weight is decoded."""
    from inrcodec.archive import Archive, described_elsewhere

    return described_elsewhere(file) if is_url(file) else Archive.described(check_there(file))


def open_signal(file: str, *, trust: bool = False) -> Signal | None:
    """The signal at that path; None where it holds images, or is none of ours."""
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
    if is_collection(file) or is_url(file):
        return None
    path = check_there(file)
    from inrcodec.bitstream.stored_signal import peeked_kind

    return None if peeked_kind(path) is None else path


def check_to_change(file: str, output: str | None) -> None:
    """Refuse, before any work, to change what is not there, a collection as if it were a file, or a shard of one."""
    if is_url(file) or not is_collection(file):
        check_there(file)
    from inrcodec.archive.collection.belonging import check_changeable

    check_changeable(file, output)


def refuse_folder(source: str, takes: str) -> None:
    """UsageError for a collection or any other folder where that is taken, and what to do with it instead."""
    if is_collection(source):
        raise UsageError(
            f"{source}: is a collection, and this takes {takes}; draw pictures of it: inrcodec decode {quoted(source)}"
        )
    if Path(source).is_dir():
        raise UsageError(
            f"{source}: is a folder, and this takes {takes}; for a set of pictures: inrcodec encode {quoted(source)}"
        )


def check_there(file: str) -> Path:
    """The path, where there is a file; UsageError says what there is."""
    path = Path(file)
    if not file:
        raise UsageError("FILE is empty; name an .inr file")
    if is_url(file):
        raise UsageError(f"{file}: is in a store, and this takes a file of this machine; copy it")
    if not path.exists():
        raise UsageError(f"{file}: no such file")
    if is_collection(file):
        shard = min((one.name for one in path.glob("*.inr")), default="")
        raise UsageError(f"{file}: is a collection; this takes one .inr file, such as its shard {path / shard}")
    if path.is_dir():
        raise UsageError(f"{file}: is a folder, not an .inr file; to make one: inrcodec encode {quoted(file)}")
    return path
