"""The blocks of all shards of a collection by one number each: what `browse` decodes, keeps and asks for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from typing import Protocol

import numpy as np

from inrcodec.archive.archive import Archive
from inrcodec.archive.collection.manifest import Manifest
from inrcodec.bitstream.latents import Latents
from inrcodec.bitstream.limits import block_bounds
from inrcodec.errors import UnsupportedFileError


class Opened(Protocol):
    """What is needed of a collection."""

    @property
    def manifest(self) -> Manifest: ...

    def opened(self, which: int) -> Archive | None: ...

    def shard(self, which: int) -> Archive: ...


class CollectedBlocks:
    """Blocks in the order of images, as `StoredSet` has those of one file; no shard is opened for what they are."""

    def __init__(self, collection: Opened, kept_blocks: int) -> None:
        """UnsupportedFileError where rows of the manifest are not in the order of shards, as every writer has them."""
        self._collection, self.kept_blocks = collection, kept_blocks
        manifest = collection.manifest
        order = np.lexsort((manifest.number, manifest.shard))
        if not np.array_equal(order, np.arange(len(order))):
            raise UnsupportedFileError(
                "the images of this collection's manifest do not stand shard by shard in the order of their numbers "
                "there (COLLECTION.md), and whoever goes through its blocks needs that; single images are read all the "
                "same"
            )
        self.shapes = np.stack([manifest.height, manifest.width], axis=1)
        counts = [shard.images for shard in manifest.shards]
        self._firsts = list(accumulate(counts, initial=0))  # images before each shard

    @cached_property
    def _starts(self) -> list[int]:
        """The first image of every block, and the end."""
        found = [0]
        for first, last in zip(self._firsts[:-1], self._firsts[1:], strict=True):
            shapes: Sequence[tuple[int, int]] = [(int(height), int(width)) for height, width in self.shapes[first:last]]
            found += [first + bound for bound in block_bounds(shapes)[1:]]
        return found

    @property
    def blocks(self) -> int:
        """How many there are."""
        return len(self._starts) - 1

    def block_of(self, image: int) -> int:
        """The number of the block that holds an image."""
        return bisect_right(self._starts, image) - 1

    def images_of(self, block: int) -> range:
        """The numbers of a block's images."""
        return range(self._starts[block], self._starts[block + 1])

    def has(self, block: int) -> bool:
        """Whether the latents of a block are at hand."""
        archive, own = self._place(block)
        return archive is not None and archive.stored.has(archive.stored.block_of(own))

    def at_hand(self, block: int) -> tuple[Latents, ...]:
        """The latents of a block's images as far as they are kept."""
        archive, own = self._place(block)
        return () if archive is None else archive.stored.at_hand(archive.stored.block_of(own))

    def keep(self, block: int, images: tuple[Latents, ...]) -> None:
        """Latents that were decoded elsewhere, for every image of a block."""
        archive, own = self._place(block)
        if archive is not None:
            archive.stored.keep(archive.stored.block_of(own), images)

    def _place(self, block: int) -> tuple[Archive | None, int]:
        """The shard of a block, if it is open, and the number of its first image there."""
        first = self._starts[block]
        which = bisect_right(self._firsts, first) - 1
        return self._collection.opened(which), first - self._firsts[which]
