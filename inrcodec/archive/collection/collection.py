"""An opened collection: global numbers lead to shards, which are opened when they are needed, a few at a time."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from inrcodec.archive.archive import Archive
from inrcodec.archive.collection.image import CollectedImage
from inrcodec.archive.collection.manifest import DIGEST_BYTES, Manifest, Shard
from inrcodec.archive.collection.reading import CURE, read_manifest
from inrcodec.archive.image import ArchivedImage
from inrcodec.archive.image_set import ImageSet
from inrcodec.bitstream.collection import MANIFEST
from inrcodec.errors import CorruptFileError, InrError, Parameter, UsageError
from inrcodec.field.work import MOST_SECONDS
from inrcodec.settings import Holdout

KEPT_SHARDS = 4  # that are open at once
PIECE = 1 << 20  # bytes that are hashed at a time
MEND = (
    "the `encode` that made the collection makes it anew with ",
    Parameter("overwrite", True),
    ", and `decode` with ",
    Parameter("salvage", True),
    " writes what the other shards hold",
)


class Collection(ImageSet):
    """Images of many files by one number or name. Every shard is checked against the manifest when it is opened."""

    times = record = None  # a collection is no clip, and has no single fit

    def __init__(
        self,
        path: Path,
        manifest: Manifest,
        *,
        kept_shards: int = KEPT_SHARDS,
        kept_blocks: int = 1,
        trust: bool = False,
    ) -> None:
        self.path, self.manifest = path, manifest
        self._kept_shards, self._kept_blocks, self._trust = kept_shards, kept_blocks, trust
        self._opened: OrderedDict[int, Archive] = OrderedDict()  # the last one used stands last
        self._opening = threading.Lock()  # who draws side by side shares what is open

    @staticmethod
    def open(
        path: str | Path, *, kept_shards: int = KEPT_SHARDS, kept_blocks: int = 1, trust: bool = False
    ) -> Collection:
        """Read the manifest of the collection in a folder; no shard is opened.

        kept_shards: shards that are kept open at once; kept_blocks and trust: of each, as in `Archive.open`. Raises
        UsageError where there is no collection, CorruptFileError where its manifest is damaged.
        """
        folder = Path(path)
        return Collection(folder, read_manifest(folder), kept_shards=kept_shards, kept_blocks=kept_blocks, trust=trust)

    def __repr__(self) -> str:
        return f"Collection({str(self.path)!r}, {len(self)} images, {len(self.manifest.shards)} shards)"

    def __enter__(self) -> Collection:
        return self

    def __exit__(self, *failure: object) -> None:
        """Nothing to close: shards are read whole."""

    def __len__(self) -> int:
        return len(self.manifest.names)

    def _image(self, number: int) -> ArchivedImage:
        return CollectedImage(self, number)

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

    def shape(self, number: int) -> tuple[int, int]:
        """(height, width) of an image."""
        return int(self.manifest.height[number]), int(self.manifest.width[number])

    def shard_of(self, number: int) -> int:
        """The shard that an image lies in."""
        return int(self.manifest.shard[number])

    def shard(self, which: int) -> Archive:
        """A shard, opened and found to be what the manifest says; CorruptFileError where it is not."""
        with self._opening:
            if which not in self._opened:
                self._opened[which] = self._open(which)
                while len(self._opened) > max(1, self._kept_shards):
                    self._opened.popitem(last=False)
            self._opened.move_to_end(which)
            return self._opened[which]

    def verify(self) -> None:
        """Open every shard and decode all of it; raises what is wrong with the first damaged one."""
        for which in range(len(self.manifest.shards)):
            self.shard(which).verify()
        self.verify_manifest()

    def verify_manifest(self) -> None:
        """CorruptFileError where its own checksum says that it was changed; what is read of it is not this strict."""
        if not self.manifest.intact:
            raise CorruptFileError(f"{self.path / MANIFEST}: its checksum is another one than is written there", CURE)

    def lost(self) -> dict[int, str]:
        """Shards that are not there, or of another size than the manifest says, and which of both; none is read."""
        found = {}
        for which, shard in enumerate(self.manifest.shards):
            path = self.path / shard.file
            if not path.is_file():
                found[which] = "missing"
            elif (size := path.stat().st_size) != shard.bytes:
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
        shard = self.manifest.shards[which]
        path = self.path / shard.file
        if not path.is_file():
            raise CorruptFileError(f"{path}: the collection's manifest lists it, and it is not there; ", *MEND)
        if (found := path.stat().st_size) != shard.bytes:
            raise CorruptFileError(
                f"{path}: is another file of {found} bytes than the manifest's, of {shard.bytes}; ", *MEND
            )
        if digest(path) != shard.blake2b:
            raise CorruptFileError(f"{path}: is damaged or another file: its hash is not the manifest's; ", *MEND)
        archive = Archive.open(path, kept_blocks=self._kept_blocks, trust=self._trust)
        members = self.manifest.members(which)
        names = tuple(self.manifest.names[number] for number in members)
        shapes = tuple(self.shape(int(number)) for number in members)
        if archive.names != names or tuple(map(tuple, archive.stored.shapes)) != shapes:
            raise CorruptFileError(f"{path}: has other images than the collection's manifest says")
        if archive.channels != shard.channels:
            raise CorruptFileError(f"{path}: has other channels than the collection's manifest says")
        return archive


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


def open_images(
    path: str | Path,
    *,
    lenient: bool = False,
    salvage: bool = False,
    kept_blocks: int = 1,
    trust: bool = False,
    budget: float = MOST_SECONDS,
) -> Archive | Collection:
    """Open an .inr file, or the folder of a collection: images by number or name, each at any size.

    lenient, salvage, budget: of a file, as in `Archive.open`; kept_blocks: decoded ones that are kept of each file;
    trust: whatever a file asks for is done. Raises CorruptFileError or UnsupportedFileError where it is none, or
    damaged.
    """
    if not Path(path).is_dir():
        return Archive.open(path, lenient=lenient, salvage=salvage, kept_blocks=kept_blocks, trust=trust, budget=budget)
    if lenient or salvage:
        raise UsageError(f"{path}: is a collection; open a damaged shard of it by itself")
    return Collection.open(path, kept_blocks=kept_blocks, trust=trust)
