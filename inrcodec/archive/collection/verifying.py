"""Is every byte of a collection intact? Its shards are looked at side by side."""

from __future__ import annotations

from pathlib import Path

from inrcodec.archive.collection.collection import Collection
from inrcodec.archive.collection.side_by_side import of_shards

ALONE = 1 << 22  # bytes that are looked at faster than a process starts


def verify_side_by_side(path: str | Path, *, trust: bool = False) -> None:
    """Decode all of every shard; raises what is wrong with the first damaged one, in the order of the manifest."""
    found = Collection.open(path, kept_shards=1, trust=trust)
    shards = range(len(found.manifest.shards))
    for _ in of_shards(found, _verify, shards, alone=found.file_size < ALONE):
        pass
    found.verify_manifest()


def _verify(found: Collection, which: int) -> None:
    found.whole_shard(which).verify()
