"""The folder of a collection: may it become one, what is there already, and what is left over when all is written."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from inrcodec.archive.collection import Collection, Manifest, read_manifest
from inrcodec.archive.collection.belonging import OURS
from inrcodec.archive.collection.shards import is_listed
from inrcodec.archive.places import place_of
from inrcodec.bitstream.collection import MANIFEST, SUFFIX
from inrcodec.encoding.shards.records import RECORDS
from inrcodec.errors import InrError, Parameter, UsageError

UNFINISHED = re.compile(r"\.(checkpoint(\.1)?|task)$")  # what a run leaves that was ended, both generations


def check_folder(folder: Path) -> None:
    """Refuse what cannot become a collection, before any work."""
    if folder.suffix != SUFFIX:
        raise UsageError(f"{folder}: a collection is a folder that ends in {SUFFIX}; name it so")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: exists and is not a folder; choose another name")
    if not folder.parent.is_dir():
        raise UsageError(f"{folder}: the folder {folder.parent} does not exist; create it first")
    if not os.access(folder if folder.is_dir() else folder.parent, os.W_OK):
        raise UsageError(f"{folder}: may not be written to; choose another name")


def check_shards(folder: Path, keys: set[str], *, overwrite: bool) -> set[str]:
    """The names of shards that are there and will belong to nothing; UsageError where something there would be lost."""
    if not folder.is_dir():
        return set()
    names = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    there = names & {f"{key}.inr" for key in keys}
    others = {name for name in names - there - {MANIFEST} if not UNFINISHED.search(name)}
    manifest = _manifest(folder)
    listed = {shard.file for shard in manifest.shards} if manifest else set()
    foreign = {name for name in others if name in listed or OURS.fullmatch(name)}
    if others - foreign:
        raise UsageError(f"{folder}: has other things in it ({min(others - foreign)}); choose another name")
    replace = Parameter("overwrite", True)
    if foreign and not overwrite:
        raise UsageError(
            f"{folder}: holds {len(foreign)} shard{'s'[: len(foreign) > 1]} of other pictures or settings, or of what "
            "`remove` left; use ",
            replace,
            " to put those in their place that these make",
        )
    if manifest and not manifest.about.missing and not foreign and not overwrite:
        for name, reason in _lost(Collection(place_of(folder), manifest)):
            raise UsageError(
                f"{folder}: its shard {name} {reason}; use ", replace, " to encode what is not whole, and nothing else"
            )
        raise UsageError(
            f"{folder}: exists already and holds these pictures with these settings: nothing is left to do; use ",
            replace, " to have its manifest written anew",
        )  # fmt: skip
    return foreign


def _manifest(folder: Path) -> Manifest | None:
    """What is there; None where there is none, or one that cannot be read, which is written anew."""
    try:
        return read_manifest(place_of(folder))
    except InrError:
        return None


def _lost(found: Collection) -> Iterator[tuple[str, str]]:
    """Shards that are not what the manifest says, and in what way."""
    for shard in found.manifest.shards:
        path = Path(found.place.called(shard.file))
        if not path.is_file():
            yield shard.file, "is missing"
        elif not is_listed(path, shard):
            yield shard.file, "is damaged"


@contextlib.contextmanager
def empty_when_it_fails(folder: Path, new: bool) -> Iterator[None]:
    """A folder that was made for this goes again if nothing came of it."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            if new:
                folder.rmdir()  # which fails where there is anything in it
        raise


def tidy(folder: Path, replaced: set[str]) -> None:
    """Remove what the collection that is written now does not need."""
    for name in replaced:
        with contextlib.suppress(OSError):
            (folder / name).unlink()
    shutil.rmtree(folder / RECORDS, ignore_errors=True)
