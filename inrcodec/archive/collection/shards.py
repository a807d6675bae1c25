"""The files of a collection, each of which has to be the one that the manifest lists."""

from __future__ import annotations

import hashlib
from pathlib import Path

from inrcodec.archive.archive import Archive
from inrcodec.archive.collection.manifest import DIGEST_BYTES, Shard
from inrcodec.archive.places import Place
from inrcodec.errors import CorruptFileError, InrError, Parameter

PIECE = 1 << 20  # bytes that are hashed at a time
MEND = (
    "the `encode` that made the collection makes it anew with ",
    Parameter("overwrite", True),
    ", and `decode` with ",
    Parameter("salvage", True),
    " writes what the other shards hold",
)


def open_whole(place: Place, listed: Shard, kept_blocks: int, limit: float) -> Archive:
    """Read once: the bytes whose hash is looked at are those that are used. limit: of work, seconds."""
    called = place.called(listed.file)
    blob = place.read(listed.file, 0, listed.bytes + 1)
    if blob is None:
        raise _gone(called)
    if len(blob) != listed.bytes:
        found = len(blob) if len(blob) < listed.bytes else place.size(listed.file)
        raise CorruptFileError(
            f"{called}: is another file of {found} bytes than the manifest's, of {listed.bytes}; ", *MEND
        )
    if hashlib.blake2b(blob, digest_size=DIGEST_BYTES).hexdigest() != listed.blake2b:
        raise CorruptFileError(f"{called}: is damaged or another file: its hash is not the manifest's; ", *MEND)
    path = None if place.path is None else place.path / listed.file
    archive = Archive.of(blob, path, kept_blocks=kept_blocks, limit=limit, called=called)
    _ = archive.field
    return archive


def open_in_parts(place: Place, listed: Shard, kept_blocks: int, limit: float) -> Archive:
    """What stands before the blocks of a file in a store; a block is read when it is needed."""
    called = place.called(listed.file)

    def read(start: int, end: int) -> bytes:
        piece = place.read(listed.file, start, end)
        if piece is None:
            raise _gone(called)
        return piece

    archive = Archive.ranged(
        read, listed.bytes, listed.head, listed.blocks, kept_blocks=kept_blocks, limit=limit, called=called
    )
    _ = archive.field
    return archive


def _gone(called: str) -> CorruptFileError:
    return CorruptFileError(f"{called}: the collection's manifest lists it, and it is not there; ", *MEND)


def is_listed(path: Path, shard: Shard) -> bool:
    """Whether a file that is there is the one that a manifest lists, by its size and hash."""
    return path.stat().st_size == shard.bytes and digest(path) == shard.blake2b


def digest(path: Path) -> str:
    """BLAKE2b-256 of a file, in hexadecimal digits."""
    found = hashlib.blake2b(digest_size=DIGEST_BYTES)
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                found.update(piece)
    except OSError as failure:
        raise InrError(f"{path}: cannot be read: {failure.strerror}") from failure
    return found.hexdigest()
