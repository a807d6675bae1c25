"""The grid of thumbnails: one widget that draws lines, so ten thousand images cost what is on the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Self

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from inrcodec.tui.cellgrid import CellGrid
from inrcodec.tui.cells import fit_center, fit_left
from inrcodec.tui.filters import finished, others_than_true_colors
from inrcodec.tui.halfblocks import line
from inrcodec.tui.host import Host
from inrcodec.tui.spritelayer import Box, SpriteLayer
from inrcodec.tui.thumbnails import Damaged, Thumbnails

PLACEHOLDER, DAMAGED = Style(color="#585858"), Style(color="#808080", italic=True)
CURSOR, MARK = Style(color="#000000", bgcolor="#ffc400", bold=True), Style(color="#c99700", bold=True)
FRAME = Style(color="#ffc400")
KEPT_STRIPS = 1000  # lines of the screen that are kept, with what Textual makes of them
KEPT_LINES = 1000  # thumbnails whose characters are kept
PAINT_AFTER = 0.05  # seconds: thumbnails that come in together are painted together
PAINT_PART_AFTER = 4  # of those: a row that is not complete is painted as it is


class Grid(CellGrid):
    """Thumbnails with captions and marks; decodes only what is visible, and the screens beside it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", key_display="space", id="mark"),
        Binding("V", "mark_range", show=False, id="mark-range"),
        Binding("A", "mark_all", show=False, id="mark-all"),
        Binding("I", "mark_others", show=False, id="mark-others"),
        Binding("plus,equals_sign", "resize(1)", show=False, id="larger"),
        Binding("minus", "resize(-1)", show=False, id="smaller"),
    ]

    class Marked(Message):
        """Other images are marked now."""

    def __init__(self, host: Host, caption: Callable[[int], str], empty: str = "") -> None:
        super().__init__(pictures=host.backend.pictures)
        self._caption, self._empty = caption, empty
        self._thumbnails = Thumbnails(host, lambda: host.later(self._paint_soon))
        self.sprites = SpriteLayer(self, host, self._boxes, lambda: self._boxes(1))
        self.framed = host.backend.keeps or not host.backend.real
        self._unpainted: dict[int, int] = {}  # rows of cells that have something new, and how often they were put off
        self._lines: dict[tuple[int, int, Style], list[list[Segment]]] = {}  # of thumbnails: scrolling draws them again
        self._due = self._wanting = False
        self._ground = Style()
        self._strips: dict[tuple[int, int], Strip] = {}  # by row of cells and line of it
        self._changing: dict[int, tuple[bool, bool]] = {}  # by row, in one frame
        self.marks = host.marks

    def on_mount(self) -> None:
        """The terminal's own pixels follow the text."""
        self.sprites.start()

    def on_unmount(self) -> None:
        """Nothing is left behind."""
        self.sprites.close()

    def mark(self, numbers: Iterable[int]) -> None:
        """Mark these images and no others."""
        marks = dict.fromkeys(numbers)
        self.marks.clear()
        self.marks.update(marks)
        self._strips.clear()
        self.refresh()
        self.post_message(self.Marked())

    def action_mark(self) -> None:
        """Mark the image below the cursor, or no longer."""
        if self.number is not None:
            if self.marks.pop(self.number, self) is self:
                self.marks[self.number] = None
            self._refresh_cell(self.cursor)
            self.post_message(self.Marked())

    def action_mark_range(self) -> None:
        """All from the one that was marked last to the cursor."""
        last = next((number for number in reversed(self.marks) if number in self._numbers), self.number)
        if last is not None:
            first, second = sorted((self._numbers.index(last), self.cursor))
            self.mark([*self.marks, *self._numbers[first : second + 1]])

    def action_mark_all(self) -> None:
        """All that are shown; none if they are marked already."""
        self.mark(() if all(number in self.marks for number in self._numbers) else [*self.marks, *self._numbers])

    def action_mark_others(self) -> None:
        """Of those that are shown, the ones that are not marked instead of those that are."""
        self.mark([number for number in self._numbers if number not in self.marks])

    def action_resize(self, by: int) -> None:
        """Larger or smaller thumbnails."""
        self.resize(by)

    def look_again(self) -> None:
        """Colors are different now."""
        self._thumbnails.clear()
        self._lines.clear()
        self.sprites.look_again()
        self.lay_out()

    def lay_out(self) -> None:
        """For another size, or other images."""
        self._unpainted.clear()
        self._strips.clear()
        super().lay_out()
        self._want_soon()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """By the wheel too."""
        super().watch_scroll_y(old_value, new_value)
        self._unpainted.clear()  # all is drawn
        self._want_soon()

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Sprites lie over text that is written again."""
        self.sprites.spoil(*regions)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """None that makes true colors."""
        return others_than_true_colors(super().get_line_filters())

    def render_lines(self, crop: Region) -> list[Strip]:
        """Lines that stay as they are keep what Textual makes of them: scrolling draws few anew."""
        self.sprites.overlay.ask()
        if (ground := self.rich_style) != self._ground:
            self._ground = ground
            self._strips.clear()
        if len(self._strips) > KEPT_STRIPS:
            self._strips.clear()
        self._changing.clear()
        return finished(self, [self.render_line(y) for y in crop.line_range], crop)

    def render_line(self, y: int) -> Strip:
        """One line of the screen: the same line of every cell in a row of cells."""
        key = divmod(y + self.scroll_offset.y, self.cell_height)
        row, inside = key
        if row not in self._changing:
            self._changing[row] = self._changes(row)
        pictures, caption = self._changing[row]
        if (pictures and inside < self._tall) or (caption and inside == self._tall):
            self._strips.pop(key, None)
            return self._line(y)
        if key not in self._strips:
            self._strips[key] = self._line(y)
        return self._strips[key]

    def _changes(self, row: int) -> tuple[bool, bool]:
        """Whether pictures and captions of a row may look different soon: by cursor, marks, or what is on its way."""
        numbers = self._numbers[row * self.columns : (row + 1) * self.columns]
        if row == self.cursor // self.columns or not numbers:
            return True, True
        awaited = any(self._thumbnails.get(number, self._width) is None for number in numbers)
        return awaited, any(number in self.marks for number in numbers)

    def _line(self, y: int) -> Strip:
        (width, height), ground = self.size, self._ground
        if not self._numbers:
            words = self._empty if y == height // 2 else ""
            return Strip([Segment(fit_center(words, width), ground)], width)
        row, inside = divmod(y + self.scroll_offset.y, self.cell_height)
        columns, wide, tall = self.columns, self.cell_width, self._tall
        places = range(row * columns, min(len(self._numbers), (row + 1) * columns))
        segments: list[Segment] = []
        for place in places:
            here = place == self.cursor
            if inside == tall:
                segments.append(self._caption_of(self._numbers[place], here, wide, ground))
                continue
            left, right = ("▐", "▌") if here and inside < tall and self.framed else (" ", " ")
            frame = ground + FRAME
            segments.append(Segment(left, frame))
            segments += self._picture_line(self._numbers[place], inside, ground)
            segments.append(Segment(right.ljust(wide - self._width - 1), frame))
        filled = len(places) * wide
        if filled > width:
            return Strip(segments, filled).adjust_cell_length(width, ground)
        return Strip([*segments, Segment(" " * (width - filled), ground)], width)  # counting them takes as long

    def _caption_of(self, number: int, here: bool, wide: int, ground: Style) -> Segment:
        mark = "*" if number in self.marks else " "
        style = CURSOR if here else MARK if mark == "*" else ground
        return Segment(fit_left(mark + self._caption(number), wide - 1) + " ", ground + style)

    def _picture_line(self, number: int, inside: int, ground: Style) -> list[Segment]:
        tall = self._tall
        if inside > tall:
            return [Segment(" " * self._width, ground)]
        found = self._thumbnails.get(number, self._width)
        if isinstance(found, Damaged):
            words = found.word if inside == tall // 2 else ""
            return [Segment(fit_center(words, self._width), ground + DAMAGED)]
        if found is None:
            words = "·" if inside == tall // 2 else ""
            return [Segment(words.center(self._width), ground + PLACEHOLDER)]
        key = number, self._width, ground
        lines = self._lines.get(key)
        if lines is None:
            if len(self._lines) > KEPT_LINES:
                self._lines.clear()
            lines = self._lines[key] = [line(found, row, self._width, tall, ground) for row in range(tall)]
        return lines[inside]

    def _want_soon(self) -> None:
        """After what is known is painted, and after the image below the cursor was asked for."""
        if not self._wanting:
            self._wanting = True
            self.call_after_refresh(self._want)

    def _want(self) -> None:
        """Ask for what is to be seen, and for the screens below and above."""
        self._wanting = False
        if self._pictures and self.size.area:
            seen, width = [(number, self._width) for number in self._visible()], self._width
            self._thumbnails.want(seen, [(number, width) for number in self._visible(1) + self._visible(-1)])
            self.sprites.want()

    def _boxes(self, screens: int = 0) -> list[Box]:
        """Where thumbnails stand; or will, so many screens below."""
        visible = self._visible(screens)
        first = 0 if not visible else self._numbers.index(visible[0])
        return [Box(number, self._width, self._corner(place)) for place, number in enumerate(visible, first)]

    def _paint_soon(self) -> None:
        """Thumbnails came in."""
        if not self._due:
            self._due = True
            self.set_timer(PAINT_AFTER, self._paint)

    def _paint(self) -> None:
        """Paint rows that are complete, and those that have waited long enough; each line costs bytes."""
        self._due = False
        places = {number: place for place, number in enumerate(self._visible())}
        first = self.scroll_offset.y // self.cell_height
        for number in self._thumbnails.take_fresh():
            if number in places:
                self._unpainted.setdefault(first + places[number] // self.columns, 0)
        for row, times in list(self._unpainted.items()):
            cells = self._numbers[row * self.columns : (row + 1) * self.columns]
            if times >= PAINT_PART_AFTER or all(self._thumbnails.get(cell, self._width) is not None for cell in cells):
                del self._unpainted[row]
                self.refresh_lines(row * self.cell_height, self.cell_height)
            else:
                self._unpainted[row] = times + 1
        if self._unpainted:
            self._paint_soon()
