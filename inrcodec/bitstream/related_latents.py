"""Blocks of latents where images may have references: see `references`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.choosing_references import choose
from inrcodec.bitstream.context import PREVIOUS, Exact
from inrcodec.bitstream.laplace import Ints, frequencies
from inrcodec.bitstream.latents import LatentCodec, Latents, LevelCoder, put_levels, take_levels
from inrcodec.bitstream.planes import Indices
from inrcodec.bitstream.rangecoder import RangeDecoder, RangeEncoder
from inrcodec.bitstream.references import (
    NONE,
    PREVIOUS_COUNTS,
    SAME,
    SAME_COUNTS,
    References,
    class_of,
    delays,
    put_references,
    take_references,
)


@dataclass(frozen=True)
class RelatedCodec(LatentCodec):
    """Codes blocks of latents where one image may be like another."""

    references: References

    def encode(
        self, images: Sequence[Latents], shapes: Sequence[tuple[int, int]]
    ) -> tuple[bytes, npt.NDArray[np.float64]]:
        """See `LatentCodec`; which image has which reference is chosen by what it saves."""
        return self.encode_with(images, shapes, choose(self, self.references, images, shapes))

    def encode_with(
        self, images: Sequence[Latents], shapes: Sequence[tuple[int, int]], chosen: Sequence[int]
    ) -> tuple[bytes, npt.NDArray[np.float64]]:
        """The same with the references of images given, by their numbers in the block, or NONE."""
        coder = RangeEncoder()
        put_references(coder, self.references, chosen)
        bits = put_levels(coder, self._related(shapes, chosen), images)
        return coder.finish(), bits

    def decode(self, payload: bytes, shapes: Sequence[tuple[int, int]]) -> tuple[Latents, ...]:
        """See `LatentCodec`."""
        coder = RangeDecoder(payload)
        chosen = take_references(coder, self.references, shapes)
        images = take_levels(coder, self._related(shapes, chosen))
        coder.done()
        return images

    def _related(self, shapes: Sequence[tuple[int, int]], chosen: Sequence[int]) -> Iterator[LevelCoder]:
        """Level coders from coarse to fine, images with references a wave behind these."""
        return self.levels(shapes, delays(chosen), partial(_RelatedLevelCoder, chosen, self.references))


class _RelatedLevelCoder(LevelCoder):
    """One level of one block where images have the references `chosen`."""

    def __init__(self, chosen: Sequence[int], references: References, **plain: Any) -> None:
        super().__init__(**plain)
        corners = self.planes.corners
        known = [image if reference == NONE else reference for image, reference in enumerate(chosen)]
        self._shifts: Ints = corners[known] - corners  # from an image's cells to those of its reference
        self._related = np.array(chosen) != NONE
        self._weights = references.weights[self.number]

    def _base(self, channel: int, cells: slice) -> Exact:
        """See `LevelCoder`; the last column is how far images are from their references in planes that are known."""
        images = self.planes.images[cells]
        away = np.zeros(len(images), np.int64)
        if channel:
            away += self._away(channel - 1, self.planes.neighbors(PREVIOUS, cells), images) @ PREVIOUS_COUNTS
        if isinstance(coarser := self._coarser, _RelatedLevelCoder):
            places = self.planes.coarser(coarser.planes, self._steps, cells)[:, None]
            for other in range(coarser.channels):
                away += coarser._away(other, places, images)[:, 0]
        return np.column_stack([super()._base(channel, cells), away])

    def _away(self, channel: int, places: Ints, images: Indices) -> Ints:
        """How far latents at places (cells, n) of a channel are from those of the references of their images."""
        others = places + self._shifts[images][:, None]
        apart: Ints = self.buffer[channel][places].astype(np.int64) - self.buffer[channel][others]
        return np.abs(apart)

    def _frequencies(self, channel: int, base: Exact, cells: slice) -> Ints:
        """See `LevelCoder`."""
        means, scales = self._distribution(channel, base[:, :-1], cells)
        images = self.planes.images[cells]
        away = base[:, -1].astype(np.int64)
        away += self._away(channel, self.planes.neighbors(SAME, cells), images) @ SAME_COUNTS
        weights = np.where(self._related[images], self._weights[class_of(away, scales)], 0)
        values = self.buffer[channel][self.planes.places[cells] + self._shifts[images]].astype(np.int64)
        return frequencies(means, scales, *self.ranges[channel], (values, weights))
