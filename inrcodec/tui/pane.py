"""A pane of pixels: whatever is drawn in half blocks stands on this."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.filter import LineFilter
from textual.geometry import Offset, Region, Size
from textual.strip import Strip
from textual.widget import Widget

from inrcodec.exporters.naming import displayed
from inrcodec.tui.backdrop import Color
from inrcodec.tui.backend import Drawing
from inrcodec.tui.cells import fit_left, wrapped
from inrcodec.tui.filters import finished, others_than_true_colors
from inrcodec.tui.halfblocks import Levels, line
from inrcodec.tui.spritelayer import SpriteLayer

Lines = dict[tuple[int, int, int, Style], Strip]  # by row, size of the pane and its ground


class Pane(Widget):
    """Shows pixels (height, width, 3), centred; `canvas` is its size in pixels, one wide and two high a character.

    A drawing in a terminal's own pixels can be laid over them. Textual knows nothing of it: it is written after the
    text, again when text was written over it, and taken off while something else lies there.
    """

    sprites: SpriteLayer | None = None  # small pictures over what is shown
    DEFAULT_CSS = "Pane { height: 1fr; width: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._levels: Levels | None = None
        self._lines: Lines = {}
        self._ground = Style()
        self._message = ""
        self._drawing: Drawing | None = None
        self._laid: Offset | None = None  # where the drawing is on the screen
        self._due = False

    @property
    def canvas(self) -> Size:
        """Pixels across and down."""
        return Size(self.size.width, 2 * self.size.height)

    def show(self, levels: Levels, lines: Lines | None = None) -> None:
        """Draw these pixels; `lines` keeps their characters for the next time that they are shown."""
        self._put(levels, "")
        self._lines = {} if lines is None else lines

    def say(self, message: str) -> None:
        """Show some words instead, broken into lines where they are too long; some may come from a file."""
        self._put(None, "\n".join(displayed(line) for line in message.splitlines()))

    def clear(self) -> None:
        """Show nothing."""
        if self._levels is not None or self._message:
            self._put(None, "")

    def outdate(self) -> None:
        """What is laid will be replaced soon: it is not written again until then."""
        self._due = True

    def lay(self, drawing: Drawing) -> None:
        """Put a drawing over what is shown."""
        self._lift()
        self._drawing, self._due = drawing, True
        self.call_after_refresh(self._lay_now)  # what text is still to come would replace it

    @property
    def shown(self) -> Levels | None:
        """The pixels that are drawn now, if any."""
        return self._levels

    @property
    def is_laid(self) -> bool:
        """Whether the terminal shows a drawing here now."""
        return self._laid is not None

    def on_mount(self) -> None:
        """What covers the screen, or stops the app, takes the drawing off."""
        self.watch(self.screen, "stack_updates", self._look, init=False)
        self.app.app_resume_signal.subscribe(self, lambda _: self._forget())

    def on_unmount(self) -> None:
        """Nothing is left behind."""
        self._lift()

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Sprites lie over text that is written again."""
        if self.sprites is not None:
            self.sprites.spoil(*regions)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Text goes to the terminal; the drawing follows once it is there."""
        if self._drawing is not None and not self._due:
            self._due = True
            self.call_later(self._lay_now)
        if self.sprites is not None:
            self.sprites.overlay.ask()
        self._ground = self.rich_style  # once for all lines: it is looked up in the style sheet
        if self._levels is None:
            return super().render_lines(crop)
        return finished(self, [self.render_line(y) for y in crop.line_range], crop)  # a film shows them again

    def get_line_filters(self) -> Sequence[LineFilter]:
        """None that makes true colors."""
        return others_than_true_colors(super().get_line_filters())

    def render_line(self, y: int) -> Strip:
        """One row of characters."""
        width, height = self.size
        if self._levels is None:
            return self._text_line(y)
        key = y, width, height, self._ground
        if key not in self._lines:
            self._lines[key] = Strip(line(self._levels, y, width, height, self._ground), width)
        return self._lines[key]

    def _put(self, levels: Levels | None, message: str) -> None:
        self._lift()
        self._drawing, self._due = None, False
        self._levels, self._message = levels, message
        self.refresh()

    def _text_line(self, y: int) -> Strip:
        """The message stands in the middle, its lines flush left."""
        width, height = self.size
        lines = wrapped(self._message, max(1, width - 2))
        row = y - max(0, (height - len(lines)) // 2)
        left = max(0, (width - max(map(cell_len, lines), default=0)) // 2)
        words = " " * left + lines[row] if 0 <= row < len(lines) else ""
        return Strip([Segment(fit_left(words, width), self._ground)], width)

    # What lies over it

    def _lay_now(self) -> None:
        self._due = False
        if self._drawing is None or not self.is_attached:
            return
        columns, lines = self._drawing.cells
        left, top = (self.size.width - columns) // 2, (self.size.height - lines) // 2
        box = Region(self.content_region.x + left, self.content_region.y + top, columns, lines)
        if self._is_covered(box):
            self._lift()
        elif self._laid != box.offset or not self._drawing.stays:
            self._write(f"\x1b7\x1b[{box.y + 1};{box.x + 1}H{self._drawing.data}\x1b8")
            self._laid = box.offset

    def _is_covered(self, box: Region) -> bool:
        others = self.screen.query("Toast, Tooltip")
        return self.app.screen is not self.screen or any(
            other.display and other.region.overlaps(box) for other in others
        )

    def _look(self) -> None:
        """A screen was put above, or taken away; what text replaces follows the text that is written then."""
        if self.app.screen is not self.screen:
            self._lift()
        elif self._drawing is not None and self._drawing.stays:
            self._lay_now()

    def _lift(self) -> None:
        if self._laid is not None and self._drawing is not None:
            self._write(self._drawing.erasing)
        self._laid = None

    def _forget(self) -> None:
        """The terminal was someone else's meanwhile."""
        self._laid = None
        self.refresh()

    def _write(self, words: str) -> None:
        driver = self.app._driver  # there is no public way past the compositor
        if driver is not None and words:
            driver.write(words)


def blank(size: Size, ground: Color) -> Levels:
    """An empty canvas."""
    canvas = np.empty((max(1, size.height), max(1, size.width), 3), np.uint8)
    canvas[:] = ground
    return canvas
