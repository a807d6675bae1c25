"""An opened collection: global numbers lead to shards, which are opened when they are needed, a few at a time."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from inrcodec.archive.archive import Archive
from inrcodec.archive.collection.blocks import CollectedBlocks
from inrcodec.archive.collection.image import CollectedImage
from inrcodec.archive.collection.manifest import Manifest
from inrcodec.archive.collection.reading import CURE, read_manifest
from inrcodec.archive.collection.shards import open_in_parts, open_whole
from inrcodec.archive.image import ArchivedImage
from inrcodec.archive.image_set import ImageSet
from inrcodec.archive.places import Place, place_of
from inrcodec.bitstream.collection import MANIFEST
from inrcodec.bitstream.figures import PSNR
from inrcodec.errors import CorruptFileError
from inrcodec.field.work import MOST_SECONDS
from inrcodec.numerics.arrays import Pixels
from inrcodec.settings import Holdout

KEPT_SHARDS = 4  # that are open at once


class Collection(ImageSet):
    """Images of many files by one number or name. Every shard is checked against the manifest when it is opened."""

    times = record = None  # a collection is no clip, and has no single fit

    def __init__(
        self,
        place: Place,
        manifest: Manifest,
        *,
        kept_shards: int = KEPT_SHARDS,
        kept_blocks: int = 1,
        trust: bool = False,
    ) -> None:
        self.place, self.manifest, self.trust = place, manifest, trust
        self._kept_shards, self._kept_blocks = kept_shards, kept_blocks
        self._opened: OrderedDict[int, Archive] = OrderedDict()  # the last one used stands last
        self._opening = threading.Lock()  # who draws side by side shares what is open

    @staticmethod
    def open(
        path: str | Path, *, kept_shards: int = KEPT_SHARDS, kept_blocks: int = 1, trust: bool = False
    ) -> Collection:
        """Read the manifest of the collection in a folder, or at a URL that fsspec knows; no shard is opened.

        kept_shards: shards that are kept open at once; kept_blocks and trust: of each, as in `Archive.open`. Raises
        UsageError where there is no collection, CorruptFileError where its manifest is damaged.
        """
        place = place_of(path)
        return Collection(place, read_manifest(place), kept_shards=kept_shards, kept_blocks=kept_blocks, trust=trust)

    def __repr__(self) -> str:
        return f"Collection({self.called!r}, {len(self)} images, {len(self.manifest.shards)} shards)"

    def __enter__(self) -> Collection:
        return self

    def __exit__(self, *failure: object) -> None:
        """Nothing to close: no file of a shard stays open."""

    def __len__(self) -> int:
        return len(self.manifest.names)

    def _image(self, number: int) -> ArchivedImage:
        return CollectedImage(self, number)

    @property
    def path(self) -> Path | None:
        """Its folder, where that is one of this machine."""
        return self.place.path

    @property
    def called(self) -> str:
        """What messages call it: its path, or its URL."""
        return str(self.place)

    @property
    def names(self) -> tuple[str, ...]:
        """One per image."""
        return self.manifest.names

    @property
    def channels(self) -> int:
        """Of pictures that are drawn: 4 where any shard has alpha, else 3."""
        return max(shard.channels for shard in self.manifest.shards)

    @property
    def file_size(self) -> int:
        """Bytes of all shards and of the manifest."""
        return self.manifest.size + sum(shard.bytes for shard in self.manifest.shards)

    @cached_property
    def pixels(self) -> int:
        """Native pixels of all images together."""
        return int((self.manifest.height.astype(np.int64) * self.manifest.width).sum())

    @property
    def bits_per_pixel(self) -> float:
        """Bits of the whole collection per native pixel."""
        return 8 * self.file_size / self.pixels

    @property
    def holdout(self) -> Holdout:
        """What the first shard says of pixels that were hidden; all of them were made with the same settings."""
        return self.shard(0).header.holdout

    @property
    def means(self) -> dict[str, float]:
        """Exact means of figures: a collection has none beside those of its images."""
        return {}

    @cached_property
    def stored(self) -> CollectedBlocks:
        """The blocks of all shards."""
        return CollectedBlocks(self, self._kept_blocks)

    @property
    def figures(self) -> dict[str, Pixels]:
        """What the manifest has of all images, float32 (images,) by name; single images know more."""
        return {PSNR: self.manifest.psnr}

    @property
    def mean_psnr(self) -> float | None:
        """Over images where it is known and finite; infinite where all that is known is."""
        known = self.manifest.psnr[~np.isnan(self.manifest.psnr)]
        finite = known[np.isfinite(known)]
        return float(finite.mean(dtype=np.float64)) if len(finite) else math.inf if len(known) else None

    @property
    def image_bits(self) -> Pixels:
        """Each image's share of its shard in bits, (images,)."""
        return 8 * self.manifest.bytes

    def shape(self, number: int) -> tuple[int, int]:
        """(height, width) of an image."""
        return int(self.manifest.height[number]), int(self.manifest.width[number])

    def shard_of(self, number: int) -> int:
        """The shard that an image lies in."""
        return int(self.manifest.shard[number])

    def shard(self, which: int) -> Archive:
        """A shard, opened and found to be what the manifest says; CorruptFileError where it is not.

        In a store, as much of it as is asked for: then every chunk's own checksum is looked at, and not the file's.
        """
        with self._opening:
            if which not in self._opened:
                self._opened[which] = self._open(which)
                while len(self._opened) > max(1, self._kept_shards):
                    self._opened.popitem(last=False)
            self._opened.move_to_end(which)
            return self._opened[which]

    def opened(self, which: int) -> Archive | None:
        """A shard, if it is open."""
        return self._opened.get(which)

    def whole_shard(self, which: int) -> Archive:
        """The same, read whole wherever it lies."""
        if self.path is not None:
            return self.shard(which)
        limit = math.inf if self.trust else MOST_SECONDS
        archive = open_whole(self.place, self.manifest.shards[which], self._kept_blocks, limit)
        return self._checked(archive, which, names=True)

    def verify(self) -> None:
        """Open every shard and decode all of it; raises what is wrong with the first damaged one."""
        for which in range(len(self.manifest.shards)):
            self.whole_shard(which).verify()
        self.verify_manifest()

    def verify_manifest(self) -> None:
        """CorruptFileError where its own checksum says that it was changed; what is read of it is not this strict."""
        if not self.manifest.intact:
            raise CorruptFileError(
                f"{self.place.called(MANIFEST)}: its checksum is another one than is written there", CURE
            )

    def lost(self) -> dict[int, str]:
        """Shards that are not there, or of another size than the manifest says, and which of both; none is read."""
        found = {}
        for which, shard in enumerate(self.manifest.shards):
            size = self.place.size(shard.file)
            if size is None:
                found[which] = "missing"
            elif size != shard.bytes:
                found[which] = f"has {size} bytes, not {shard.bytes}"
        return found

    def check_work(self, sizes: Sequence[tuple[int, tuple[int, int]]]) -> None:
        """Raise TooMuchWork where a shard would draw too much for its bytes: images, by number at (width, height)."""
        of_shards: dict[int, list[tuple[int, tuple[int, int]]]] = {}
        for number, size in sizes:
            of_shards.setdefault(self.shard_of(number), []).append((int(self.manifest.number[number]), size))
        for which, wanted in of_shards.items():
            self.shard(which).check_work(wanted)

    def _open(self, which: int) -> Archive:
        listed = self.manifest.shards[which]
        in_parts = self.path is None and listed.head > 0
        limit = math.inf if self.trust else MOST_SECONDS
        archive = (open_in_parts if in_parts else open_whole)(self.place, listed, self._kept_blocks, limit)
        return self._checked(archive, which, names=not in_parts)

    def _checked(self, archive: Archive, which: int, *, names: bool) -> Archive:
        """CorruptFileError where a shard tells of other images than the manifest; names lie at the end of its file."""
        members = self.manifest.members(which)
        same = [tuple(shape) for shape in archive.stored.shapes] == [self.shape(int(number)) for number in members]
        if not same or (names and archive.names != tuple(self.manifest.names[number] for number in members)):
            raise CorruptFileError(f"{archive.called}: has other images than the collection's manifest says")
        if archive.channels != self.manifest.shards[which].channels:
            raise CorruptFileError(f"{archive.called}: has other channels than the collection's manifest says")
        return archive
