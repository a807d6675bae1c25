"""What of an image a kernel looks at: all of it, or a window with some latents around it.

A window is drawn a little beyond what is its own, so that its own latents feel all pixels that they reach; the latents
around, as far as pixels and contexts ask for them, are only read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from inrcodec.bitstream.context import MARGIN
from inrcodec.settings import ModelSettings

TALL, WIDE = 128, 256  # pixels of a window of its own, about
AROUND, BEYOND = 2, 1  # coarsest cells beside a window's own that are read, and that are drawn
Ranges = tuple[tuple[int, int], ...]  # of cells, (first, behind the last) on every level


@dataclass(frozen=True)
class Stretch:
    """A part of one side of an image: the pixels that are drawn, from `start` to before `stop`, and cells by level."""

    side: int  # pixels of the whole image
    cells: tuple[int, ...]  # of the whole image
    start: int
    stop: int
    pixels: tuple[int, int]  # those of its own
    read: Ranges
    own: Ranges
    counted: Ranges  # whose bits count: their contexts are read

    @property
    def count(self) -> int:
        """Pixels that are drawn."""
        return self.stop - self.start

    def counts(self) -> list[int]:
        """Cells that are read, by level."""
        return [last - first for first, last in self.read]

    def moved(self) -> Stretch:
        """The same counted from the first pixel of the first cell that is read, where cells are whole pixels.

        Windows that differ in nothing else then share what is laid out for them.
        """
        cell, rest = divmod(self.side, self.cells[0])
        if rest or any(count % self.cells[0] for count in self.cells):
            return self
        shift = self.read[0][0]
        by_level = [shift * count // self.cells[0] for count in self.cells]

        def back(ranges: Ranges) -> Ranges:
            return tuple((first - by, last - by) for (first, last), by in zip(ranges, by_level, strict=True))

        by = shift * cell
        return replace(
            self, start=self.start - by, stop=self.stop - by, pixels=(self.pixels[0] - by, self.pixels[1] - by),
            read=back(self.read), own=back(self.own), counted=back(self.counted),
        )  # fmt: skip


@dataclass(frozen=True)
class View:
    """A window of an image, or all of it."""

    down: Stretch
    across: Stretch

    @cached_property
    def _hash(self) -> int:
        return hash((self.down, self.across))

    def __hash__(self) -> int:
        """Worked out once: layouts are found by views, many times in a step."""
        return self._hash

    @property
    def pixels(self) -> int:
        """That are drawn."""
        return self.down.count * self.across.count

    @property
    def own_pixels(self) -> int:
        """Of its own."""
        (top, bottom), (left, right) = self.down.pixels, self.across.pixels
        return (bottom - top) * (right - left)

    def values(self, model: ModelSettings) -> int:
        """Latents that are read."""
        counts = zip(model.levels, self.down.counts(), self.across.counts(), strict=True)
        return sum(level.channels * down * across for level, down, across in counts)

    def moved(self) -> View:
        """See `Stretch.moved`."""
        return View(self.down.moved(), self.across.moved())


def whole(model: ModelSettings, height: int, width: int) -> View:
    """All of an image."""
    return View(*(_stretch(model, side, 0, None) for side in (height, width)))


def windows(model: ModelSettings, height: int, width: int) -> list[View]:
    """An image cut into windows of about equal size."""
    rows, columns = _cut(model, height, TALL), _cut(model, width, WIDE)
    return [View(down, across) for down in rows for across in columns]


def _cut(model: ModelSettings, side: int, length: int) -> list[Stretch]:
    coarsest = model.levels[0]
    cells = coarsest.cells(side)
    parts = max(1, round(side / length))
    edges = [round(cells * part / parts) for part in range(parts + 1)]
    return [_stretch(model, side, first, last) for first, last in pairwise(edges)]


def _stretch(model: ModelSettings, side: int, first: int, last: int | None) -> Stretch:
    """From coarsest cell `first` to before `last`."""
    levels = model.levels
    cells = tuple(level.cells(side) for level in levels)
    last = cells[0] if last is None else last

    def edge(cell: int) -> int:
        return round(min(max(cell, 0), cells[0]) * side / cells[0])

    def ranges(begin: int, end: int) -> Ranges:
        """Cells of every level below those of the coarsest."""
        found = []
        for level, count in zip(levels, cells, strict=True):
            finer = levels[0].shift - level.shift
            low = min(max(begin, 0) << finer, count)
            found.append((low, count if end >= cells[0] else min(end << finer, count)))
        return tuple(found)

    own, read = ranges(first, last), ranges(first - AROUND, last + AROUND)
    counted = tuple(
        (
            0 if low == 0 else min(begin, max(begin - MARGIN, low + MARGIN)),
            count if high == count else max(end, min(end + MARGIN, high - MARGIN)),
        )
        for (low, high), (begin, end), count in zip(read, own, cells, strict=True)
    )
    return Stretch(
        side=side, cells=cells, start=edge(first - BEYOND), stop=edge(last + BEYOND), pixels=(edge(first), edge(last)),
        read=read, own=own, counted=counted,
    )  # fmt: skip
