"""What one may ask of a collection beyond what every shard is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Literal

from inrcodec.encoding.options import EncodeOptions
from inrcodec.errors import Parameter, UsageError

WHOLE_SET = ("target_size", "time_limit")  # options that are meant for one file


@dataclass(frozen=True, kw_only=True)
class CollectionProgress:
    """How far a collection has come: shards, images, bytes written, and shards at work.

    images: those of shards at work count by how far these are; rate: images a second in this run; remaining: seconds,
    NaN before anything is known; retried: shards that were begun again.
    """

    done: int
    shards: int
    images: float
    all_images: int
    bytes: int
    rate: float
    remaining: float
    workers: int
    retried: int


@dataclass(frozen=True, kw_only=True)
class Sharding:
    """How a set falls into shards, and who encodes them.

    Collection:
        shards (int | None): how many; None: by the number of images and pixels. Default None.
        order (str): images share a network that follow on each other by "names", or that look alike ("clusters");
            "auto": clusters, but names for more than 50,000 images, which would all be read once more. Default
            "auto".
        workers (int | None): processes of this machine, a shard each. Default None: 1.
        ray (str | None): the address of a Ray cluster that does the work, or "local" to start one. Default None.
        overwrite (bool): replace a collection that is there, but for the shards that would be the same. Default False.
        on_progress (Callable[[CollectionProgress], None] | None): called about twice a second. Default None.
    """

    shards: int | None = None
    order: Literal["auto", "names", "clusters"] = "auto"
    workers: int | None = None
    ray: str | None = None
    overwrite: bool = False
    on_progress: Callable[[CollectionProgress], None] | None = None


@dataclass(frozen=True, kw_only=True)
class CollectionKeywords(Sharding, EncodeOptions):
    """Both together: every keyword of `inrcodec.encode_collection`."""

    def options(self) -> EncodeOptions:
        """What every shard is asked for."""
        return EncodeOptions(**{field.name: getattr(self, field.name) for field in fields(EncodeOptions)})


def check_sharding(sharding: Sharding, options: EncodeOptions) -> None:
    """UsageError where something asked for makes no sense of a collection."""
    if sharding.shards is not None and sharding.shards < 1:
        raise UsageError(Parameter("shards", sharding.shards), ": at least 1 is needed")
    if sharding.order not in ("auto", "names", "clusters"):
        raise UsageError(f"order {sharding.order!r} is neither auto nor names nor clusters")
    if sharding.workers is not None and sharding.workers < 1:
        raise UsageError(Parameter("workers", sharding.workers), ": at least 1 is needed")
    if sharding.workers is not None and sharding.ray is not None and sharding.ray != "local":
        raise UsageError(Parameter("workers"), " are processes of this machine; a Ray cluster knows its own")
    for name in WHOLE_SET:
        if getattr(options, name) is not None:
            raise UsageError(Parameter(name), " is for one file, not for a collection; leave it out")
    if options.frames == "all":
        raise UsageError(Parameter("frames", "all"), ": a clip is one file, not a collection")
