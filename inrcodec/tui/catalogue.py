"""Which images are shown, and in which order: search, sort, and the words that say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from inrcodec.archive import Archive
from inrcodec.numerics.arrays import Pixels

Sort = Literal["number", "name", "psnr", "held-out", "bytes", "similarity"]
SORTS: tuple[Sort, ...] = ("number", "name", "psnr", "held-out", "bytes", "similarity")


@dataclass(frozen=True)
class Catalogue:
    """The shown images of an archive; `likeness` (images,) to some image is what `similarity` sorts by."""

    archive: Archive
    search: str = ""
    sort: Sort = "number"
    likeness: Pixels | None = None

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        """Image numbers in the order of the screen."""
        names = self.archive.names
        found = [number for number in range(len(self.archive)) if matches(self.search, names[number])]
        order = self._order()
        return tuple(found if order is None else sorted(found, key=lambda number: order[number]))

    def beside(self, number: int, by: int) -> int:
        """The image so many places after another one, or before it; the ends stay where they are."""
        if number not in self.numbers:
            return number
        return self.numbers[min(len(self.numbers) - 1, max(0, self.numbers.index(number) + by))]

    def _order(self) -> Sequence[Any] | None:
        """A sort key for every image; the worst, the largest and the most alike come first, the unknown last."""
        figures = self.archive.figures
        match self.sort:
            case "name":
                return [name.casefold() for name in self.archive.names]
            case "psnr" if "psnr" in figures:
                return list(np.nan_to_num(figures["psnr"], nan=np.inf))
            case "held-out" if "holdout_psnr" in figures:
                return list(np.nan_to_num(figures["holdout_psnr"], nan=np.inf))
            case "bytes":
                return list(-self.archive.image_bits)
            case "similarity" if self.likeness is not None:
                return list(-self.likeness)
        return None


def matches(search: str, name: str) -> bool:
    """Whether the letters of every word stand in the name in that order, the first of a word anywhere."""
    text = name.casefold()
    return all(_in_order(word, text) for word in search.casefold().split())


def _in_order(word: str, text: str) -> bool:
    at = -1
    for letter in word:
        at = text.find(letter, at + 1)
        if at < 0:
            return False
    return True
