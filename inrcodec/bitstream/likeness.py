"""How like the images of a block are: what each latent costs by itself, and what a reference would save of that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.context import MARGIN, PREVIOUS
from inrcodec.bitstream.laplace import LOWEST_SCALE, Ints
from inrcodec.bitstream.latents import BlockCoder, LatentCodec, Latents
from inrcodec.bitstream.rangecoder import TOTAL
from inrcodec.bitstream.references import (
    CLASSES,
    PREVIOUS_COUNTS,
    SAME,
    SAME_COUNTS,
    WEIGHTS,
    class_of,
)

LIKE = 0.3  # share of what an image's latents say, each by itself, that another one has too: worth a closer look
CANDIDATES = 8  # images that are looked at for each
TOGETHER = 1 << 15  # pixels of images that are looked at in one go
FAR = 64  # as far apart as anything farther: the last class
BINS, MOST_BITS = 8, 16  # of a latent's cost in bits: for each bit, and the highest
COSTS = MOST_BITS * BINS + 1  # how many there are
Floats = npt.NDArray[np.float64]
Small = npt.NDArray[np.int16]
Shapes = Sequence[tuple[int, int]]
GoOn = Callable[[int], bool]  # whether there is time for so many pixels more


@dataclass(frozen=True)
class Pair:
    """An image, one that may be its reference, and bits saved by class and weight, (levels, CLASSES, WEIGHTS)."""

    image: int
    reference: int
    saved: Floats

    def gain(self, codes: npt.NDArray[np.uint8]) -> float:
        """Bits saved with these codes of weights, (levels, CLASSES)."""
        return float(np.take_along_axis(self.saved, codes[:, :, None].astype(np.int64), axis=2).sum())


class Block:
    """The images of a block, of (height, width) as in shapes."""

    def __init__(
        self, codec: LatentCodec, images: Sequence[Latents], shapes: Shapes, coder: BlockCoder | None = None
    ) -> None:
        """coder: finds what latents take in the place of the codec."""
        self._codec, self._images, self._shapes, self._coder = codec, images, shapes, coder
        self._padded: dict[tuple[int, int], npt.NDArray[np.int16]] = {}

    def pairs(self, go_on: GoOn = lambda pixels: True) -> list[Pair]:
        """Images that are like others, each with a few of these; some images at a time, as long as it is to go on."""
        found, candidates = list[Pair](), dict(self._candidates())
        for some, pixels in self._together(list(candidates)):
            if not go_on(pixels):
                break
            for image, levels in zip(some, self._costs(some), strict=True):
                saved = self._saved(image, candidates[image], levels)
                found += [Pair(image, other, one) for other, one in zip(candidates[image], saved, strict=True)]
        return found

    def alike(self) -> int:
        """How many images are like others."""
        return sum(1 for _ in self._candidates())

    def _together(self, images: Sequence[int]) -> Iterator[tuple[list[int], int]]:
        """Images that are looked at in one go, and their pixels."""
        some, total = list[int](), 0
        for image in images:
            pixels = self._shapes[image][0] * self._shapes[image][1]
            if some and total + pixels > TOGETHER:
                yield some, total
                some, total = [], 0
            some.append(image)
            total += pixels
        if some:
            yield some, total

    def _candidates(self) -> Iterator[tuple[int, list[int]]]:
        """Images and those that they are like, by latents of equal values and how rare these are."""
        for shape in dict.fromkeys(self._shapes):
            group = [image for image, other in enumerate(self._shapes) if other == shape]
            if len(group) == 1:
                continue
            values = np.stack([np.concatenate([level.ravel() for level in self._images[image]]) for image in group])
            rarity = self._rarity(group)
            for place, image in enumerate(group):
                like = (values == values[place]) @ rarity[place] / max(float(rarity[place].sum()), 1.0)
                like[place] = 0
                best = np.argsort(-like, kind="stable")[:CANDIDATES]
                others = [group[other] for other in best.tolist() if like[other] >= LIKE]
                if others:
                    yield image, others

    def _rarity(self, group: Sequence[int]) -> npt.NDArray[np.float32]:
        """Bits (images, latents) that each latent would take if all it had were its channel's histogram."""
        parts = []
        for number, level in enumerate(self._codec.model.levels):
            for channel in range(level.channels):
                values = np.stack([self._images[image][number][channel].ravel() for image in group])
                counts = np.bincount((values - values.min()).ravel())
                parts.append((np.log2(values.size) - np.log2(counts.clip(1)))[values - values.min()])
        return np.concatenate(parts, axis=1).astype(np.float32)

    def bits(self, images: Sequence[int]) -> list[list[Floats]]:
        """What each latent of some images takes by itself, for every level, (channels, down, across)."""
        return [[costs % COSTS / BINS for costs in levels] for levels in self._costs(images)]

    def _costs(self, related: Sequence[int]) -> list[list[Ints]]:
        """Of some images, for every level: latents' classes of scales and bits in bins, (channels, down, across)."""
        if self._coder is not None:
            return self._coder.costs(self._codec, *self._some(related)) if related else []
        images, shapes = self._some(related)
        found: list[list[Ints]] = [[] for _ in related]
        for level in self._codec.levels(shapes) if related else ():
            level.fill([image[level.number] for image in images])
            kept = np.zeros((level.channels, level.planes.size), np.uint16)
            for channel in range(level.channels):
                for cells, chances, scales in level.chances(channel):
                    bins = np.rint((np.log2(TOTAL) - np.log2(chances)) * BINS).astype(np.int64)
                    kept[channel, level.planes.places[cells]] = class_of(np.zeros_like(bins), scales) * COSTS + bins
            for image, costs in zip(found, level.views(kept), strict=True):
                image.append(costs)
        return found

    def _some(self, numbers: Sequence[int]) -> tuple[list[Latents], list[tuple[int, int]]]:
        return [self._images[number] for number in numbers], [self._shapes[number] for number in numbers]

    def _saved(self, image: int, others: Sequence[int], costs: Sequence[Ints]) -> Floats:
        """See `Pair`, (others, ...)."""
        saved, coarser, count = list[Floats](), None, counted if self._coder is None else self._coder.counted
        for number, (one, level) in enumerate(zip(costs, self._codec.model.levels, strict=True)):
            other = np.stack([self._in_margin(reference, number) for reference in others])
            steps = self._codec.model.levels[number - 1].shift - level.shift if number else 0
            counts, coarser = count(self._in_margin(image, number), other, one, coarser, steps)
            hits, misses = np.moveaxis(counts.reshape(len(others), 2, CLASSES, COSTS), 1, 0)
            saved.append(hits @ _HIT + misses.sum(axis=2)[:, :, None] * _MISS)
        return np.stack(saved, axis=1)

    def _in_margin(self, image: int, number: int) -> npt.NDArray[np.int16]:
        """A level of an image in a margin of zeros."""
        key = image, number
        if key not in self._padded:
            margin = (MARGIN, MARGIN)
            self._padded[key] = np.pad(self._images[image][number], ((0, 0), margin, margin))
        return self._padded[key]


