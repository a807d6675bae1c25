"""Latents of a group of pictures as the network guesses them, a few pictures or a tile of a large one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from inrcodec.fitting.groups import Group
from inrcodec.fitting.guess.network import COARSEST, REACH, GuessNetwork
from inrcodec.numerics.arrays import FloatArray, colors
from inrcodec.numerics.cores import each, threads_for_products
from inrcodec.numerics.holdout import filled

AT_ONCE, FEW = 1 << 16, 1 << 14  # pixels of a picture that is looked at whole, and of small ones together
TILE = 320  # pixels across a tile of a picture of more
FRACTION = 16  # guesses are multiples of 1 / FRACTION: the last digits of matrix products differ between machines
LARGEST = 1000.0
CELLS = (4, 2, 1)  # pixels across a cell of the levels


@dataclass(frozen=True)
class Stretch:
    """Pixels of a side of `side` pixels: those whose latents are guessed, and around them those that are looked at."""

    side: int
    first: int
    last: int

    @property
    def seen(self) -> slice:
        """What is looked at."""
        return slice(max(0, self.first - REACH), min(self.side, self.last + REACH))

    @property
    def missing(self) -> int:
        """Pixels that it lacks at its end to be a multiple of COARSEST."""
        return -len(range(self.side)[self.seen]) % COARSEST

    def places(self) -> FloatArray:
        """Coordinates, -1 to 1 over the side, of the middles of pairs of pixels that are looked at."""
        middles = np.arange(self.seen.start, self.seen.stop + self.missing, 2) + 1
        return (2 * middles / self.side - 1).astype(np.float32)

    def cells(self, size: int) -> tuple[slice, slice]:
        """Cells of that size: of the side, and of what is looked at."""
        first, last, start = self.first // size, -(-self.last // size), self.seen.start // size
        return slice(first, last), slice(first - start, last - start)


def guess_latents(group: Group, channels: int, table: int, threads: int | None = None) -> None:
    """Give every picture of the group the latents that the network guesses for a table of the base.

    Held-out pixels are not looked at: they show what is around them. threads: asked for; they share pictures and tiles.
    """
    network, few = GuessNetwork.load(), max(1, FEW // group.pixels)

    def guess(part: tuple[slice, Stretch, Stretch]) -> None:
        rows, down, across = part
        places = np.stack(np.meshgrid(across.places(), down.places()), axis=2)
        found = network.levels(_seen(group, rows, down, across), places, channels, table)
        for level, guess, size in zip(group.levels(group.latents[rows]), found, CELLS, strict=True):
            (into, of), (beside, off) = down.cells(size), across.cells(size)
            whole = np.rint(guess[:, of, off].clip(-LARGEST, LARGEST) * FRACTION) / FRACTION
            level[:, :, into, beside] = whole.transpose(3, 0, 1, 2)

    firsts = range(0, len(group.numbers), few)
    each(
        guess,
        ((slice(first, first + few), *tile) for first in firsts for tile in _tiles(*group.size)),
        threads_for_products(threads),
    )


def _tiles(height: int, width: int) -> Iterator[tuple[Stretch, Stretch]]:
    """All of a small picture, or of a large one one tile after the other."""
    tile = max(height, width) if height * width <= AT_ONCE else TILE
    for top in range(0, height, tile):
        for left in range(0, width, tile):
            yield Stretch(height, top, min(top + tile, height)), Stretch(width, left, min(left + tile, width))


def _seen(group: Group, rows: slice, down: Stretch, across: Stretch) -> FloatArray:
    """Pictures as the network wants them, (B, height, width, 4), their last rows and columns repeated."""
    pictures = colors(group.targets[:, rows, down.seen, across.seen].transpose(1, 2, 3, 0))
    if group.visible is not None:
        visible = group.visible[rows, down.seen, across.seen]
        pictures = np.stack([filled(one, seen == 0) for one, seen in zip(pictures, visible, strict=True)])
    if pictures.shape[3] == 1:
        pictures = pictures.repeat(3, axis=3)
    if pictures.shape[3] == 3:
        pictures = np.concatenate([pictures, np.ones_like(pictures[..., :1])], axis=3)
    return np.pad(pictures, ((0, 0), (0, down.missing), (0, across.missing), (0, 0)), mode="edge")
