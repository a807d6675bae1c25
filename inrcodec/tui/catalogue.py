"""Which images are shown, and in which order: search, sort, and the figure that says so."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from inrcodec.archive import AnyArchive
from inrcodec.exporters.naming import displayed
from inrcodec.numerics.arrays import FloatArray
from inrcodec.tui.query import Query, figure

Sort = Literal["number", "name", "psnr", "held-out", "bytes", "similarity"]
SORTS: tuple[Sort, ...] = ("number", "name", "psnr", "held-out", "bytes", "similarity")
LARGEST_FIRST = ("bytes", "similarity")


@dataclass(frozen=True)
class Catalogue:
    """The shown images of an archive; `similarity` (images,) to some image is what `similarity` sorts by."""

    archive: AnyArchive
    search: str = ""
    sort: Sort = "number"
    reverse: bool = False
    similarity: FloatArray | None = None

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        """Image numbers in the order of the screen; by number the best matches of a search come first."""
        found = Query.of(self.search).numbers(self.archive)
        if self.sort == "name":
            names = self.archive.names
            ordered = sorted(found, key=lambda number: names[number].casefold())
        elif self.values is not None:
            values = self.values
            sign = -1.0 if self.sort in LARGEST_FIRST else 1.0
            known = [number for number in found if not np.isnan(values[number])]
            unknown = [number for number in found if np.isnan(values[number])]
            ordered = sorted(known, key=lambda number: sign * values[number])
            return (*(reversed(ordered) if self.reverse else ordered), *unknown)
        else:
            ordered = list(found)
        return tuple(reversed(ordered) if self.reverse else ordered)

    @cached_property
    def values(self) -> FloatArray | None:
        """What is sorted by, (images,); the worst, the largest and the most alike come first. None: it is no figure."""
        if self.sort == "similarity":
            return self.similarity
        if self.sort in ("number", "name"):
            return None
        values = figure(self.archive, self.sort)
        return None if np.isnan(values).all() else values

    def caption(self, number: int) -> str:
        """Of an image in the grid: its number, what is sorted by, its name."""
        name = displayed(self.archive.names[number])
        if self.values is None:
            return f"{number} {name}"
        value = float(self.values[number])
        form = {"bytes": f"{value:,.0f} B", "similarity": f"{value:+.2f}"}.get(self.sort, f"{value:.1f} dB")
        return f"{number} {'-' if np.isnan(value) else form} {name}"

    def beside(self, number: int, by: int) -> int:
        """The image so many places after another one, or before it; the ends stay where they are."""
        if number not in self.numbers:
            return number
        return self.numbers[min(len(self.numbers) - 1, max(0, self.numbers.index(number) + by))]

    def worse_than(self, number: int | None) -> int | None:
        """The shown image with the lowest PSNR; from that one on, the next better one."""
        values = figure(self.archive, "psnr")
        order = sorted((other for other in self.numbers if not np.isnan(values[other])), key=lambda n: values[n])
        if not order:
            return None
        return order[(order.index(number) + 1) % len(order)] if number in order[:-1] else order[0]
