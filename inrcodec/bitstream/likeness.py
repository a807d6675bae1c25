"""How like the images of a block are: what each latent costs by itself, and what a reference would save of that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.context import MARGIN, PREVIOUS
from inrcodec.bitstream.laplace import Ints
from inrcodec.bitstream.latents import LatentCodec, Latents
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
BINS, MOST_BITS = 8, 16  # of a latent's cost in bits: for each bit, and the highest
Floats = npt.NDArray[np.float64]
Costs = tuple[npt.NDArray[np.uint8], npt.NDArray[np.int8]]
Shapes = Sequence[tuple[int, int]]


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

    def __init__(self, codec: LatentCodec, images: Sequence[Latents], shapes: Shapes) -> None:
        self._codec, self._images, self._shapes = codec, images, shapes

    def pairs(self) -> list[Pair]:
        """Images that are like others, each with a few of these."""
        candidates = list(self._candidates())
        related = sorted({image for image, _ in candidates})
        known = dict(zip(related, self._costs(related), strict=True))
        return [Pair(image, other, self._saved(image, other, known[image])) for image, other in candidates]

    def _candidates(self) -> Iterator[tuple[int, int]]:
        """Pairs of an image and one that it is like, by latents of equal values and how rare these are."""
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
                yield from ((image, group[other]) for other in best if like[other] >= LIKE)

    def _rarity(self, group: Sequence[int]) -> npt.NDArray[np.float32]:
        """Bits (images, latents) that each latent would take if all it had were its channel's histogram."""
        parts = []
        for number, level in enumerate(self._codec.model.levels):
            for channel in range(level.channels):
                values = np.stack([self._images[image][number][channel].ravel() for image in group])
                counts = np.bincount((values - values.min()).ravel())
                parts.append((np.log2(values.size) - np.log2(counts.clip(1)))[values - values.min()])
        return np.concatenate(parts, axis=1).astype(np.float32)

    def _costs(self, related: Sequence[int]) -> list[list[Costs]]:
        """Of some images, for every level: latents' bits in bins, and scale indices, (channels, down, across)."""
        shapes = [self._shapes[image] for image in related]
        found: list[list[Costs]] = [[] for _ in related]
        for level in self._codec.levels(shapes) if related else ():
            level.fill([self._images[image][level.number] for image in related])
            places, size = level.planes.places, (level.channels, level.planes.size)
            bins, kept = np.zeros(size, np.uint8), np.zeros(size, np.int8)
            for channel in range(level.channels):
                for cells, chances, scales in level.chances(channel):
                    bins[channel, places[cells]] = np.rint((np.log2(TOTAL) - np.log2(chances)) * BINS)
                    kept[channel, places[cells]] = scales
            for image, *costs in zip(found, level.views(bins), level.views(kept), strict=True):
                image.append((costs[0], costs[1]))
        return found

    def _saved(self, image: int, other: int, costs: Sequence[Costs]) -> Floats:
        """See `Pair`."""
        apart = [one.astype(np.int64) - two for one, two in zip(self._images[image], self._images[other], strict=True)]
        saved = []
        for number, (bins, scales) in enumerate(costs):
            classes = class_of(self._away(apart, number), scales.astype(np.int64))
            equal = apart[number] == 0
            hits = np.bincount((classes * _BINS + bins)[equal], minlength=CLASSES * _BINS).reshape(CLASSES, _BINS)
            misses = np.bincount(classes[~equal], minlength=CLASSES)
            saved.append(hits @ _HIT + misses[:, None] * _MISS)
        return np.stack(saved)

    def _away(self, apart: Sequence[Ints], number: int) -> Ints:
        """How far an image is from another one around each cell of a level; see `related_latents`."""
        own = np.abs(apart[number])
        away = _around(own, SAME, SAME_COUNTS)
        if len(own) > 1:
            away[1:] += _around(own[:-1], PREVIOUS, PREVIOUS_COUNTS)
        if number:
            steps = self._codec.model.levels[number - 1].shift - self._codec.model.levels[number].shift
            rows, columns = (np.arange(length) >> steps for length in own.shape[1:])
            away += np.abs(apart[number - 1]).sum(axis=0)[rows[:, None], columns]
        return away


def _around(planes: Ints, offsets: Sequence[tuple[int, int]], counts: Sequence[int]) -> Ints:
    """Sums of the neighbors of each cell, (channels, down, across), zeros outside."""
    padded = np.pad(planes, ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)))
    _, height, width = planes.shape
    found = np.zeros_like(planes)
    for (down, across), count in zip(offsets, counts, strict=True):
        rows, columns = MARGIN + down, MARGIN + across
        found += count * padded[:, rows : rows + height, columns : columns + width]
    return found


_BINS = MOST_BITS * BINS + 1
_SHARES = np.array(WEIGHTS) / 256
_CHANCES = 2.0 ** (-np.arange(_BINS) / BINS)[:, None]
# Bits saved, by bin and weight, where a latent equals that of the reference, and by weight where it does not.
_HIT, _MISS = np.log2((_CHANCES * (1 - _SHARES) + _SHARES) / _CHANCES), np.log2(1 - _SHARES)
