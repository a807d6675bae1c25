"""Thumbnails in the terminal's own pixels over those in half blocks: asked for once the screen has come to rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from textual.geometry import Offset, Region
from textual.widget import Widget

from inrcodec.tui.backend import Sprite
from inrcodec.tui.host import Host
from inrcodec.tui.overlay import REST, Overlay, Tile
from inrcodec.tui.thumbnails import Sprites

LAY_AFTER = 0.05  # seconds: sprites that come in together are laid together


class Box(NamedTuple):
    """Where the thumbnail of an image stands: so many characters wide, half as many lines, its corner on the screen."""

    number: int
    width: int
    corner: Offset


class SpriteLayer:
    """The sprites over a widget; `boxes` says where there is room for them now, and for which there will be soon.

    Where the terminal draws no pixels of its own, it does nothing.
    """

    def __init__(
        self,
        widget: Widget,
        host: Host,
        boxes: Callable[[], Sequence[Box]],
        soon: Callable[[], Sequence[Box]] = tuple,
    ) -> None:
        self._widget, self._boxes, self._soon = widget, boxes, soon
        self._real = host.backend.real
        self._sprites = Sprites(host, lambda: host.later(self._lay_soon))
        self.overlay = Overlay(widget, host.backend, host.overlays, self._tiles)
        self._resting = False

    def start(self) -> None:
        """When the widget is there."""
        self.overlay.start()

    def close(self) -> None:
        """When it goes: nothing is left behind."""
        self.overlay.clear()

    def spoil(self, *written: Region) -> None:
        """Text will be written there, in cells of the widget; everywhere, if nothing is said.

        Textual writes what is left of it in the same lines too.
        """
        if self._real:
            place = self._widget.region
            lines = [Region(place.x, place.y + one.y, one.right, one.height) for one in written]
            self.overlay.spoil(lines or [place])

    def want(self) -> None:
        """The boxes are others now: ask for their sprites when they stay so for a moment."""
        if self._real and not self._resting:
            self._resting = True
            self._widget.set_timer(REST, self._ask)

    def look_again(self) -> None:
        """Colors are different now."""
        self._sprites.clear()
        self.want()

    def _ask(self) -> None:
        self._resting = False
        seen, soon = ([(box.number, box.width) for box in boxes()] for boxes in (self._boxes, self._soon))
        self._sprites.want(seen, soon)

    def _lay_soon(self) -> None:
        self._widget.set_timer(LAY_AFTER, self._lay)

    def _lay(self) -> None:
        self._sprites.take_fresh()
        self.overlay.ask()

    def _tiles(self) -> list[Tile]:
        """The sprites that are there, in the middle of their boxes, as far as they lie within the widget."""
        tiles, inside = [], self._widget.content_region
        for number, width, corner in self._boxes():
            sprite = self._sprites.get(number, width)
            if isinstance(sprite, Sprite):
                across, down = sprite.cells
                at = corner + Offset((width - across) // 2, (width // 2 - down) // 2)
                hidden = max(0, inside.y - at.y)
                lines = min(inside.bottom, at.y + down) - at.y - hidden
                if lines > 0 and inside.x <= at.x <= inside.right - across:
                    tiles.append(Tile(sprite, at + Offset(0, hidden), hidden, lines))
        return tiles
