"""Where an image shows what its reference shows, it takes over the latents: equal ones cost next to nothing.

The fit knows no references, so the latents of two equal grounds differ by chance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from inrcodec.archive import Archive
from inrcodec.bitstream.latents import Latents
from inrcodec.bitstream.likeness import Block
from inrcodec.bitstream.references import NONE, delays
from inrcodec.images import Picture
from inrcodec.numerics.arrays import Pixels, colors

if TYPE_CHECKING:
    from inrcodec.fitting.file_engine import FileEngine

MOST_COPIED = 1000  # images of a set: with more, a fit makes better use of the time
ALIKE = 0.7  # share of equal latents, from which on an image is looked at
ROUNDS = 4  # of drawing an image with copies, and taking back those that do not pay
OVERLAP = 0.6  # of an error around a cell, what the cell is charged: cells around it are charged too
Map = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Copies:
    """The latents of all images, some of which are those of references, and bits that the errors of that are worth."""

    latents: tuple[Latents, ...]
    worth: float


def with_copies(
    archive: Archive,
    pictures: Sequence[Picture],
    rate_weight: float,
    known: Sequence[Latents] | None = None,
    engine: FileEngine | None = None,
    go_on: Callable[[], bool] = lambda: True,
) -> Copies | None:
    """Latents with those of references where these are good enough; None where nothing is copied.

    archive: what the latents of the fit decode to; rate_weight: the loss is the squared error plus that many times the
    bits for each pixel; known: the archive's latents, where they need not be decoded; engine: draws, where there is one
    that is faster; go_on: whether there is time for another image.
    """
    stored, found, worth, copied = archive.stored, [], 0.0, False
    if len(pictures) > MOST_COPIED or stored.references is None or not go_on():
        return None
    known = [stored.latents(image) for image in range(len(archive))] if known is None else known
    for block in range(stored.blocks):
        part = _Part(archive, block, pictures, rate_weight, known, engine)
        copied = part.copy(go_on) or copied
        found += part.latents
        worth += part.rise / rate_weight
    return Copies(tuple(found), worth) if copied else None


@dataclass(frozen=True)
class _Trial:
    """An image with some cells copied: the rise of its loss, and of its error; its latents, and how they are drawn."""

    rise: float
    error: float
    latents: Latents
    drawn: Pixels


class _Part:
    """The images of a block."""

    def __init__(
        self,
        archive: Archive,
        block: int,
        pictures: Sequence[Picture],
        rate_weight: float,
        known: Sequence[Latents],
        engine: FileEngine | None,
    ) -> None:
        stored = archive.stored
        self._archive, self._block, self._numbers = archive, block, stored.images_of(block)
        self.latents, self._engine = [known[number] for number in self._numbers], engine
        self._chosen = stored.chosen(block)
        self._shapes = [stored.shapes[number] for number in self._numbers]
        self._costs = Block(stored.codec, self.latents, self._shapes, engine)
        self._pictures, self._rate_weight = pictures, rate_weight
        self._levels = stored.header.model.levels
        self._cell = 1 << self._levels[0].shift  # pixels
        self.rise = 0.0  # of the squared error, over all pixels

    def copy(self, go_on: Callable[[], bool]) -> bool:
        """Copy what pays, references before those that refer to them, while there is time; whether anything did."""
        late = delays(self._chosen)
        images = sorted(self._alike(), key=lambda image: late[image]) if go_on() else []
        bits, drawn, copied = dict(zip(images, self._costs.bits(images), strict=True)), {}, False
        for image in images:
            if not go_on():
                break
            other = self._chosen[image]
            if other not in drawn:
                drawn[other] = self._draw(other, self.latents[other])
            drawn[image] = self._draw(image, self.latents[image])
            trial = self._best(image, other, self._by_cell(image, other, bits[image]), drawn[image], drawn[other])
            if trial is not None:
                self.latents[image], drawn[image], copied = trial.latents, trial.drawn, True
                self.rise += trial.error * math.prod(self._shapes[image])
        self._archive.stored.forget()  # trials do not stay
        return copied

    def _alike(self) -> list[int]:
        """Images that have much in common with their references."""
        related = [image for image, other in enumerate(self._chosen) if other != NONE]
        return [image for image in related if self._equal(image, self._chosen[image]) >= ALIKE]

    def _equal(self, image: int, other: int) -> float:
        both = zip(self.latents[image], self.latents[other], strict=True)
        return float(np.mean(np.concatenate([(one == two).ravel() for one, two in both])))

    def _best(self, image: int, other: int, bits: Map, drawn: Pixels, reference: Pixels) -> _Trial | None:
        """The best of a few trials, each without those cells of the one before that cost more than they save."""
        number = self._numbers[image]
        target, pixels = colors(self._pictures[number].stored), drawn.shape[0] * drawn.shape[1]
        before, saved, best = _errors(drawn, target), self._rate_weight * bits / pixels, None
        mask = (bits > 0) & (self._around(_errors(reference, target) - before) < saved)
        for _ in range(ROUNDS):
            if not mask.any():
                break
            latents = self._mixed(image, other, mask)
            shown = self._draw(image, latents)
            more = _errors(shown, target) - before
            trial = _Trial(float(more.mean() - saved[mask].sum()), float(more.mean()), latents, shown)
            if trial.rise < (best.rise if best else 0.0):
                best = trial
            kept = mask & (self._around(more) < saved)
            if (kept == mask).all():
                break
            mask = kept
        return best

    def _draw(self, image: int, latents: Latents) -> Pixels:
        """An image as it looks with these latents."""
        number = self._numbers[image]
        if self._engine is not None:
            return colors(self._engine.octets_with(self._archive, number, latents))
        latest = [*self.latents[:image], latents, *self.latents[image + 1 :]]
        self._archive.stored.keep(self._block, tuple(latest))
        return self._archive[number].render_stored()

    def _mixed(self, image: int, other: int, mask: Mask) -> Latents:
        """Latents of an image, and of another one where the mask (coarsest cells down, across) says so."""
        mixed = []
        for level, own, theirs in zip(self._levels, self.latents[image], self.latents[other], strict=True):
            steps = self._cell >> level.shift
            finer = mask.repeat(steps, axis=0).repeat(steps, axis=1)[: own.shape[1], : own.shape[2]]
            mixed.append(np.where(finer, theirs, own))
        return tuple(mixed)

    def _by_cell(self, image: int, other: int, bits: Sequence[Map]) -> Map:
        """What latents that differ take, by coarsest cell, (down, across): each its own bits, and one to say so."""
        height, width = (self._levels[0].cells(length) for length in self._shapes[image])
        total = np.zeros((height, width))
        for level, own, theirs, one in zip(self._levels, self.latents[image], self.latents[other], bits, strict=True):
            steps, found = self._cell >> level.shift, ((own != theirs) * (one + 1.0)).sum(axis=0)
            padded = np.zeros((height * steps, width * steps))
            padded[: found.shape[0], : found.shape[1]] = found
            total += padded.reshape(height, steps, width, steps).sum(axis=(1, 3))
        return total

    def _around(self, errors: Map) -> Map:
        """Means over an image of errors (height, width), as far as they lie around each coarsest cell."""
        height, width = errors.shape
        grown, (down, across) = self._cell // 2, (self._levels[0].cells(length) for length in errors.shape)
        padded = np.zeros((down * self._cell + 2 * grown + 1, across * self._cell + 2 * grown + 1))
        padded[grown + 1 : grown + 1 + height, grown + 1 : grown + 1 + width] = errors
        sums, reach = padded.cumsum(axis=0).cumsum(axis=1), self._cell + 2 * grown
        rows, columns = np.arange(down)[:, None] * self._cell, np.arange(across) * self._cell
        box = sums[rows + reach, columns + reach] - sums[rows, columns + reach]
        box += sums[rows, columns] - sums[rows + reach, columns]
        return np.asarray(OVERLAP / (height * width) * box)


def _errors(drawn: Pixels, target: Pixels) -> Map:
    """Squared errors by pixel, (height, width)."""
    return np.asarray(np.square(drawn - target).mean(axis=2), dtype=np.float64)
