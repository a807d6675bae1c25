"""The grid of thumbnails: one widget that draws lines, so ten thousand images cost what is on the screen."""

from __future__ import annotations

import textwrap
from collections import OrderedDict
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from inrcodec.exporters.naming import displayed
from inrcodec.tui.halfblocks import Levels, centred, fitted, levels_of, line
from inrcodec.tui.host import Host

WIDTHS = (8, 12, 16, 24, 32, 48)  # of a thumbnail in characters
KEPT = 4000  # thumbnails
Key = tuple[str, int, int]
PLACEHOLDER, DAMAGED = Style(color="grey35"), Style(color="red", bold=True)
CURSOR, MARK = Style(color="black", bgcolor="#ffc400", bold=True), Style(color="yellow", bold=True)
FRAME = Style(color="#ffc400")


class Grid(ScrollView, can_focus=True, inherit_bindings=False):
    """Thumbnails of some images of an archive with a cursor and marks; decodes only what is visible."""

    DEFAULT_CSS = (
        "Grid { width: 1fr; height: 1fr; overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1; }"
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "step(-1, 0)", show=False),
        Binding("right,l", "step(1, 0)", show=False),
        Binding("up,k", "step(0, -1)", show=False),
        Binding("down,j", "step(0, 1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "end(False)", show=False),
        Binding("end", "end(True)", show=False),
        Binding("plus,equals_sign", "resize(1)", show=False),
        Binding("minus", "resize(-1)", show=False),
    ]

    class Moved(Message):
        """The cursor stands on another image."""

        def __init__(self, number: int | None) -> None:
            super().__init__()
            self.number = number

    class Opened(Message):
        """An image was clicked while the cursor stood on it."""

    def __init__(self, host: Host) -> None:
        super().__init__(id="grid")
        self._host = host
        self._archive, self._loader, self._pictures = host.archive, host.loader, host.backend.pictures
        self._numbers: tuple[int, ...] = tuple(range(len(host.archive)))
        self._thumbnails: OrderedDict[Key, Levels | str] = OrderedDict()
        self._width = 16 if self._pictures else 32
        self.cursor = 0
        self.marks: dict[int, None] = {}  # image numbers in the order of marking

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

    def show_images(self, numbers: tuple[int, ...]) -> None:
        """Show these images; the cursor stays on its image when that is among them."""
        before = self.number
        self._numbers = numbers
        self.cursor = numbers.index(before) if before in numbers else 0
        self._lay_out()
        self.post_message(self.Moved(self.number))

    def go_to(self, number: int) -> bool:
        """Put the cursor on an image; False where it is not shown."""
        if number not in self._numbers:
            return False
        self._move_to(self._numbers.index(number))
        return True

    def action_step(self, right: int = 0, down: int = 0) -> None:
        """Move the cursor by cells."""
        wanted = self.cursor + right + down * self.columns
        if 0 <= wanted < len(self._numbers):
            self._move_to(wanted)
        elif down > 0 and self.cursor // self.columns < (len(self._numbers) - 1) // self.columns:
            self._move_to(len(self._numbers) - 1)

    def action_page(self, down: int) -> None:
        """Move the cursor by screens."""
        rows = max(1, self.size.height // self.cell_height)
        self._move_to(self.cursor + down * rows * self.columns)

    def action_end(self, last: bool) -> None:
        """Move the cursor to the first or the last image."""
        self._move_to(len(self._numbers) - 1 if last else 0)

    def action_resize(self, by: int) -> None:
        """The next larger or smaller size."""
        place = WIDTHS.index(self._width) + by
        self._width = WIDTHS[min(len(WIDTHS) - 1, max(0, place))]
        self._lay_out()

    def toggle_mark(self) -> None:
        """Mark the image below the cursor, or no longer."""
        if self.number is None:
            return
        if self.marks.pop(self.number, self) is self:
            self.marks[self.number] = None
        self.refresh()

    def on_resize(self) -> None:
        self._lay_out()

    def on_click(self, event: object) -> None:
        """The cursor goes where the mouse clicks; a click on the cursor opens the image."""
        y = getattr(event, "y", 0) + self.scroll_offset.y
        column, row = getattr(event, "x", 0) // self.cell_width, y // self.cell_height
        place = row * self.columns + column
        if column < self.columns and 0 <= place < len(self._numbers):
            if place == self.cursor:
                self.post_message(self.Opened())
            self._move_to(place)

    def render_line(self, y: int) -> Strip:
        """One line of the screen: the same line of every cell in a row of cells."""
        width = self.size.width
        row, inside = divmod(y + self.scroll_offset.y, self.cell_height)
        cells = self._numbers[row * self.columns : (row + 1) * self.columns]
        if not self._numbers:
            words = "no image matches; Esc clears the search" if y == self.size.height // 2 else ""
            return Strip([Segment(words[:width].center(width), self.rich_style)], width)
        segments: list[Segment] = []
        for offset, number in enumerate(cells):
            here = row * self.columns + offset == self.cursor
            left, right = ("▐", "▌") if here and inside < self._tall else (" ", " ")
            segments.append(Segment(left, self.rich_style + FRAME))
            segments += self._cell_line(number, here, inside)
            segments.append(Segment(right.ljust(self.cell_width - self._width - 1), self.rich_style + FRAME))
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def _cell_line(self, number: int, here: bool, inside: int) -> list[Segment]:
        tall = self._tall
        if inside == tall + 1:
            return [Segment(" " * self._width, self.rich_style)]
        if inside == tall:
            mark = "*" if number in self.marks else ""
            caption = shortened(f"{mark}{number} {displayed(self._archive.names[number])}", self._width)
            style = CURSOR if here else MARK if mark else self.rich_style
            return [Segment(caption, self.rich_style + style)]
        found = self._thumbnail(number)
        if isinstance(found, str):
            lines = textwrap.wrap(found, self._width)[:tall]
            row = inside - (tall - len(lines)) // 2
            words = lines[row] if 0 <= row < len(lines) else ""
            return [Segment(words.center(self._width), self.rich_style + DAMAGED)]
        if found is None:
            words = "·" if inside == tall // 2 else ""
            return [Segment(words.center(self._width), self.rich_style + PLACEHOLDER)]
        return line(found, inside)

    def _thumbnail(self, number: int) -> Levels | str | None:
        """Decoded pixels of a cell, why there are none, or None while they are on their way."""
        key = ("thumbnail", number, self._width)
        found = self._thumbnails.get(key)
        if found is None:
            self._loader.ask(key, lambda: self._decode(number, key[2]), lambda made: self._loaded(key, made))
        return found

    def _decode(self, number: int, width: int) -> Levels:
        image = self._archive[number]
        size = fitted(image.width, image.height, width, width // 2)
        return centred(levels_of(image.render_stored(size)), width, width // 2)

    def _loaded(self, key: Key, made: Levels | BaseException) -> None:
        """In the loader's thread: keep it, and draw it if it is still wanted."""
        self._thumbnails[key] = f"damaged: {made}" if isinstance(made, BaseException) else made
        while len(self._thumbnails) > KEPT:
            self._thumbnails.popitem(last=False)
        self._host.later(self.refresh)

    def _lay_out(self) -> None:
        rows = -(-len(self._numbers) // self.columns)
        self.virtual_size = Size(self.size.width, rows * self.cell_height)
        self._loader.forget(self._is_wanted)
        self._show_cursor()
        self.refresh()

    def _is_wanted(self, key: object) -> bool:
        """Thumbnails that nobody can see any more need not be decoded."""
        if not (isinstance(key, tuple) and key[0] == "thumbnail"):
            return True
        first = self.scroll_offset.y // self.cell_height * self.columns
        last = first + (self.size.height // self.cell_height + 2) * self.columns
        return key[2] == self._width and key[1] in self._numbers[first:last]

    def _move_to(self, place: int) -> None:
        if not self._numbers:
            return
        self.cursor = min(len(self._numbers) - 1, max(0, place))
        self._show_cursor()
        self._loader.forget(self._is_wanted)
        self.refresh()
        self.post_message(self.Moved(self.number))

    def _show_cursor(self) -> None:
        top = self.cursor // self.columns * self.cell_height
        self.scroll_to_region(Region(0, top, 1, self.cell_height), animate=False, force=True)


def shortened(text: str, width: int) -> str:
    """The text in exactly so many characters; three dots in one say where it was cut."""
    return text.ljust(width) if len(text) <= width else text[: width - 1] + "…"
