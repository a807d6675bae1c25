"""Cells in rows with a cursor: where they are, and how one moves among them; what they show is said elsewhere."""

from __future__ import annotations

from textual.events import Click
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView

WIDTHS = (8, 12, 16, 24, 32, 48)  # of a cell's picture in characters


class CellGrid(ScrollView, can_focus=True, inherit_bindings=False):
    """Some images of an archive, by number, in cells of one size."""

    DEFAULT_CSS = (
        "CellGrid { width: 1fr; height: 1fr; overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1; }"
    )

    framed = True  # whether the cursor stands beside pictures too: what is written there may cost a terminal pictures

    class Moved(Message):
        """The cursor stands on another image."""

        def __init__(self, number: int | None) -> None:
            super().__init__()
            self.number = number

    class Opened(Message):
        """An image was clicked while the cursor stood on it."""

    def __init__(self, *, pictures: bool) -> None:
        super().__init__(id="grid")
        self._pictures = pictures
        self._numbers: tuple[int, ...] = ()
        self._width = 16 if pictures else 32
        self.cursor = 0

    @property
    def number(self) -> int | None:
        """The image below the cursor; None where nothing is shown."""
        return self._numbers[self.cursor] if self._numbers else None

    @property
    def columns(self) -> int:
        """Thumbnails side by side."""
        return max(1, self.size.width // (self._width + 2))

    @property
    def cell_width(self) -> int:
        """Characters from one thumbnail to the next: what is left of the line goes between them."""
        return max(self._width + 2, self.size.width // self.columns)

    @property
    def cell_height(self) -> int:
        """Lines of a thumbnail, its caption and the gap below."""
        return self._tall + 2 if self._pictures else 1

    @property
    def _tall(self) -> int:
        """Lines of a thumbnail."""
        return self._width // 2 if self._pictures else 0

    @property
    def rows(self) -> int:
        """Rows of cells that a screen has room for."""
        return max(1, self.size.height // self.cell_height)

    def show_images(self, numbers: tuple[int, ...]) -> None:
        """Show these images; the cursor stays on its image when that is among them."""
        before = self.number
        self._numbers = numbers
        self.cursor = numbers.index(before) if before in numbers else 0
        self.lay_out()
        self.post_message(self.Moved(self.number))

    def go_to(self, number: int) -> bool:
        """Put the cursor on an image; False where it is not shown."""
        if number not in self._numbers:
            return False
        self._move_to(self._numbers.index(number))
        return True

    def step(self, right: int = 0, down: int = 0) -> None:
        """Move the cursor by cells."""
        last = len(self._numbers) - 1
        row, last_row = self.cursor // self.columns + down, last // self.columns
        wanted = self.cursor + right + down * self.columns
        if down and not 0 <= row <= last_row:
            row = min(last_row, max(0, row))
            wanted = row * self.columns + self.cursor % self.columns
        self._move_to(wanted)

    def page(self, pages: float) -> None:
        """Move the cursor by screens, and the screen with it."""
        rows = round(pages * self.rows) or (1 if pages > 0 else -1)
        self.scroll_to(y=self.scroll_offset.y + rows * self.cell_height, animate=False, force=True)
        self.step(down=rows)

    def end(self, last: bool) -> None:
        """Move the cursor to the first or the last image."""
        self._move_to(len(self._numbers) - 1 if last else 0)

    def resize(self, by: int) -> None:
        """The next larger or smaller size."""
        place = WIDTHS.index(self._width) + by
        self._width = WIDTHS[min(len(WIDTHS) - 1, max(0, place))]
        self.lay_out()

    def lay_out(self) -> None:
        """For another size, or other images."""
        rows = -(-len(self._numbers) // self.columns)
        self.virtual_size = Size(self.size.width, rows * self.cell_height)
        self._show_cursor()
        self.refresh()

    def on_resize(self) -> None:
        self.lay_out()

    def on_click(self, event: Click) -> None:
        """The cursor goes where the mouse clicks; a click on the cursor opens the image."""
        column, row = event.x // self.cell_width, (event.y + self.scroll_offset.y) // self.cell_height
        place = row * self.columns + column
        if column < self.columns and 0 <= place < len(self._numbers):
            if place == self.cursor:
                self.post_message(self.Opened())
            self._move_to(place)

    def _corner(self, place: int) -> Offset:
        """Of the picture in a cell, on the screen."""
        row, column = divmod(place, self.columns)
        right, down = column * self.cell_width + 1, row * self.cell_height - self.scroll_offset.y
        return self.content_region.offset + Offset(right, down)

    def _visible(self, screens: int = 0) -> tuple[int, ...]:
        """The images on the screen, the one at its lower edge too; or so many screens below (above: negative)."""
        count = (-(-self.size.height // self.cell_height) + 1) * self.columns
        first = self.scroll_offset.y // self.cell_height * self.columns + screens * count
        return self._numbers[max(0, first) : max(0, first + count)]

    def _refresh_cell(self, place: int) -> None:
        """What shows the cursor and marks: the picture stays as it is."""
        row, column = divmod(place, self.columns)
        left, top = column * self.cell_width, row * self.cell_height - self.scroll_offset.y
        framed = self._tall and self.framed
        frame = [Region(left + right, top, 1, self._tall) for right in (0, self._width + 1)] if framed else []
        self.refresh(*frame, Region(left, top + self._tall, self.cell_width, 1))

    def _move_to(self, place: int) -> None:
        if not self._numbers:
            return
        before, offset = self.cursor, self.scroll_offset
        self.cursor = min(len(self._numbers) - 1, max(0, place))
        self._show_cursor()
        if self.scroll_offset == offset:  # else all of it is drawn
            self._refresh_cell(before)
            self._refresh_cell(self.cursor)
        if self.cursor != before:
            self.post_message(self.Moved(self.number))

    def _show_cursor(self) -> None:
        top = self.cursor // self.columns * self.cell_height
        self.scroll_to_region(Region(0, top, 1, self.cell_height), animate=False, force=True)
