"""Shards of a collection, each looked at by itself, by processes of their own."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

from inrcodec.archive.collection.collection import Collection
from inrcodec.errors import InrError
from inrcodec.numerics.cores import available_cores

MOST_PROCESSES = 8  # more wait for the disk
Answer = TypeVar("Answer")
Work = Callable[[Collection, int], Answer]  # a function of a module, as it goes to other processes by its name

_opened: list[Collection] = []  # of such a process, which reads the manifest once


def of_shards(found: Collection, work: Work[Answer], shards: Sequence[int], *, alone: bool) -> Iterator[Answer]:
    """What the work says of each shard, in their order; what it raises of ours is raised. alone: in this process."""
    processes = 1 if alone else min(MOST_PROCESSES, available_cores(), len(shards))
    if processes < 2:
        yield from (work(found, which) for which in shards)
        return
    spawned = multiprocessing.get_context("spawn")
    given = str(found.place), found.trust
    with ProcessPoolExecutor(processes, spawned, initializer=_open, initargs=given) as pool:
        for answer in pool.map(_one, [work] * len(shards), shards, chunksize=1):
            if isinstance(answer, InrError):
                pool.shutdown(cancel_futures=True)
                raise answer
            yield answer


def _open(place: str, trust: bool) -> None:
    _opened.append(Collection.open(place, kept_shards=1, trust=trust))


def _one(work: Work[Answer], which: int) -> Answer | InrError:
    """A failure as a value: as an exception it would lose its pieces on the way."""
    try:
        return work(_opened[0], which)
    except InrError as failure:
        return type(failure)(failure.message)
