"""Large pictures enlarged block by block: what is drawn of a block depends on the native pixels close by alone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

SIDE = 256  # native pixels of a block, about
AROUND = 16  # native pixels beside a block that are looked at: convolutions reach 11, and back-projection fades out

Region = tuple[slice, slice]  # rows and columns


@dataclass(frozen=True)
class Block:
    """A part of an enlarged picture.

    native: the native pixels that it is drawn from; size: (width, height) that these are enlarged to; inside: what of
    that is the part; target: where it lies in the whole.
    """

    native: Region
    size: tuple[int, int]
    inside: Region
    target: Region


@dataclass(frozen=True)
class _Stretch:
    """The same along one side."""

    native: slice
    size: int
    inside: slice
    target: slice


def blocks(native: tuple[int, int], requested: tuple[int, int]) -> Iterator[Block]:
    """A picture of native (height, width) at a requested one, in blocks whose borders lie between pixels of both.

    Where there are no such borders, the whole is one block.
    """
    for down, across in product(*(_stretches(*sides) for sides in zip(native, requested, strict=True))):
        yield Block(
            (down.native, across.native),
            (across.size, down.size),
            (down.inside, across.inside),
            (down.target, across.target),
        )


def _stretches(native: int, requested: int) -> list[_Stretch]:
    unit = native // math.gcd(native, requested)  # native pixels that are whole requested ones together
    step, around = unit * max(1, SIDE // unit), unit * -(-AROUND // unit)
    found = []
    for first in range(0, native, step):
        last = min(first + step, native)
        begin, end = max(0, first - around), min(native, last + around)
        edges = [edge * requested // native for edge in (begin, first, last, end)]
        inside = slice(edges[1] - edges[0], edges[2] - edges[0])
        found.append(_Stretch(slice(begin, end), edges[3] - edges[0], inside, slice(edges[1], edges[2])))
    return found
