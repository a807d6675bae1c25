"""The BLCK chunk: the latents of up to 64 images, level by level, channel by channel, wave by wave, in one stream."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.context import MARGIN, OWN, PREVIOUS, WEIGHT_BITS, Exact, LevelContext, fixed_point
from inrcodec.bitstream.laplace import Ints, frequencies
from inrcodec.bitstream.planes import Planes, lay_out
from inrcodec.bitstream.rangecoder import TOTAL, RangeDecoder, RangeEncoder, Tables
from inrcodec.bitstream.weights import Range
from inrcodec.settings import ModelSettings

SLICE = 1 << 12  # cells whose tables are made at once: they stay in the cache
ENTRIES = 1 << 18  # of those tables together, where alphabets are large
Small = npt.NDArray[np.int16]
Latents = tuple[npt.NDArray[np.int16], ...]  # one array (channels, cells down, cells across) per level, coarsest first
Shapes = Sequence[tuple[int, int]]  # (height, width) of images


@dataclass(frozen=True)
class LatentCodec:
    """Codes blocks of latents; `ranges` has one entry for every channel of every level, in order."""

    model: ModelSettings
    contexts: tuple[LevelContext, ...]
    ranges: tuple[Range, ...]

    def encode(
        self, images: Sequence[Latents], shapes: Sequence[tuple[int, int]]
    ) -> tuple[bytes, npt.NDArray[np.float64]]:
        """One block from images and their (height, width) in order; also the bits (images,) that each of them takes."""
        coder = RangeEncoder()
        bits = put_levels(coder, self.levels(shapes), images)
        return coder.finish(), bits

    def decode(self, payload: bytes, shapes: Sequence[tuple[int, int]]) -> tuple[Latents, ...]:
        """The images of a block; raises CorruptFileError when the stream does not end with its last symbol."""
        coder = RangeDecoder(payload)
        images = take_levels(coder, self.levels(shapes))
        coder.done()
        return images

    def levels(
        self,
        shapes: Sequence[tuple[int, int]],
        delays: Sequence[int] = (),
        make: Callable[..., LevelCoder] | None = None,
    ) -> Iterator[LevelCoder]:
        """Level coders from coarse to fine; each sees the finished one before it.

        delays: see `lay_out`; make: in the place of LevelCoder.
        """
        coarser: LevelCoder | None = None
        first = 0
        for number, level in enumerate(self.model.levels):
            ranges = self.ranges[first : first + level.channels]
            first += level.channels
            planes = lay_out(level, shapes, delays)
            steps = self.model.levels[number - 1].shift - level.shift if number else 0
            above = None if coarser is None or coarser.context.static is not None else coarser
            coarser = (make or LevelCoder)(
                number=number,
                shapes=shapes,
                model=self.model,
                context=self.contexts[number],
                ranges=ranges,
                planes=planes,
                coarser=above,
                steps=steps,
            )
            yield coarser


class BlockCoder(Protocol):
    """What codes blocks of latents in the place of a codec's own two verbs, faster; bytes and bits are the same."""

    def encode(
        self,
        codec: LatentCodec,
        blocks: Sequence[tuple[Sequence[Latents], Shapes]],
        chosen: Sequence[Sequence[int]] = (),
    ) -> list[tuple[bytes, npt.NDArray[np.float64]]]:
        """See `LatentCodec.encode`, of several blocks; chosen: references, of a codec that has them."""

    def decode(self, codec: LatentCodec, blocks: Sequence[tuple[bytes, Shapes]]) -> list[tuple[Latents, ...]]:
        """See `LatentCodec.decode`, of several blocks."""

    def costs(self, codec: LatentCodec, images: Sequence[Latents], shapes: Shapes) -> list[list[Ints]]:
        """See `likeness.Block`: what each latent of a block's images takes by itself, where any has a choice."""

    def counted(
        self, image: Small, others: Small, costs: Ints, coarser: Small | None, steps: int
    ) -> tuple[Ints, Small]:
        """See `likeness.counted`."""


def put_levels(coder: RangeEncoder, levels: Iterable[LevelCoder], images: Sequence[Latents]) -> npt.NDArray[np.float64]:
    """Encode images, level by level; the bits (images,) that each of them takes."""
    bits = np.zeros(len(images))
    for level in levels:
        level.fill([image[level.number] for image in images])
        for channel in range(level.channels):
            level.put(coder, channel, bits)
    return bits


def take_levels(coder: RangeDecoder, levels: Iterable[LevelCoder]) -> tuple[Latents, ...]:
    """The inverse of `put_levels`."""
    found = []
    for level in levels:
        for channel in range(level.channels):
            level.take(coder, channel)
        found.append(level.images())
    return tuple(zip(*found, strict=True))


