"""The BLCK chunk: the latents of up to 64 images, level by level, channel by channel, wave by wave, in one stream."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.context import MARGIN, OWN, PREVIOUS, WEIGHT_BITS, Exact, LevelContext, fixed_point
from inrcodec.bitstream.laplace import Ints, frequencies
from inrcodec.bitstream.planes import Planes, lay_out
from inrcodec.bitstream.rangecoder import TOTAL, RangeDecoder, RangeEncoder
from inrcodec.bitstream.weights import Range
from inrcodec.settings import ModelSettings

SLICE = 1 << 12  # cells whose tables are made at once while encoding: they stay in the cache
Latents = tuple[npt.NDArray[np.int16], ...]  # one array (channels, cells down, cells across) per level, coarsest first


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
        bits = np.zeros(len(images))
        for level in self._levels(shapes):
            level.fill([image[level.number] for image in images])
            for channel in range(level.channels):
                base = level.base(channel)
                bits += level.put(coder, channel, base)
        return coder.finish(), bits

    def decode(self, payload: bytes, shapes: Sequence[tuple[int, int]]) -> tuple[Latents, ...]:
        """The images of a block; raises CorruptFileError when the stream does not end with its last symbol."""
        coder = RangeDecoder(payload)
        levels = []
        for level in self._levels(shapes):
            for channel in range(level.channels):
                level.take(coder, channel, level.base(channel))
            levels.append(level.images())
        coder.done()
        return tuple(zip(*levels, strict=True))

    def _levels(self, shapes: Sequence[tuple[int, int]]) -> Iterator[_LevelCoder]:
        """Level coders from coarse to fine; each sees the finished one before it."""
        coarser: _LevelCoder | None = None
        first = 0
        for number, level in enumerate(self.model.levels):
            ranges = self.ranges[first : first + level.channels]
            first += level.channels
            planes = lay_out(level, shapes)
            steps = self.model.levels[number - 1].shift - level.shift if number else 0
            above = None if coarser is None or coarser.context.static is not None else coarser
            coarser = _LevelCoder(number, shapes, self.model, self.contexts[number], ranges, planes, above, steps)
            yield coarser


class _LevelCoder:
    """One level of one block while it is coded: integer latents, as float64, in padded planes."""

    def __init__(
        self,
        number: int,
        shapes: Sequence[tuple[int, int]],
        model: ModelSettings,
        context: LevelContext,
        ranges: tuple[Range, ...],
        planes: Planes,
        coarser: _LevelCoder | None,
        steps: int,
    ) -> None:
        self.number, self.context, self.ranges, self.planes = number, context, ranges, planes
        level = model.levels[number]
        self.channels = level.channels
        self._cells = [(level.cells(height), level.cells(width)) for height, width in shapes]
        self.buffer: Exact = np.zeros((self.channels, planes.size))
        self._coarser = coarser.buffer[:, planes.coarser(coarser.planes, steps)].T if coarser else None

    def fill(self, levels: Sequence[npt.NDArray[np.int16]]) -> None:
        """Lay the latents (channels, cells down, cells across) of each image into the planes."""
        for plane, latents in zip(self._planes(), levels, strict=True):
            plane[:] = latents

    def images(self) -> list[npt.NDArray[np.int16]]:
        """The latents of each image, (channels, cells down, cells across)."""
        return [plane.astype(np.int16) for plane in self._planes()]

    def base(self, channel: int) -> Exact:
        """What the planes already known add to the hidden units of every cell of a channel."""
        if self.context.static is not None:
            return np.zeros((0, 0))
        others = []
        if self.channels > 1:
            around = self.planes.neighbours(PREVIOUS)
            zeros = np.zeros((len(around), len(PREVIOUS)))
            others.append(self.buffer[channel - 1][around] if channel else zeros)
            others.append(self.buffer[channel - 2][self.planes.places][:, None] if channel > 1 else zeros[:, :1])
        if self._coarser is not None:
            others.append(self._coarser)
        known = np.concatenate(others, axis=1) if others else np.zeros((len(self.planes.places), 0))
        return self.context.from_others(channel, known)

    def put(self, coder: RangeEncoder, channel: int, base: Exact) -> npt.NDArray[np.float64]:
        """Code every cell of a channel; the bits (images,) that it takes."""
        lowest, _ = self.ranges[channel]
        symbols = self.buffer[channel][self.planes.places].astype(np.int64) - lowest
        shares = np.empty(len(symbols))
        for start in range(0, len(symbols), SLICE):
            cells = slice(start, min(start + SLICE, len(symbols)))
            tables = self._frequencies(channel, base, cells)
            coder.put(symbols[cells], tables)
            chosen = np.arange(cells.stop - start) if len(tables) > 1 else 0
            shares[cells] = tables[chosen, symbols[cells]]
        bits = np.log2(TOTAL) - np.log2(shares)
        sums: Exact = np.bincount(self.planes.images, bits, len(self.planes.corners)).astype(np.float64)
        return sums

    def take(self, coder: RangeDecoder, channel: int, base: Exact) -> None:
        """Decode every cell of a channel, wave by wave."""
        lowest, _ = self.ranges[channel]
        waves = self.planes.waves
        for start, stop in zip(waves[:-1].tolist(), waves[1:].tolist(), strict=True):
            cells = slice(start, stop)
            symbols = coder.take(self._frequencies(channel, base, cells), count=stop - start)
            self.buffer[channel, self.planes.places[cells]] = symbols + lowest

    def _frequencies(self, channel: int, base: Exact, cells: slice) -> Ints:
        """Frequencies (cells, alphabet), or (1, alphabet) where all cells share one distribution."""
        lowest, highest = self.ranges[channel]
        if self.context.static is not None:
            means, scales = fixed_point(self.context.static[channel : channel + 1].astype(np.int64), WEIGHT_BITS)
        else:
            own = self.buffer[channel][self.planes.neighbours(OWN, cells)]
            means, scales = self.context.distribution(channel, own, base[cells])
        return frequencies(means, scales, lowest, highest)

    def _planes(self) -> Iterator[Exact]:
        """Views (channels, cells down, cells across) of each image's cells."""
        for (down, across), corner in zip(self._cells, self.planes.corners.tolist(), strict=True):
            stride = across + 2 * MARGIN
            first = corner - MARGIN * stride - MARGIN
            plane = self.buffer[:, first : first + (down + 2 * MARGIN) * stride].reshape(self.channels, -1, stride)
            yield plane[:, MARGIN : MARGIN + down, MARGIN : MARGIN + across]
