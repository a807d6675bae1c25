"""Blocks of latents by kernels, one thread each: the same bytes and the same bits as `LatentCodec` gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.context import MARGIN, OWN, PREVIOUS
from inrcodec.bitstream.laplace import DECAY, INVERSE
from inrcodec.bitstream.latents import LatentCodec, Latents, Shapes
from inrcodec.bitstream.likeness import COSTS, FIRSTS, Small
from inrcodec.bitstream.rangecoder import TOTAL, settled
from inrcodec.bitstream.references import CLASSES, NONE, bounds, delays, references_of
from inrcodec.bitstream.related_latents import RelatedCodec
from inrcodec.errors import CorruptFileError
from inrcodec.fitting.kernels.alike import count_alike
from inrcodec.fitting.kernels.blocks import FAILED, FULL, LOWER, NEXT, POINT, STATE, WIDTH, code_block
from inrcodec.fitting.kernels.chances import UNITS

Ints = npt.NDArray[np.int64]
Part = TypeVar("Part")
Result = TypeVar("Result")
_COSTS = np.log2(TOTAL) - np.log2(np.arange(TOTAL + 1).clip(1))
_OWN, _PREVIOUS = np.array(OWN), np.array(PREVIOUS)
_NOT_KEPT = np.zeros(0, np.uint16)
_NOTHING = np.zeros((0, 0, 0), np.int16)


class KernelCoder:
    """See `latents.BlockCoder`."""

    def __init__(self, workers: int = 1) -> None:
        self.workers = workers

    def compile(self) -> None:
        """Have the kernels compiled, by calls of them on nothing."""
        ints, floats, octets = np.zeros((1, 8), np.int64), np.zeros(1), np.zeros(0, np.int16)
        code_block(
            ints, np.zeros((1, 0, 4), np.int64), ints, _OWN, _PREVIOUS, floats, INVERSE, DECAY, _COSTS, octets,
            _NOT_KEPT, np.zeros(0, np.uint32), np.zeros(STATE, np.uint64), floats, *_Relation.none(0, 1).arguments,
            False, floats, np.zeros((1, 1), np.int64),
        )  # fmt: skip
        planes = np.zeros((1, 1 + 2 * MARGIN, 1 + 2 * MARGIN), np.int16)
        self.counted(planes, planes[None], np.zeros((1, 1, 1), np.int64), None, 0)

    def encode(
        self,
        codec: LatentCodec,
        blocks: Sequence[tuple[Sequence[Latents], Shapes]],
        chosen: Sequence[Sequence[int]] = (),
    ) -> list[tuple[bytes, npt.NDArray[np.float64]]]:
        """Every block's bytes, and the bits (images,) that each of its images takes."""
        tables, found = _Tables(codec), list(chosen) or [()] * len(blocks)
        parts = list(zip(blocks, found, strict=True))
        return self._shared(lambda part: _encoded(tables, *part[0], part[1]), parts)

    def decode(self, codec: LatentCodec, blocks: Sequence[tuple[bytes, Shapes]]) -> list[tuple[Latents, ...]]:
        """Every block's images."""
        tables = _Tables(codec)
        return self._shared(lambda block: _decoded(tables, *block), blocks)

    def costs(self, codec: LatentCodec, images: Sequence[Latents], shapes: Shapes) -> list[list[Ints]]:
        """What each latent of a block takes by itself, for every image and level, (channels, down, across)."""
        tables = _Tables(codec)
        levels, places, count = tables.laid_out(shapes)
        kept = np.zeros(count, np.uint16)
        alone = _Relation.none(len(images), len(codec.model.levels))
        _written(tables, images, levels, places, count, alone, kept)
        found = [[plane.astype(np.int64) for plane in planes] for _, planes in _planes(levels, places, kept)]
        return [list(image) for image in zip(*found, strict=True)]

    def counted(
        self, image: Small, others: Small, costs: Ints, coarser: Small | None, steps: int
    ) -> tuple[Ints, Small]:
        """See `likeness.counted`."""
        counts = np.zeros((len(others), 2, CLASSES * COSTS), np.int64)
        apart = np.zeros((len(others), *costs.shape[1:]), np.int16)
        count_alike(image, others, costs, _NOTHING if coarser is None else coarser, steps, FIRSTS, counts, apart)
        return counts, apart

    def _shared(self, work: Callable[[Part], Result], parts: Sequence[Part]) -> list[Result]:
        if self.workers == 1 or len(parts) == 1:
            return [work(part) for part in parts]
        with ThreadPoolExecutor(self.workers) as threads:
            return list(threads.map(work, parts))


