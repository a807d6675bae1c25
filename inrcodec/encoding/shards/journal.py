"""What a change of a collection makes and replaces, written down before, so that the killed leave nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from inrcodec.archive.collection.belonging import OURS
from inrcodec.bitstream.files import write_atomically
from inrcodec.encoding.shards.task import RECORDS
from inrcodec.errors import InrError

NAME = "changed.json"


class _Names(msgspec.Struct, frozen=True, kw_only=True):
    """Of files that no manifest may list: such as were made for one that was not written, or that one did without."""

    made: list[str] = []
    replaced: list[str] = []


class Journal:
    """The files of one change: it is opened before the change, by its only writer, and closed with what is listed then.

    Nothing is removed that has not the name of a shard, or that the manifest lists.
    """

    def __init__(self, folder: Path, listed: Iterable[str]) -> None:
        """Remove what a change of before could not any more; listed: the shards in the manifest."""
        self._folder, self._path, self._listed = folder, folder / RECORDS / NAME, frozenset(listed)
        self._names = _read(self._path)
        deleted(folder, self._unlisted(self._names.replaced))

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """What was made stays for who goes on after a failure, and then this does."""
        if kind is not None and not any((self._folder / file).exists() for file in self._unlisted(self._names.made)):
            self._forget()

    def makes(self, file: str) -> None:
        """A shard will be made under that name."""
        if file not in self._names.made:
            self._note(_Names(made=[*self._names.made, file], replaced=self._names.replaced))

    def replaces(self, now: Iterable[str]) -> None:
        """These shards will be listed, and no others: called before the manifest is written."""
        self._note(_Names(made=self._names.made, replaced=sorted(self._listed - set(now))))

    def done(self, now: Iterable[str]) -> tuple[Path, ...]:
        """The new manifest is written: remove what it does not list; what could not be removed."""
        before, self._listed = self._listed, frozenset(now)
        left = deleted(self._folder, self._unlisted({*before, *self._names.made, *self._names.replaced}, own=before))
        if not left:
            self._forget()
        return left

    def _unlisted(self, files: Iterable[str], own: Iterable[str] = ()) -> set[str]:
        return {file for file in files if OURS.fullmatch(file) or file in own} - self._listed

    def _note(self, names: _Names) -> None:
        self._names = names
        try:
            self._path.parent.mkdir(exist_ok=True)
        except OSError as failure:
            raise InrError(f"{self._path.parent}: cannot be made: {failure.strerror}") from failure
        write_atomically(self._path, msgspec.json.encode(names), overwrite=True)

    def _forget(self) -> None:
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
            self._path.parent.rmdir()  # which fails where an encode is still to go on


def _read(path: Path) -> _Names:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Names)
    except (OSError, msgspec.ValidationError, msgspec.DecodeError):
        return _Names()


def deleted(folder: Path, files: Iterable[str]) -> tuple[Path, ...]:
    """Delete files that a manifest lists no more; those that are still there."""
    paths = [folder / file for file in sorted(files)]
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink()
    return tuple(path for path in paths if path.exists())
