"""Vectors of the whole set, made once in the background: what neighbors, the map and the order by similarity need."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from inrcodec.archive import Archive
from inrcodec.errors import CorruptFileError, InrError
from inrcodec.numerics.arrays import FloatArray
from inrcodec.tui import cache
from inrcodec.tui.loader import Loader
from inrcodec.tui.places import Places, principal_places

if TYPE_CHECKING:
    from inrcodec.retrieval.space import Space

Ready = Callable[["Vectors | BaseException"], None]
OnImage = Callable[[int, int], None]
KIND = "descriptor 1"  # another number for another kind of vectors


@dataclass(frozen=True, eq=False)
class Vectors:
    """What images look like, (images, values); rows of nan where an image is damaged."""

    rows: FloatArray

    @cached_property
    def whole(self) -> tuple[int, ...]:
        """The numbers of the images that are not damaged."""
        return tuple(np.flatnonzero(~np.isnan(self.rows).any(axis=1)).tolist())

    @cached_property
    def space(self) -> Space:
        """The whole images as vectors, in the order of `whole`."""
        from inrcodec.retrieval.similarity import centered
        from inrcodec.retrieval.space import Space

        return Space("descriptor", *centered(self.rows[list(self.whole)]))

    @cached_property
    def places(self) -> Places:
        """Where images lie on a map, (images, 2) in [0, 1]; nan for damaged ones."""
        places = np.full((len(self.rows), 2), np.nan)
        places[list(self.whole)] = principal_places(self.space.vectors)
        return places

    def similarity(self, number: int) -> FloatArray:
        """How alike an image is to every image of the set, (images,); nan for damaged ones."""
        if number not in self.whole:
            raise CorruptFileError(f"image {number} is damaged, there is nothing to compare; the others are whole")
        similarity = np.full(len(self.rows), np.nan, np.float32)
        similarity[list(self.whole)] = self.space.similarity(self.whole.index(number), "cosine")
        return similarity


class Similar:
    """Asks the loader for the set's vectors and keeps them, here and in the user's cache."""

    def __init__(self, archive: Archive, loader: Loader, on_image: OnImage) -> None:
        self._archive, self._loader, self._on_image = archive, loader, on_image
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

    # In the loader's thread

    def _describe(self) -> Vectors:
        name = cache.digest(self._archive, KIND)
        rows = cache.read(name, len(self._archive))
        if rows is None:
            rows = self._worked_out()
            cache.write(name, rows)
        vectors = Vectors(rows)
        if not vectors.whole:
            raise CorruptFileError("every image is damaged")
        return vectors

    def _worked_out(self) -> FloatArray:
        from inrcodec.retrieval.descriptor import descriptor
        from inrcodec.retrieval.space import on_white

        rows: list[FloatArray | None] = []
        for number in range(len(self._archive)):
            self._loader.serve()  # whoever waits for a thumbnail goes first
            if self._loader.closed:
                raise InrError("the app has ended")
            self._on_image(number, len(self._archive))
            try:
                rows.append(descriptor(on_white(self._archive[number])))
            except CorruptFileError:
                rows.append(None)
        length = max((len(row) for row in rows if row is not None), default=1)
        nothing = np.full(length, np.nan, np.float32)
        return np.stack([nothing if row is None else row for row in rows])

    def _made(self, vectors: Vectors | BaseException) -> None:
        with self._lock:
            self._vectors = vectors
            waiting, self._waiting = self._waiting, []
        for ready in waiting:
            self._loader.answer(ready, vectors)
