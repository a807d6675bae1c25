"""A pane of pixels: whatever is drawn in half blocks stands on this."""

from __future__ import annotations

import numpy as np
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from inrcodec.tui.halfblocks import GROUND, Levels, centred, line


class Pane(Widget):
    """Shows pixels (height, width, 3), centred; `canvas` is its size in pixels, one wide and two high a character."""

    DEFAULT_CSS = "Pane { height: 1fr; width: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._levels: Levels | None = None
        self._message = ""
        self._pane: Levels | None = None

    @property
    def canvas(self) -> Size:
        """Pixels across and down."""
        return Size(self.size.width, 2 * self.size.height)

    def show(self, levels: Levels) -> None:
        """Draw these pixels."""
        self._levels, self._message, self._pane = levels, "", None
        self.refresh()

    def say(self, message: str) -> None:
        """Show a line of text instead."""
        self._levels, self._message, self._pane = None, message, None
        self.refresh()

    @property
    def shown(self) -> Levels | None:
        """The pixels that are drawn now, if any."""
        return self._levels

    def on_resize(self) -> None:
        """Pixels are centred anew."""
        self._pane = None

    def render_line(self, y: int) -> Strip:
        """One row of characters."""
        width, height = self.size
        if self._levels is None:
            words = self._message[:width].center(width) if y == height // 2 else " " * width
            return _text(words, self)
        if self._pane is None or self._pane.shape[:2] != (2 * height, width):
            self._pane = centred(self._levels, width, height)
        return Strip(line(self._pane, y), width)


def _text(words: str, widget: Widget) -> Strip:
    from rich.segment import Segment

    return Strip([Segment(words, widget.rich_style)], len(words))


def blank(size: Size) -> Levels:
    """An empty canvas."""
    canvas = np.empty((max(1, size.height), max(1, size.width), 3), np.uint8)
    canvas[:] = GROUND
    return canvas
