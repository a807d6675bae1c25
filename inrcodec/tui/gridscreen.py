"""A screen whose keys move the cursor of its grid."""

from __future__ import annotations

from inrcodec.tui.cellgrid import CellGrid
from inrcodec.tui.movement import MovingScreen, Result


class GridScreen(MovingScreen[Result]):
    """A screen with one grid in it."""

    def move(self, right: int, down: int) -> None:
        """The cursor."""
        self.query_one(CellGrid).step(right, down)

    def move_page(self, pages: float) -> None:
        """The cursor."""
        self.query_one(CellGrid).page(pages)

    def move_end(self, last: bool) -> None:
        """The cursor."""
        self.query_one(CellGrid).end(last)
