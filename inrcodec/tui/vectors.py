"""What images look like, as vectors: made here or in processes beside the app, and what is asked of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from inrcodec.archive import AnyArchive
from inrcodec.errors import CorruptFileError
from inrcodec.numerics.arrays import FloatArray
from inrcodec.tui.places import principal_places

if TYPE_CHECKING:
    from inrcodec.retrieval.space import Space


def descriptors(archive: AnyArchive, numbers: range) -> FloatArray:
    """Of these images, float32 (images, values); rows of nan where an image is damaged."""
    from inrcodec.retrieval.descriptor import LENGTH, descriptor
    from inrcodec.retrieval.outside import on_white

    rows = np.full((len(numbers), LENGTH), np.nan, np.float32)
    for row, number in zip(rows, numbers, strict=True):
        try:
            row[:] = descriptor(on_white(archive[number]))
        except CorruptFileError:
            continue
    return rows


@dataclass(frozen=True, eq=False)
class Vectors:
    """What images look like, (images, values), and where they lie on a map, (images, 2); nan for damaged ones."""

    rows: FloatArray
    places: FloatArray

    @staticmethod
    def of(rows: FloatArray) -> Vectors:
        """With places worked out; takes a while."""
        whole = ~np.isnan(rows).any(axis=1)
        places = np.full((len(rows), 2), np.nan, np.float32)
        if whole.any():
            places[whole] = principal_places(rows if whole.all() else rows[whole])
        return Vectors(rows, places)

    @staticmethod
    def joined(kept: FloatArray) -> Vectors:
        """From what `kept` gave."""
        return Vectors(kept[:, :-2], kept[:, -2:])

    @property
    def kept(self) -> FloatArray:
        """All of it in one array, to be kept."""
        return np.concatenate([self.rows, self.places], axis=1)

    @cached_property
    def whole(self) -> tuple[int, ...]:
        """The numbers of the images that are not damaged."""
        return tuple(np.flatnonzero(~np.isnan(self.rows).any(axis=1)).tolist())

    @cached_property
    def space(self) -> Space:
        """The whole images as vectors, in the order of `whole`."""
        from inrcodec.retrieval.similarity import centered
        from inrcodec.retrieval.space import Space

        whole = self.rows if len(self.whole) == len(self.rows) else self.rows[list(self.whole)]
        return Space("descriptor", *centered(whole))

    def similarity(self, number: int) -> FloatArray:
        """How alike an image is to every image of the set, (images,); nan for damaged ones."""
        if np.isnan(self.rows[number]).any():
            raise CorruptFileError(f"image {number} is damaged, there is nothing to compare; the others are whole")
        if len(self.whole) == len(self.rows):
            return self.space.similarity(number, "cosine")
        similarity = np.full(len(self.rows), np.nan, np.float32)
        similarity[list(self.whole)] = self.space.similarity(self.whole.index(number), "cosine")
        return similarity