class LevelCoder:
    """One level of one block while it is coded: integer latents in padded planes."""

    def __init__(
        self,
        number: int,
        shapes: Sequence[tuple[int, int]],
        model: ModelSettings,
        context: LevelContext,
        ranges: tuple[Range, ...],
        planes: Planes,
        coarser: LevelCoder | None,
        steps: int,
    ) -> None:
        self.number, self.context, self.ranges, self.planes = number, context, ranges, planes
        level = model.levels[number]
        self.channels = level.channels
        self._cells = [(level.cells(height), level.cells(width)) for height, width in shapes]
        self.buffer: Small = np.zeros((self.channels, planes.size), np.int16)
        self._coarser, self._steps = coarser, steps

    def fill(self, levels: Sequence[npt.NDArray[np.int16]]) -> None:
        """Lay the latents (channels, cells down, cells across) of each image into the planes."""
        for plane, latents in zip(self.views(self.buffer), levels, strict=True):
            plane[:] = latents

    def images(self) -> list[npt.NDArray[np.int16]]:
        """The latents of each image, (channels, cells down, cells across)."""
        return [plane.astype(np.int16) for plane in self.views(self.buffer)]

    def put(self, coder: RangeEncoder, channel: int, sums: Exact) -> None:
        """Code every cell of a channel; the bits that it takes are added to those of its image, (images,), in order."""
        for cells in self._slices(channel, 0, len(self.planes.places)):
            symbols = self.buffer[channel][self.planes.places[cells]].astype(np.int64) - self.ranges[channel][0]
            tables = self._frequencies(channel, self._base(channel, cells), cells)
            coder.put(symbols, tables)
            chosen = np.arange(len(tables)) if len(tables) > 1 else 0
            bits = np.log2(TOTAL) - np.log2(tables[chosen, symbols])
            np.add.at(sums, self.planes.images[cells], bits)

    def chances(self, channel: int) -> Iterator[tuple[slice, Ints, Ints]]:
        """Slice by slice of the filled planes, how likely every latent was, in 1/65536, and the scale index it had."""
        for cells in self._slices(channel, 0, len(self.planes.places)):
            symbols = self.buffer[channel][self.planes.places[cells]].astype(np.int64) - self.ranges[channel][0]
            means, scales = self._distribution(channel, self._base(channel, cells), cells)
            tables = frequencies(means, scales, *self.ranges[channel])
            yield cells, tables[np.arange(len(tables)), symbols], scales

    def take(self, coder: RangeDecoder, channel: int) -> None:
        """Decode every cell of a channel, wave by wave."""
        lowest, _ = self.ranges[channel]
        waves = self.planes.waves.tolist()
        ready, base = slice(0, 0), np.zeros((0, 0))
        for cells in (part for wave in pairwise(waves) for part in self._slices(channel, *wave)):
            if cells.stop > ready.stop:
                ready = slice(cells.start, max(cells.stop, cells.start + SLICE))
                base = self._base(channel, ready)
            known = base[cells.start - ready.start : cells.stop - ready.start]
            tables = Tables.made(self._frequencies(channel, known, cells))
            symbols = coder.take(tables, count=cells.stop - cells.start)
            self.buffer[channel, self.planes.places[cells]] = symbols + lowest

    def _slices(self, channel: int, start: int, stop: int) -> Iterator[slice]:
        """The cells from start to stop, as many at once as have tables of a reasonable size."""
        lowest, highest = self.ranges[channel]
        length = max(1, min(SLICE, ENTRIES // (highest - lowest + 1)))
        return (slice(first, min(first + length, stop)) for first in range(start, stop, length))

    def _base(self, channel: int, cells: slice) -> Exact:
        """What the planes already known add to the hidden units of some cells of a channel."""
        if self.context.static is not None:
            return np.zeros((0, 0))
        places = self.planes.places[cells]
        others: list[npt.NDArray[Any]] = [np.zeros((len(places), 0))]  # the others become float64 beside it
        if self.channels > 1:
            zeros = np.zeros((len(places), len(PREVIOUS)))
            others.append(self.buffer[channel - 1][self.planes.neighbors(PREVIOUS, cells)] if channel else zeros)
            others.append(self.buffer[channel - 2][places][:, None] if channel > 1 else zeros[:, :1])
        if self._coarser is not None:
            covering = self.planes.coarser(self._coarser.planes, self._steps, cells)
            others.append(self._coarser.buffer[:, covering].T)
        return self.context.from_others(channel, np.concatenate(others, axis=1))

    def _frequencies(self, channel: int, base: Exact, cells: slice) -> Ints:
        """Frequencies (cells, alphabet), or (1, alphabet) where all cells share one distribution."""
        return frequencies(*self._distribution(channel, base, cells), *self.ranges[channel])

    def _distribution(self, channel: int, base: Exact, cells: slice) -> tuple[Ints, Ints]:
        """Means and scale indices (cells,), or (1,) where all cells share one distribution."""
        if self.context.static is not None:
            return fixed_point(self.context.static[channel : channel + 1].astype(np.int64), WEIGHT_BITS)
        own = self.buffer[channel][self.planes.neighbors(OWN, cells)].astype(np.float64)
        return self.context.distribution(channel, own, base)

    def views(self, buffer: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
        """Views (channels, cells down, cells across) of each image's cells in a buffer like this one's."""
        for (down, across), corner in zip(self._cells, self.planes.corners.tolist(), strict=True):
            stride = across + 2 * MARGIN
            first = corner - MARGIN * stride - MARGIN
            plane = buffer[:, first : first + (down + 2 * MARGIN) * stride].reshape(self.channels, -1, stride)
            yield plane[:, MARGIN : MARGIN + down, MARGIN : MARGIN + across]