@dataclass(frozen=True)
class _Relation:
    """The references of a block's images as the kernel reads them, see `code_block`."""

    told: Ints
    chosen: Ints
    late: Ints
    shares: Ints

    @staticmethod
    def none(images: int, levels: int) -> _Relation:
        """Where no image has one."""
        late = np.zeros(images, np.int64)
        return _Relation(np.zeros((0, 2), np.int64), late + NONE, late, np.zeros((levels, CLASSES), np.int64))

    @property
    def arguments(self) -> tuple[Ints, Ints, Ints, Ints]:
        """In the kernel's order."""
        return self.told, self.chosen, self.late, self.shares


@dataclass(frozen=True)
class _Tables:
    """A codec as the kernel reads it."""

    codec: LatentCodec

    @cached_property
    def channels(self) -> Ints:
        """Of all levels, (channels, 6)."""
        return self._tables[0]

    @cached_property
    def weights(self) -> npt.NDArray[np.float64]:
        """Of all contexts, flat."""
        return self._tables[1]

    @cached_property
    def _tables(self) -> tuple[Ints, npt.NDArray[np.float64]]:
        ranges, rows, found, count = iter(self.codec.ranges), [], [], 0
        for level, context in zip(self.codec.model.levels, self.codec.contexts, strict=True):
            for channel in range(level.channels):
                if context.static is not None:
                    tensors = [np.zeros(0), np.zeros(0), np.zeros(0), context.static[channel]]
                else:
                    tensors = [context.taps[channel].T, context.bias[channel]]
                    tensors += [context.output[channel], context.output_bias[channel]]
                starts = []
                for tensor in tensors:
                    starts.append(count)
                    found.append(tensor.reshape(-1))
                    count += tensor.size
                rows.append([*next(ranges), *starts])
        return np.array(rows, np.int64), np.concatenate(found)

    def laid_out(self, shapes: Shapes) -> tuple[Ints, Ints, int]:
        """The levels (levels, 8), every image's plane in each (levels, images, 4), and how many cells that makes."""
        model = self.codec.model
        rows, places, first, planes = [], np.empty((len(model.levels), len(shapes), 4), np.int64), 0, 0
        for number, (level, context) in enumerate(zip(model.levels, self.codec.contexts, strict=True)):
            down, across = np.array([(level.cells(height), level.cells(width)) for height, width in shapes]).T
            strides = across + 2 * MARGIN
            starts = np.cumsum([0, *((down + 2 * MARGIN) * strides)])
            places[number] = np.stack([starts[:-1] + MARGIN * strides + MARGIN, strides, down, across], axis=1)
            still, coarser = context.static is not None, number > 0 and self.codec.contexts[number - 1].static is None
            steps = model.levels[number - 1].shift - level.shift if number else 0
            rows.append([
                level.channels, planes, starts[-1], 0 if still else model.context_width,
                level.channels > 1 and not still, number - 1 if coarser and not still else -1, steps, first,
            ])  # fmt: skip
            first += level.channels
            planes += level.channels * int(starts[-1])
        return np.array(rows, np.int64), places, planes

    def relation(self, chosen: Sequence[int], images: int) -> _Relation:
        """References as the kernel reads them."""
        levels = len(self.codec.model.levels)
        if not isinstance(self.codec, RelatedCodec):
            return _Relation.none(images, levels)
        references = self.codec.references
        told, shares = bounds(references, chosen), np.ascontiguousarray(references.weights)
        return _Relation(told, np.array(chosen, np.int64), np.array(delays(chosen), np.int64), shares)

    def code(
        self,
        levels: Ints,
        places: Ints,
        cells: npt.NDArray[np.int16],
        words: npt.NDArray[np.uint32],
        relation: _Relation,
        kept: npt.NDArray[np.uint16] = _NOT_KEPT,
        *,
        decoding: bool,
    ) -> tuple[list[int], npt.NDArray[np.float64]]:
        """Code a block, see `blocks.code_block`; its state at the end, and the bits (images,)."""
        state, bits = np.zeros(STATE, np.uint64), np.zeros(places.shape[1])
        state[WIDTH] = FULL
        if decoding:
            state[POINT], state[NEXT] = int(words[0]) << 32 | int(words[1]), 2
        code_block(
            levels, places, self.channels, _OWN, _PREVIOUS, self.weights, INVERSE, DECAY, _COSTS, cells, kept, words,
            state, bits, *relation.arguments, decoding, np.zeros(max(1, int(levels[:, UNITS].max()))),
            np.empty((len(_OWN) + len(_PREVIOUS), places.shape[1]), np.int64),
        )  # fmt: skip
        return state.tolist(), bits


