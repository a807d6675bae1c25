"""Descriptors of a collection's images, stored beside its shards: made once, searched in blocks, exact.

A shard's descriptors are one file in the folder `.index`, named after the shard's hash and the kind of descriptor, so
that shards which come, go or change leave those of the others as they are. COLLECTION.md says what is in it.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from inrcodec.archive import Collection
from inrcodec.archive.collection.side_by_side import of_shards
from inrcodec.bitstream.collection import MANIFEST, is_url
from inrcodec.bitstream.files import write_atomically
from inrcodec.bitstream.one_writer import only_writer
from inrcodec.errors import CorruptFileError, UsageError
from inrcodec.numerics.arrays import FloatArray
from inrcodec.numerics.cores import each
from inrcodec.retrieval.descriptor import KIND, LENGTH, descriptor
from inrcodec.retrieval.halves import as_floats
from inrcodec.retrieval.outside import Outside, on_white
from inrcodec.retrieval.similarity import Metric, similarities

FOLDER = ".index"
OURS = re.compile(r"[0-9a-f]{20}\.npy")  # names of files there: nobody else's are removed
KEY_BYTES = 10
HEADER = 1 << 12  # bytes at most, ahead of the numbers
ALONE = 256  # images that are described faster than a process starts
PIECE, ROWS = 1 << 13, 256  # images that a thread compares, and of these at a time: they stay in a core's cache
Halves = NDArray[np.float16]
Numbers = NDArray[np.int64]
OnImage = Callable[[int, int], None]


def name_of(digest: str) -> str:
    """The file with the descriptors of the shard that has this hash."""
    key = hashlib.blake2b(f"{KIND} {digest}".encode(), digest_size=KEY_BYTES).hexdigest()
    return f"{FOLDER}/{key}.npy"


def stored(found: Collection, which: int) -> Halves | None:
    """A shard's descriptors, float16 (images + 1, values), the last row their mean; None where they are not there.

    CorruptFileError where what is there is something else.
    """
    listed = found.manifest.shards[which]
    name = name_of(listed.blake2b)
    path = None if found.path is None else found.path / name
    if path is not None and not path.is_file():
        return None
    blob = path or found.place.read(name, 0, 2 * LENGTH * (listed.images + 1) + HEADER)
    if blob is None:
        return None
    called = found.place.called(name)
    try:
        if isinstance(blob, Path):
            rows = np.load(blob, mmap_mode="r", allow_pickle=False)
        else:
            rows = np.load(io.BytesIO(blob), allow_pickle=False)
    except Exception as failure:  # readers of damaged bytes raise whatever their parts raise
        raise CorruptFileError(f"{called}: cannot be read; delete it, `index` makes it anew") from failure
    if not isinstance(rows, np.ndarray):  # several arrays in one file
        raise CorruptFileError(f"{called}: is none of one array; delete it, `index` makes it anew")
    if rows.shape != (listed.images + 1, LENGTH) or rows.dtype != np.float16 or not rows.flags.c_contiguous:
        raise CorruptFileError(f"{called}: has no descriptors of this shard; delete it, `index` makes it anew")
    return np.asarray(rows)


def described(found: Collection, which: int, on_image: Callable[[], None] = lambda: None) -> Halves:
    """The descriptors of a shard's images, in the shard's order, and their mean."""
    members = found.manifest.members(which)
    rows = np.empty((len(members) + 1, LENGTH), np.float16)
    for row, number in zip(rows, members, strict=False):
        row[:] = descriptor(on_white(found[int(number)]))
        on_image()
    rows[-1] = rows[:-1].mean(axis=0, dtype=np.float32)
    return rows


def stored_space(found: Collection, on_image: OnImage = lambda done, all: None) -> StoredSpace:
    """A collection's descriptors: those that are stored, and the others made here and now."""
    done, parts = 0, list[Halves]()

    def on_one() -> None:
        nonlocal done
        on_image(done, len(found))
        done += 1

    shards = range(len(found.manifest.shards))
    for which in shards:
        rows = stored(found, which)
        parts.append(described(found, which, on_one) if rows is None else rows)
        done = sum(map(len, parts)) - len(parts)
    return StoredSpace(tuple(parts), tuple(map(found.manifest.members, shards)))


@dataclass(frozen=True, kw_only=True)
class IndexResult:
    """What `make_index` did: shards described now and before, stale files removed, bytes of all that is there."""

    described: int
    reused: int
    removed: int
    bytes: int


def make_index(path: str | Path, *, trust: bool = False, on_image: OnImage = lambda done, all: None) -> IndexResult:
    """Store the descriptors of all images of a collection, side by side; what is there already stays.

    path: of a collection on this machine; on_image: called with how many images are described, of how many. Raises
    UsageError where another process is changing the collection.
    """
    if is_url(path):
        raise UsageError(f"{path}: is in a store, and an index is written beside its shards; make it where they are")
    with only_writer(Path(path) / MANIFEST):  # shards are found by their places in it, by other processes, too
        return _made(Collection.open(path, trust=trust), Path(path) / FOLDER, on_image)