def counted(image: Small, others: Small, costs: Ints, coarser: Small | None, steps: int) -> tuple[Ints, Small]:
    """Of a level, for each of some others: cells by whether they are equal, their class and their cost, flat.

    image (channels, down, across) and others (others, ...) in a margin of zeros; costs (channels, down, across): as
    `Block` has them; coarser: what was found last for the level above, whose cells are as many as 2**steps wide. Also
    how far cells are apart, over channels, (others, down, across).
    """
    apart = np.minimum(np.abs(image - others), FAR)
    away = _around(apart, SAME, SAME_COUNTS)
    if len(costs) > 1:
        away[:, 1:] += _around(apart[:, :-1], PREVIOUS, PREVIOUS_COUNTS)
    if coarser is not None:
        rows, columns = (np.arange(length) >> steps for length in costs.shape[1:])
        away += coarser[:, None, rows[:, None], columns]
    inner = _inner(apart, 0, 0)
    found = (FIRSTS[np.minimum(away, FAR)] + costs + np.where(inner == 0, 0, _HITS)).reshape(len(others), -1)
    found += 2 * _HITS * np.arange(len(others), dtype=np.int32)[:, None]
    return np.bincount(found.ravel(), minlength=2 * _HITS * len(others)), inner.sum(axis=1, dtype=np.int16)


def _around(apart: Small, offsets: Sequence[tuple[int, int]], counts: Sequence[int]) -> Small:
    """Sums over the neighbors of each cell, (others, channels, down, across), from planes with a margin."""
    parts = [_inner(apart, *offset) * np.int16(count) for offset, count in zip(offsets, counts, strict=True)]
    return np.asarray(sum(parts[1:], start=parts[0]), dtype=np.int16)


def _inner(apart: Small, down: int, across: int) -> Small:
    """What planes with a margin have beside each cell."""
    rows, columns = (length - 2 * MARGIN for length in apart.shape[2:])
    return apart[:, :, MARGIN + down : MARGIN + down + rows, MARGIN + across : MARGIN + across + columns]


_SHARES = np.array(WEIGHTS) / 256
_CHANCES = 2.0 ** (-np.arange(COSTS) / BINS)[:, None]
_HITS = np.int32(CLASSES * COSTS)
FIRSTS = (class_of(np.arange(FAR + 1), np.full(FAR + 1, LOWEST_SCALE)) * COSTS).astype(np.int32)  # by how far apart
# Bits saved, by bin and weight, where a latent equals that of the reference, and by weight where it does not.
_HIT, _MISS = np.log2((_CHANCES * (1 - _SHARES) + _SHARES) / _CHANCES), np.log2(1 - _SHARES)
