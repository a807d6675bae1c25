"""What the grid lists: searches, orders, and the ways to one image of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from inrcodec.errors import InrError
from inrcodec.numerics.arrays import FloatArray
from inrcodec.tui.catalogue import SORTS, Catalogue, Sort
from inrcodec.tui.grid import Grid
from inrcodec.tui.host import Host

NOTHING = "no image matches; Esc clears the search"
QUESTION = "words of a name, or figures: psnr<25 bytes>400 size=48"


class Listing:
    """A catalogue that changes, and the grid that shows it; `on_change` hears when it does."""

    def __init__(self, host: Host, on_change: Callable[[], None]) -> None:
        self._host, self._archive, self._on_change = host, host.archive, on_change
        self.catalogue = Catalogue(host.archive)
        self.grid = Grid(host, lambda number: self.catalogue.caption(number), NOTHING)
        self._worst: int | None = None  # where the last jump to the worst went

    def show(self) -> None:
        """All as it is now."""
        self.grid.show_images(self.catalogue.numbers)
        self._on_change()

    def go_to(self, number: int | None) -> None:
        """The cursor goes to an image; a search that hides it ends."""
        if number is not None and not self.grid.go_to(number) and self.catalogue.search:
            self.search_for("")
            self.grid.go_to(number)

    def ask_search(self) -> None:
        """Search while one types; Esc brings the old search back."""
        before = self.catalogue.search
        answered = lambda words: self.search_for(before if words is None else words)  # noqa: E731
        self._host.ask(QUESTION, answered, before, changed=self.search_for)

    def search_for(self, words: str) -> None:
        """Show what matches."""
        if words != self.catalogue.search:
            self.catalogue = replace(self.catalogue, search=words)
            self.show()

    def sort_next(self) -> None:
        """The next order."""
        self.sort_by(SORTS[(SORTS.index(self.catalogue.sort) + 1) % len(SORTS)])

    def sort_by(self, sort: Sort) -> None:
        """Another order; by similarity means to the image below the cursor."""
        if sort == "similarity":
            if (number := self.grid.number) is not None:
                self._host.tell("looking at all images ...")
                later = self._host.later
                self._host.similar.compare(number, lambda found: later(self._sort_by_similarity, number, found))
            return
        self.catalogue = replace(self.catalogue, sort=sort)
        self.show()

    def reverse(self) -> None:
        """The other way round."""
        self.catalogue = replace(self.catalogue, reverse=not self.catalogue.reverse)
        self.show()

    def go_to_worst(self) -> None:
        """To the image with the lowest PSNR; again: to the next one."""
        self._worst = self.catalogue.worse_than(self._worst if self._worst == self.grid.number else None)
        if self._worst is None:
            self._host.warn("this file has no PSNR of its images")
        else:
            self.grid.go_to(self._worst)

    def ask_number(self) -> None:
        """To an image by number or name."""
        self._host.ask(f"go to a number, 0 to {len(self._archive) - 1}, or a name", self._go_to_text)

    def _go_to_text(self, text: str | None) -> None:
        if text is None or not text.strip():
            return
        try:
            (number, *_) = self._archive.select(text.strip())
        except InrError as failure:
            self._host.complain(failure)
        else:
            self.go_to(number)

    def _sort_by_similarity(self, number: int, similarity: FloatArray | BaseException) -> None:
        if isinstance(similarity, BaseException):
            self._host.complain(similarity)
            return
        self.catalogue = replace(self.catalogue, sort="similarity", similarity=similarity)
        self.show()
        self.grid.go_to(number)
