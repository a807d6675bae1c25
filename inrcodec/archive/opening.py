"""Opening what somebody names: a file or a collection, of this machine or in a store."""

from __future__ import annotations

import math
from pathlib import Path

from inrcodec.archive.archive import Archive
from inrcodec.archive.collection.collection import Collection
from inrcodec.archive.places import split_url
from inrcodec.bitstream.collection import is_collection, is_url
from inrcodec.bitstream.container import MAX_FILE_BYTES
from inrcodec.errors import UsageError
from inrcodec.field.work import MOST_SECONDS


def open_images(
    path: str | Path,
    *,
    lenient: bool = False,
    salvage: bool = False,
    kept_blocks: int = 1,
    trust: bool = False,
    budget: float = MOST_SECONDS,
) -> Archive | Collection:
    """Open an .inr file, or the folder of a collection: images by number or name, each at any size.

    path: of either, or a URL that fsspec knows (`s3://`, `https://`, `memory://`; extra `remote`). Of collections in a
    store no more is read than is asked for: the manifest, and of a shard its beginning and one block for an image.
    lenient, salvage, budget: of a file, as in `Archive.open`; kept_blocks: decoded ones that are kept of each file;
    trust: whatever a file asks for is done. Raises CorruptFileError or UnsupportedFileError where it is none, or
    damaged, UsageError where there is nothing.
    """
    collected = is_collection(path) or Path(path).is_dir()
    if collected:
        if lenient or salvage:
            raise UsageError(f"{path}: is a collection; open a damaged shard of it by itself")
        return Collection.open(path, kept_blocks=kept_blocks, trust=trust)
    if is_url(path):
        limit = math.inf if trust else budget
        return _with_field(_read(str(path), lenient, salvage, kept_blocks, limit))
    return Archive.open(path, lenient=lenient, salvage=salvage, kept_blocks=kept_blocks, trust=trust, budget=budget)


def described_elsewhere(url: str) -> Archive:
    """A file in a store, for who only asks what it is."""
    return _read(url, False, False, 1, MOST_SECONDS)


def opened_elsewhere(url: str, *, trust: bool = False) -> Archive:
    """A file in a store, as `Archive.open` opens those of this machine."""
    return _with_field(_read(url, False, False, 1, math.inf if trust else MOST_SECONDS))


def _with_field(found: Archive) -> Archive:
    _ = found.field
    return found


def _read(url: str, lenient: bool, salvage: bool, kept_blocks: int, limit: float) -> Archive:
    """A file in a store, read whole by one request."""
    place, name = split_url(url)
    blob = place.read(name, 0, MAX_FILE_BYTES + 1)
    if blob is None:
        raise UsageError(f"{url}: no such file")
    return Archive.of(blob, None, lenient=lenient, salvage=salvage, kept_blocks=kept_blocks, limit=limit, called=url)
