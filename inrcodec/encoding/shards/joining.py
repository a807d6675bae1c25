"""Which shard of a collection a picture joins: the one where most of the images lie that are most like it."""

from __future__ import annotations

import contextlib
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from inrcodec.archive import Collection
from inrcodec.encoding.options import EncodeOptions
from inrcodec.encoding.resolve import read_pictures
from inrcodec.errors import NoPictureError
from inrcodec.images import Found
from inrcodec.numerics.arrays import FloatArray
from inrcodec.retrieval.descriptor import LENGTH, descriptor
from inrcodec.retrieval.halves import as_floats
from inrcodec.retrieval.index import Halves, Numbers, StoredSpace, stored
from inrcodec.retrieval.outside import DESCRIPTOR_SIDE, on_white
from inrcodec.retrieval.similarity import ranked

SAMPLED, VOTES = 16, 8  # images of each shard that are looked at where one has no index; nearest ones that choose
AT_ONCE = 32  # pictures that are compared in one pass over all descriptors: 128 MB of answers for a million


def nearest_shards(
    found: Collection, files: Sequence[Found], shards: Sequence[int], options: EncodeOptions
) -> dict[int, list[Found]]:
    """For each of these shards the files that are most like its images; shards that none is like are left out."""
    space, shard_of = _space(found, shards)
    chosen = defaultdict[int, list[Found]](list)
    for start in range(0, len(files), AT_ONCE):
        some = files[start : start + AT_ONCE]
        descriptors = np.stack([_descriptor_of(file, options) for file in some])
        for file, similarity in zip(some, space.similarities_to(descriptors, "cosine"), strict=True):
            votes = Counter(shard_of[ranked(similarity, VOTES)].tolist())
            chosen[votes.most_common(1)[0][0]].append(file)
    return dict(chosen)


def _space(found: Collection, shards: Sequence[int]) -> tuple[StoredSpace, Numbers]:
    """Images to compare with, and the shard (images,) of each.

    All of them where each shard has its descriptors stored; else as many of every shard, which has as many votes then.
    """
    known = [stored(found, which) for which in shards]
    parts = [rows for rows in known if rows is not None]
    if len(parts) < len(known):
        parts = [_sampled(found, which, rows) for which, rows in zip(shards, known, strict=True)]
    counts = [len(rows) - 1 for rows in parts]
    numbers = np.split(np.arange(sum(counts)), np.cumsum(counts)[:-1])
    return StoredSpace(parts, numbers), np.repeat(shards, counts)


def _sampled(found: Collection, which: int, rows: Halves | None) -> Halves:
    """Descriptors of some of a shard's images and their mean, as `stored` has them of all."""
    members = found.manifest.members(which)
    places = np.unique(np.linspace(0, len(members) - 1, SAMPLED).astype(int))
    if rows is None:
        some = np.stack([descriptor(on_white(found[int(number)])) for number in members[places]]).astype(np.float16)
    else:
        some = rows[places]
    return np.concatenate([some, as_floats(some).mean(axis=0, keepdims=True).astype(np.float16)])


def _descriptor_of(file: Found, options: EncodeOptions) -> FloatArray:
    """Of a picture (values,); zeros of what cannot be read, which is said when it is added."""
    with contextlib.suppress(NoPictureError):
        side = min(DESCRIPTOR_SIDE, options.max_size or DESCRIPTOR_SIDE)
        small = EncodeOptions(max_size=side, background="white")
        return descriptor(read_pictures([file], small).pictures[0].pixels)
    return np.zeros(LENGTH, np.float32)
