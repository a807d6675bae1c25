"""One image of a collection."""

from __future__ import annotations

import math
from typing import Protocol

from inrcodec.archive.collection.manifest import Manifest
from inrcodec.archive.contents import Contents
from inrcodec.archive.image import ArchivedImage
from inrcodec.archive.rendering import Size, Upsample
from inrcodec.bitstream.figures import PSNR
from inrcodec.numerics.arrays import Pixels


class Shards(Protocol):
    """What an image needs of its collection."""

    @property
    def manifest(self) -> Manifest: ...

    @property
    def channels(self) -> int: ...

    def shard(self, which: int) -> Contents: ...


class CollectedImage(ArchivedImage):
    """One image of a collection; what the manifest says of it is known without its shard."""

    collection: Shards

    def __init__(self, collection: Shards, number: int) -> None:
        object.__setattr__(self, "collection", collection)
        object.__setattr__(self, "number", number)

    @property
    def archive(self) -> Contents:
        """Its shard."""
        return self.collection.shard(int(self.collection.manifest.shard[self.number]))

    @property
    def place(self) -> int:
        """Its number in its shard."""
        return int(self.collection.manifest.number[self.number])

    @property
    def name(self) -> str:
        """Its file's name, relative to the folder that was encoded."""
        return self.collection.manifest.names[self.number]

    @property
    def height(self) -> int:
        """Native rows."""
        return int(self.collection.manifest.height[self.number])

    @property
    def width(self) -> int:
        """Native columns."""
        return int(self.collection.manifest.width[self.number])

    @property
    def bits(self) -> float:
        """Its share of its shard in bits."""
        return 8 * float(self.collection.manifest.bytes[self.number])

    def render_stored(self, size: Size | None = None, upsample: Upsample = "detail") -> Pixels:
        """Colors premultiplied by alpha; where any image of the collection has alpha, this one has it, too."""
        drawn = super().render_stored(size, upsample)
        if self.collection.channels == drawn.shape[2]:
            return drawn
        from inrcodec.images.color import with_alpha  # loads what reads picture files

        return with_alpha(drawn)

    def figure(self, name: str) -> float | None:
        """A stored figure by the name of its column, or None where it is unknown."""
        if name != PSNR:
            return super().figure(name)
        known = float(self.collection.manifest.psnr[self.number])
        return None if math.isnan(known) else known

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CollectedImage) and (self.collection, self.number) == (other.collection, other.number)

    def __hash__(self) -> int:
        return hash((id(self.collection), self.number))

    def __repr__(self) -> str:
        return f"CollectedImage({self.collection!r}, {self.number})"
