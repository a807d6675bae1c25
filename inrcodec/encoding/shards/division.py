"""Which images share a file, and what each file is called: after all that decides it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import msgspec

from inrcodec.bitstream.header import FORMAT_VERSION, MAX_IMAGES
from inrcodec.encoding.options import EncodeOptions
from inrcodec.encoding.resolve import holdout_of
from inrcodec.encoding.shards.options import Sharding
from inrcodec.encoding.shards.task import Task
from inrcodec.errors import Parameter, UsageError
from inrcodec.images import Cell, Found, look_for
from inrcodec.images.bombs import claimed_size
from inrcodec.version import __version__

SHARD_IMAGES, SHARD_PIXELS = 4096, 1 << 23  # more of either make one more shard: a fit of these takes 0.8 GB
NO_MATTER = ("threads", "tune_process", "max_pixels")  # equal files come out whatever these are
KEY_BYTES = 10
MOST_CLUSTERED = 50_000  # images: they are read once more, by one core, some 5 ms each


def divided(files: Sequence[Found], sharding: Sharding, options: EncodeOptions, folder: Path) -> list[Task]:
    """One task for every shard, in the order of the collection."""
    count = sharding.shards or _usual_count(files, options)
    if count > len(files):
        raise UsageError(Parameter("shards", count), f": there are {len(files)} images")
    if -(-len(files) // count) > MAX_IMAGES:
        raise UsageError(Parameter("shards", count), f": a shard holds at most {MAX_IMAGES:,} images")
    if count > 1 and order_of(files, sharding) == "clusters":
        from inrcodec.encoding.shards.clustering import clusters

        parts = clusters(files, count)
    else:
        parts = [list(files[first:last]) for first, last in _bounds(len(files), count)]
    along = look_for([str(options.extra)]).files if options.extra is not None else ()
    return [Task(key_of(part, options, along), tuple(part), options, folder) for part in parts]


def order_of(files: Sequence[Found], sharding: Sharding) -> str:
    """By what images share a shard: names or clusters."""
    if sharding.order != "auto":
        return sharding.order
    tables = any(isinstance(file.within, Cell) for file in files)  # which are read group by group, in their order
    return "clusters" if len(files) <= MOST_CLUSTERED and not tables else "names"


def _usual_count(files: Sequence[Found], options: EncodeOptions) -> int:
    pixels = 0
    for file in files:
        width, height = claimed_size(file)
        scale = 1.0 if options.max_size is None else min(1.0, options.max_size / max(1, width, height))
        pixels += round(width * scale) * round(height * scale)
    return max(1, -(-len(files) // SHARD_IMAGES), min(len(files), -(-pixels // SHARD_PIXELS)))


def _bounds(images: int, count: int) -> list[tuple[int, int]]:
    edges = [part * images // count for part in range(count + 1)]
    return list(pairwise(edges))


def key_of(files: Sequence[Found], options: EncodeOptions, along: Sequence[Found] = ()) -> str:
    """A word for a shard that changes with its pictures' names, sizes and times, with settings and with the program.

    along: pictures that are fitted along, of which the same holds.
    """
    states: list[tuple[object, ...]] = [_state(file) for file in files]
    if along:
        states += [("", len(files), len(along)), *map(_state, along)]
    settings = settings_of(options)
    told = msgspec.json.encode([FORMAT_VERSION, __version__, sorted(settings.items()), states])
    return hashlib.blake2b(told, digest_size=KEY_BYTES).hexdigest()


def _state(file: Found) -> tuple[object, ...]:
    """What changes with a picture; its folder may be another."""
    try:
        now = file.path.stat()
    except OSError:
        return file.name, -1, -1
    within = () if file.within is None else file.within.place
    return file.name, now.st_size, now.st_mtime_ns, *within


def settings_of(options: EncodeOptions) -> dict[str, object]:
    """The options that decide the bytes, as plain values."""
    names = [field.name for field in fields(EncodeOptions) if field.name not in NO_MATTER]
    found = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    if options.holdout is not None:  # none of what is only guessed, whatever was asked for
        found["holdout"] = holdout_of(options).fraction_ppm / 1e6
    return {name: str(value) if isinstance(value, Path) else value for name, value in found.items()}
