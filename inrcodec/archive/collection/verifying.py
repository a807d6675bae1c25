"""Is every byte of a collection intact? Its shards are looked at side by side, by processes of their own."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from inrcodec.archive.collection.collection import Collection
from inrcodec.errors import InrError
from inrcodec.numerics.cores import available_cores

MOST_PROCESSES = 8  # more wait for the disk
ALONE = 1 << 22  # bytes that are looked at faster than a process starts


def verify_side_by_side(path: str | Path, *, trust: bool = False) -> None:
    """Decode all of every shard; raises what is wrong with the first damaged one, in the order of the manifest."""
    found = Collection.open(path, kept_shards=1, trust=trust)
    shards = range(len(found.manifest.shards))
    processes = min(MOST_PROCESSES, available_cores(), len(shards))
    if processes == 1 or found.file_size < ALONE:
        found.verify()
        return
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        for failure in pool.map(_failure, [str(path)] * len(shards), shards, [trust] * len(shards), chunksize=1):
            if failure is not None:
                pool.shutdown(cancel_futures=True)
                raise failure
    found.verify_manifest()


def _failure(path: str, which: int, trust: bool) -> InrError | None:
    """What is wrong with one shard; a value, as an exception would lose its pieces on the way."""
    try:
        Collection.open(path, kept_shards=1, trust=trust).shard(which).verify()
    except InrError as failure:
        return type(failure)(failure.message)
    return None
