"""What a change of a collection makes and replaces, written down before, so that the killed leave nothing."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from inrcodec.archive.collection.belonging import OURS
from inrcodec.bitstream.files import write_atomically
from inrcodec.bitstream.one_writer import lock_of
from inrcodec.encoding import checkpoints
from inrcodec.encoding.shards.records import RECORDS, check_records, forget, made_records

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
        check_records(folder)
        self._folder, self._listed = folder, frozenset(listed)
        told = _read(folder)
        self._names = _Names(made=_ours(told.made), replaced=sorted({*_ours(told.replaced)} - self._listed))
        _deleted(folder, self._names.replaced)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """What was made stays for who goes on after a failure, and so does what is to be removed; then does this.

        Nobody knows here whether the new manifest came to its place, so nothing counts as listed that it would replace.
        """
        left = {*self._names.made} - self._listed | {*self._names.replaced}
        if kind is not None and not any(_is_there(self._folder, file) for file in left):
            _forget(self._folder)

    def makes(self, *files: str) -> None:
        """Shards will be made under these names."""
        made = dict.fromkeys([*self._names.made, *files])
        self._note(_Names(made=list(made), replaced=[file for file in self._names.replaced if file not in made]))

    def replaces(self, now: Iterable[str]) -> None:
        """These shards will be listed, and no others: called before the manifest is written."""
        replaced = {*self._names.replaced, *self._listed} - {*now}
        self._note(_Names(made=self._names.made, replaced=sorted(replaced)))

    def done(self, now: Iterable[str]) -> tuple[Path, ...]:
        """The new manifest is written: remove what it does not list; what could not be removed."""
        before, self._listed = self._listed, frozenset(now)
        left = _deleted(self._folder, {*before, *self._names.made, *self._names.replaced} - self._listed)
        if not left:
            _forget(self._folder)
        return left

    def _note(self, names: _Names) -> None:
        self._names = names
        _write(self._folder, names)


def disown(folder: Path, files: Iterable[str]) -> None:
    """An encode makes these, or has made them: no change removes them any more. Called by the folder's only writer."""
    check_records(folder)
    told, own = _read(folder), {*files}
    names = _Names(
        made=[file for file in told.made if file not in own],
        replaced=[file for file in told.replaced if file not in own],
    )
    if names != told:
        _write(folder, names)


def _read(folder: Path) -> _Names:
    try:
        return msgspec.json.decode((folder / RECORDS / NAME).read_bytes(), type=_Names)
    except (OSError, msgspec.ValidationError, msgspec.DecodeError):
        return _Names()


def _write(folder: Path, names: _Names) -> None:
    write_atomically(made_records(folder) / NAME, msgspec.json.encode(names), overwrite=True, follow=False)


def _forget(folder: Path) -> None:
    forget(folder, [folder / RECORDS / NAME])


def _ours(files: Iterable[str]) -> list[str]:
    """Those that may be shards: a journal may be anybody's."""
    return [file for file in files if OURS.fullmatch(file)]


def _record(folder: Path, file: str) -> Path:
    return folder / RECORDS / f"{Path(file).stem}.json"


def _is_there(folder: Path, file: str) -> bool:
    """Whether anything of a shard is: itself, a checkpoint of it, or what is told of it."""
    path = folder / file
    return os.path.lexists(path) or _record(folder, file).exists() or bool(checkpoints.waiting(path))


def _deleted(folder: Path, files: Iterable[str]) -> tuple[Path, ...]:
    """Delete shards that a manifest lists no more, with all that belongs to them; those that are still there."""
    paths = [folder / file for file in sorted(files)]
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink()
    left = tuple(path for path in paths if os.path.lexists(path))
    for path in paths:
        if path not in left:  # a link is no more, so these are of nothing outside
            checkpoints.remove(path)
            for trace in (_record(folder, path.name), lock_of(path), lock_of(path.with_suffix(".task"))):
                with contextlib.suppress(OSError):
                    trace.unlink()
    return left