def _encoded(
    tables: _Tables, images: Sequence[Latents], shapes: Shapes, chosen: Sequence[int]
) -> tuple[bytes, npt.NDArray[np.float64]]:
    levels, places, count = tables.laid_out(shapes)
    relation = tables.relation(chosen, len(images))
    words, state, bits = _written(tables, images, levels, places, count, relation)
    return settled(words[: state[NEXT]], state[LOWER], state[WIDTH]), bits


def _written(
    tables: _Tables,
    images: Sequence[Latents],
    levels: Ints,
    places: Ints,
    count: int,
    relation: _Relation,
    kept: npt.NDArray[np.uint16] = _NOT_KEPT,
) -> tuple[npt.NDArray[np.uint32], list[int], npt.NDArray[np.float64]]:
    """Words of a block that is laid out, the coder's state behind them, and the bits (images,)."""
    cells = np.zeros(count, np.int16)
    symbols = 0
    for number, planes in _planes(levels, places, cells):
        for image, plane in enumerate(planes):
            plane[:] = images[image][number]
            symbols += plane.size
    words = np.empty((symbols + len(images)) // 2 + 2, np.uint32)  # 16 bits for each, at most
    state, bits = tables.code(levels, places, cells, words, relation, kept, decoding=False)
    return words, state, bits


def _decoded(tables: _Tables, payload: bytes, shapes: Shapes) -> tuple[Latents, ...]:
    levels, places, count = tables.laid_out(shapes)
    cells = np.zeros(count, np.int16)
    words = np.frombuffer(payload + bytes(-len(payload) % 4 + 8), ">u4").astype(np.uint32)
    codec = tables.codec
    chosen = references_of(codec.references, payload, shapes) if isinstance(codec, RelatedCodec) else []
    state, _ = tables.code(levels, places, cells, words, tables.relation(chosen, len(shapes)), decoding=True)
    taken = 4 * (state[NEXT] - 2)
    if state[FAILED] or not taken <= len(payload) <= taken + 4:
        raise CorruptFileError("a block of latents does not end with its symbols: the file is damaged")
    found = [[plane.copy() for plane in planes] for _, planes in _planes(levels, places, cells)]
    return tuple(zip(*found, strict=True))


def _planes(levels: Ints, places: Ints, cells: npt.NDArray[Any]) -> Iterator[tuple[int, list[Any]]]:
    """Of every level its number and, for each image, a view (channels, cells down, cells across)."""
    for number, row in enumerate(levels.tolist()):
        channels, start, size = row[:3]
        level = cells[start : start + channels * size].reshape(channels, size)
        planes = []
        for corner, stride, down, across in places[number].tolist():
            first = corner - MARGIN * stride - MARGIN
            plane = level[:, first : first + (down + 2 * MARGIN) * stride].reshape(channels, -1, stride)
            planes.append(plane[:, MARGIN : MARGIN + down, MARGIN : MARGIN + across])
        yield number, planes
