"""Small pictures in the terminal's own pixels over a widget's text, each over cells of its own.

Textual knows nothing of them. What the terminal shows is kept here, and changed by what differs from what should be
seen: pictures that the terminal keeps (kitty) are handed over once and then placed, moved and taken away by their
numbers; others (sixel) are drawn again where text was written over them, once the screen has come to rest.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from textual.geometry import Offset, Region
from textual.widget import Widget

from inrcodec.tui.backend import ImageBackend, Sprite

REST = 0.12  # seconds without new text before pictures are drawn that the terminal does not keep
MOST_HELD = 64 << 20  # bytes of pixels that the terminal keeps for one widget: it has a few hundred megabytes
PIXEL = 4  # bytes, in the terminal


class Tile(NamedTuple):
    """A sprite at (column, line) of the screen, from one of its lines on; it may be cut above and below."""

    sprite: Sprite
    at: Offset
    first: int
    lines: int

    @property
    def region(self) -> Region:
        """Its cells."""
        return Region(self.at.x, self.at.y, self.sprite.cells[0], self.lines)

    @property
    def whole(self) -> bool:
        """Whether nothing of it is cut."""
        return self.lines == self.sprite.cells[1]


class Overlay:
    """The sprites over one widget; `wanted` says which are to be seen whenever text was written or sprites came in.

    It is among `all_` as long as there is something to change together with text.
    """

    def __init__(
        self, widget: Widget, backend: ImageBackend, all_: set[Overlay], wanted: Callable[[], Sequence[Tile]]
    ) -> None:
        self._widget, self._backend, self._all, self._wanted = widget, backend, all_, wanted
        self._laid: dict[int, Tile] = {}  # by number of the sprite
        self._held: OrderedDict[int, int] = OrderedDict()  # bytes by number
        self._due = self._resting = False
        self._spoiled = 0  # how often text was written

    def start(self) -> None:
        """When the widget is there: what covers the screen, or stops the app, takes the pictures off."""
        if self._backend.real:
            self._widget.watch(self._widget.screen, "stack_updates", self.ask, init=False)
            if self._backend.keeps:
                self._all.add(self)
            self._widget.app.app_resume_signal.subscribe(self._widget, lambda _: self.forget())

    @property
    def laid(self) -> Mapping[int, Tile]:
        """What the terminal shows now."""
        return self._laid

    def spoil(self, written: Sequence[Region]) -> None:
        """Text will be written there (cells of the screen): what lies there is laid again."""
        for number, tile in list(self._laid.items()):
            if any(tile.region.overlaps(region) for region in written):
                self._laid[number] = tile._replace(lines=0)  # the terminal may show it or not
        self._spoiled += 1
        self.ask()

    def ask(self) -> None:
        """Bring the terminal up to date soon: with the text that is being written, or after it."""
        if self._due or not self._backend.real:
            return
        self._due = True
        if self._backend.keeps:
            self._widget.call_later(self.flush)
        elif not self._resting:
            self._rest()

    def forget(self) -> None:
        """The terminal was someone else's meanwhile."""
        self._laid.clear()
        self._held.clear()
        self._widget.refresh()

    def clear(self) -> None:
        """Take everything off and free it."""
        self._all.discard(self)
        if self._backend.real:
            self._write("".join(map(self._backend.erase, self._held)))
        self._laid.clear()
        self._held.clear()

    def flush(self) -> None:
        """Write what has to change."""
        self._write(self.changes())

    def changes(self) -> str:
        """What has to be written for the terminal to show what is wanted; nothing the second time."""
        if not self._due or not self._widget.is_attached:
            return ""
        self._due = False
        wanted = {tile.sprite.number: tile for tile in self._seen()}
        words = [] if not self._backend.keeps else [self._backend.lift(gone) for gone in self._laid.keys() - wanted]
        for number, tile in wanted.items():
            if self._laid.get(number) != tile:
                words.append(f"\x1b[{tile.at.y + 1};{tile.at.x + 1}H{self._drawn(tile)}")
        self._laid = wanted
        words += self._evicted()
        return f"\x1b7{''.join(words)}\x1b8" if words else ""

    def _seen(self) -> Sequence[Tile]:
        widget = self._widget
        if widget.app.screen is not widget.screen:
            return ()
        covers = [other.region for other in widget.screen.query("Toast, Tooltip") if other.display]
        return [
            tile
            for tile in self._wanted()
            if (tile.whole or self._backend.keeps) and not any(tile.region.overlaps(cover) for cover in covers)
        ]

    def _drawn(self, tile: Tile) -> str:
        sprite = tile.sprite
        if not self._backend.keeps:
            return sprite.data
        known = sprite.number in self._held
        self._held[sprite.number] = PIXEL * sprite.pixels[0] * sprite.pixels[1]
        self._held.move_to_end(sprite.number)
        return ("" if known else sprite.data) + self._backend.place(sprite, tile.first, tile.lines)

    def _evicted(self) -> list[str]:
        """What frees the pictures that were shown longest ago, where the terminal keeps too many."""
        words, held = [], sum(self._held.values())
        for number in list(self._held):
            if held <= MOST_HELD:
                break
            if number not in self._laid:
                held -= self._held.pop(number)
                words.append(self._backend.erase(number))
        return words

    def _rest(self) -> None:
        """Wait until no text was written for a while."""
        self._resting, spoiled = True, self._spoiled
        self._widget.set_timer(REST, lambda: self._rested(spoiled))

    def _rested(self, spoiled: int) -> None:
        if spoiled != self._spoiled:
            self._rest()
        else:
            self._resting = False
            self.flush()

    def _write(self, words: str) -> None:
        driver = self._widget.app._driver  # there is no public way past the compositor
        if driver is not None and words:
            driver.write(words)
