"""Vectors of the whole set, made once in the background: what neighbors, the map and the order by similarity need."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np

from inrcodec.archive import AnyArchive, Archive, Collection
from inrcodec.errors import CorruptFileError, InrError, UsageError
from inrcodec.numerics.arrays import FloatArray
from inrcodec.retrieval.descriptor import KIND, LENGTH
from inrcodec.tui import cache
from inrcodec.tui.blocks import Blocks, Line
from inrcodec.tui.decoding import DESCRIPTORS
from inrcodec.tui.loader import Loader, Urgency
from inrcodec.tui.vectors import Vectors, descriptors

Ready = Callable[["Vectors | BaseException"], None]
Compared = Callable[["FloatArray | BaseException"], None]
OnImage = Callable[[int, int], None]
MOST_COLLECTED = 200_000  # images: their vectors take 0.8 GB, and those less their mean as much again


class Similar:
    """Asks the loader for the set's vectors and keeps them, here and in the user's cache."""

    def __init__(self, archive: AnyArchive, loader: Loader, blocks: Blocks, on_image: OnImage) -> None:
        self._archive, self._loader, self._blocks, self._on_image = archive, loader, blocks, on_image
        self._told = -1
        self._lock = threading.Lock()  # asked for in one thread, made in another
        self._vectors: Vectors | BaseException | None = None
        self._asked = False
        self._waiting: list[Ready] = []

    def ask(self, ready: Ready) -> None:
        """Call `ready`, in the loader's thread or at once, with the vectors or with why there are none."""
        with self._lock:
            vectors, asked, self._asked = self._vectors, self._asked, True
            if vectors is None:
                self._waiting.append(ready)
        if vectors is not None:
            ready(vectors)
        elif not asked:
            self._loader.ask("similar", self._describe, self._made)

    def compare(self, number: int, ready: Compared) -> None:
        """Call `ready`, in the loader's thread, with how alike all images are to one, or with why that is not known.

        Among 100,000 images that takes tenths of a second, in which the app goes on.
        """

        def compared(vectors: Vectors | BaseException) -> None:
            if isinstance(vectors, BaseException):
                ready(vectors)
            else:
                self._loader.ask(("similar to", ready), lambda: vectors.similarity(number), ready, Urgency.LOOKED_AT)

        self.ask(compared)

    # In the loader's thread

    def _describe(self) -> Vectors:
        archive = self._archive
        name = cache.digest(archive, KIND)
        kept = cache.read(name, len(archive))
        if kept is not None and kept.shape[1] == LENGTH + 2:
            vectors = Vectors.joined(kept)
        elif isinstance(archive, Archive):
            vectors = Vectors.of(self._worked_out(archive))
            cache.write(name, vectors.kept)
        else:
            vectors = Vectors.of(self._collected(archive))
            if len(vectors.whole) == len(archive) and vectors.rows.nbytes < cache.MOST_BYTES:
                cache.write(name, vectors.kept)  # a damaged shard is whole again under the same name one day
        if not vectors.whole:
            raise CorruptFileError("every image is damaged")
        _ = vectors.space  # takes a while, too, and the app must not wait for it
        return vectors

    def _worked_out(self, archive: Archive) -> FloatArray:
        stored = archive.stored
        self._blocks.want(range(stored.blocks), DESCRIPTORS, Line.SET)
        rows: list[FloatArray] = []
        for block in range(stored.blocks):
            while self._blocks.expects((DESCRIPTORS, block)):
                self._pause()
                self._blocks.collect(0.05)
                self._tell(sum(map(len, self._blocks.descriptors.values())))
            if block in self._blocks.descriptors:
                rows.append(self._blocks.descriptors[block])
                continue
            for number in stored.images_of(block):
                self._pause()
                self._tell(number)
                rows.append(descriptors(archive, range(number, number + 1)))
        return np.concatenate(rows)

    def _collected(self, found: Collection) -> FloatArray:
        """Of a collection: what `inrcodec index` has stored, and the rest made here."""
        from inrcodec.retrieval.index import stored

        if len(found) > MOST_COLLECTED:
            raise UsageError(f"{len(found):,} images are too many for a map; at the command line there is neighbors")
        rows = np.empty((len(found), LENGTH), np.float32)
        for which in range(len(found.manifest.shards)):
            halves = stored(found, which)
            members = found.manifest.members(which)
            if halves is not None:
                rows[members] = halves[:-1]
                continue
            try:
                found.shard(which)
            except CorruptFileError:  # or it would be read again for each of its images
                rows[members] = np.nan
                continue
            for number in map(int, members):
                self._pause()
                self._tell(number)
                rows[number] = descriptors(found, range(number, number + 1))[0]
        return rows

    def _pause(self) -> None:
        """Whoever waits for a thumbnail goes first."""
        self._loader.serve()
        if self._loader.closed:
            raise InrError("the app has ended")

    def _tell(self, done: int) -> None:
        if done > self._told:
            self._told = done
            self._on_image(done, len(self._archive))

    def _made(self, vectors: Vectors | BaseException) -> None:
        with self._lock:
            self._vectors = vectors
            waiting, self._waiting = self._waiting, []
        for ready in waiting:
            self._loader.answer(ready, vectors)