def _made(found: Collection, folder: Path, on_image: OnImage) -> IndexResult:
    if folder.is_symlink():
        raise UsageError(f"{folder}: is a link to another place; remove it, an index is made beside the shards")
    folder.mkdir(exist_ok=True)
    names = [name_of(shard.blake2b) for shard in found.manifest.shards]
    left = [which for which in range(len(names)) if not _is_there(found, which)]
    counts = [found.manifest.shards[which].images for which in left]
    done = 0
    for images in of_shards(found, _store, left, alone=sum(counts) < ALONE):
        done += images
        on_image(done, sum(counts))
    stale = [one for one in folder.iterdir() if OURS.fullmatch(one.name) and f"{FOLDER}/{one.name}" not in set(names)]
    for one in stale:
        with contextlib.suppress(OSError):
            one.unlink()
    size = sum((folder / Path(name).name).stat().st_size for name in set(names))
    return IndexResult(described=len(left), reused=len(names) - len(left), removed=len(stale), bytes=size)


def _is_there(found: Collection, which: int) -> bool:
    try:
        return stored(found, which) is not None
    except CorruptFileError:
        return False


def _store(found: Collection, which: int) -> int:
    """Describe a shard and write that down; its number of images."""
    assert found.path is not None
    stream = io.BytesIO()
    rows = described(found, which)
    np.save(stream, rows, allow_pickle=False)
    path = found.path / name_of(found.manifest.shards[which].blake2b)
    write_atomically(path, stream.getvalue(), overwrite=True, follow=False)
    return len(rows) - 1


@dataclass(frozen=True, eq=False)
class StoredSpace:
    """Descriptors of a collection, shard by shard, as `stored` has them; the same answers as of a `Space`."""

    parts: Sequence[Halves]
    members: Sequence[Numbers]  # of each part's images
    by: Literal["descriptor"] = "descriptor"

    @cached_property
    def mean(self) -> FloatArray:
        """Of all images, (values,), which is taken from each."""
        counts = [len(members) for members in self.members]
        rows = np.stack([as_floats(rows[-1]) for rows in self.parts])
        return np.asarray(np.average(rows, axis=0, weights=counts), np.float32)

    @cached_property
    def vectors(self) -> FloatArray:
        """All of them at once, (images, values); of a million, 4 GB."""
        found = np.empty((self._images, LENGTH), np.float32)
        for members, rows in self._pieces():
            found[members] = as_floats(rows) - self.mean
        return found

    def similarity(self, number: int, metric: Metric) -> FloatArray:
        """How alike an image is to every image of the set, (images,)."""
        found: FloatArray = self.similarities([number], metric)[0]
        return found

    def similarities(self, numbers: Sequence[int], metric: Metric) -> FloatArray:
        """The same of several, (numbers, images): one pass over all descriptors."""
        return self._compared(np.stack([self._row(number) for number in numbers]) - self.mean, metric)

    def similarity_of(self, outside: Outside, metric: Metric) -> FloatArray:
        """The same for a picture from outside: its best pose counts."""
        return outside.best(self._compared(outside.poses - self.mean, metric), metric)

    def similarities_to(self, descriptors: FloatArray, metric: Metric) -> FloatArray:
        """How alike pictures from outside (m, values) are to every image of the set, (m, images): one pass over all."""
        return self._compared(descriptors - self.mean, metric)

    @property
    def _images(self) -> int:
        return sum(map(len, self.members))

    def _row(self, number: int) -> FloatArray:
        for members, rows in zip(self.members, self.parts, strict=True):
            at = np.flatnonzero(members == number)
            if len(at):
                return as_floats(rows[int(at[0])])
        raise IndexError(number)

    def _pieces(self) -> list[tuple[Numbers, Halves]]:
        """As threads share them."""
        return [
            (members[start : start + PIECE], rows[start : min(start + PIECE, len(members))])
            for members, rows in zip(self.members, self.parts, strict=True)
            for start in range(0, len(members), PIECE)
        ]

    def _compared(self, queries: FloatArray, metric: Metric) -> FloatArray:
        """Queries (m, values), the mean taken away, with every image: (m, images)."""
        found = np.empty((len(queries), self._images), np.float32)

        def compare(piece: tuple[Numbers, Halves]) -> None:
            members, rows = piece
            room = np.empty((min(ROWS, len(rows)), LENGTH), np.int32)
            for start in range(0, len(rows), ROWS):
                floats = as_floats(rows[start : start + ROWS], room)
                floats -= self.mean
                found[:, members[start : start + ROWS]] = similarities(queries, floats, metric)

        each(compare, self._pieces())
        return found
