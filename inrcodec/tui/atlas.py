"""The set as a map: like images lie near each other, by the two directions in which they differ most."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.geometry import Offset
from textual.widgets import Static

from inrcodec.errors import CorruptFileError
from inrcodec.exporters.naming import displayed
from inrcodec.tui.canvas import dot, frame, put
from inrcodec.tui.host import Host
from inrcodec.tui.keybar import Keybar
from inrcodec.tui.movement import MovingScreen, moves
from inrcodec.tui.pane import Pane, blank
from inrcodec.tui.places import NOWHERE, Cells, Places, corners, own_cells
from inrcodec.tui.spritelayer import Box, SpriteLayer
from inrcodec.tui.thumbnails import Thumbnails
from inrcodec.tui.vectors import Vectors
from inrcodec.tui.words import command, reason, titled

SIDES = (12, 12, 16, 24, 32, 48)  # pixels of a thumbnail by how often one has zoomed in
DOT = (120, 128, 145)


class Atlas(MovingScreen[int]):
    """Ends with the number of the image that was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="back"),
        *moves("Go"),
        Binding("plus,equals_sign", "zoom(1)", "Zoom", key_display="+ -", id="larger"),
        Binding("minus", "zoom(-1)", show=False, id="smaller"),
        Binding("enter", "open", "Open", id="open"),
        Binding("n", "neighbors", "Neighbors", id="neighbors"),
        Binding("y", "copy", "Copy", id="copy"),
    ]

    def __init__(self, host: Host, number: int) -> None:
        super().__init__()
        self._host = host
        self.number = number
        self._thumbnails = Thumbnails(host, lambda: host.later(self._draw_soon))
        self._sprites: SpriteLayer | None = None
        self._pictures: list[int] = []  # those that have cells, and are seen
        self._places: Places | None = None  # of all images, nan for damaged ones
        self._cells: Cells | None = None  # as far as there was room
        self._cells_for: object = None
        self.corners: Places | None = None  # of thumbnails, in pixels of the pane
        self._due = False
        self._zoom = 0  # times

    def compose(self) -> ComposeResult:
        yield Static(id="headline")
        yield Pane(id="map")
        yield Keybar()

    def on_mount(self) -> None:
        """Ask for the vectors."""
        pane = self.query_one(Pane)
        pane.say("looking at all images ...")
        pane.sprites = self._sprites = SpriteLayer(pane, self._host, self._boxes)
        self._sprites.start()
        self._host.similar.ask(lambda vectors: self._host.later(self._take, vectors))

    def on_unmount(self) -> None:
        """Nothing is left behind."""
        if self._sprites is not None:
            self._sprites.close()

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.call_after_refresh(self._draw)

    @property
    def _side(self) -> int:
        return SIDES[self._zoom]

    # What keys do

    def action_back(self) -> None:
        """Leave."""
        if not self.forget_pending():
            self.dismiss(self.number)

    def action_open(self) -> None:
        """The image in full."""
        self._host.open_image(self.number)

    def action_neighbors(self) -> None:
        """What it is like."""
        self._host.show_neighbors(self.number)

    def action_copy(self) -> None:
        """The command that decodes the chosen image."""
        self._host.copy_command(command(self._host.archive, "decode", "--index", str(self.number), "--size", "256"))

    def action_zoom(self, by: int) -> None:
        """Around the chosen image; thumbnails grow with it."""
        self._zoom = min(len(SIDES) - 1, max(0, self._zoom + by))
        self._draw()

    def move(self, right: int, down: int) -> None:
        """The nearest image in that direction."""
        for _ in range(max(abs(right), abs(down))):
            self._choose(self._nearest(int(np.sign(right)), int(np.sign(down))))

    def move_page(self, pages: float) -> None:
        """Some images down."""
        self.move(0, round(4 * pages))

    def move_end(self, last: bool) -> None:
        """The image farthest to the left, or to the right."""
        if self._places is not None:
            order = self._places[:, 0] if last else -self._places[:, 0]
            self._choose(int(np.nanargmax(order)))

    def move_to(self, number: int) -> None:
        """The image with that number."""
        if self._places is not None and number < len(self._places) and not np.isnan(self._places[number, 0]):
            self._choose(number)

    def on_click(self, event: Click) -> None:
        """Choose the image whose middle is nearest; a click on the chosen one opens it."""
        if self.corners is None or event.widget is not self.query_one(Pane):
            return
        apart = self.corners + self._side / 2 - np.array([event.x, 2 * event.y])
        nearest = int(np.nanargmin((apart**2).sum(axis=1)))
        if nearest == self.number:
            self.action_open()
        else:
            self._choose(nearest)

    def on_mouse_scroll_up(self) -> None:
        """The wheel zooms."""
        self.action_zoom(1)

    def on_mouse_scroll_down(self) -> None:
        """The wheel zooms."""
        self.action_zoom(-1)

    def tell_progress(self, done: int, images: int) -> None:
        """How far the vectors are."""
        if self._places is None:
            self.query_one(Pane).say(
                f"looking at all images: {done:,} of {images:,} ...\nEsc: back to the grid; this goes on meanwhile"
            )

    def look_again(self) -> None:
        """Colors are different now."""
        self._thumbnails.clear()
        if self._sprites is not None:
            self._sprites.look_again()
        self._draw()

    # Where images are

    def _take(self, vectors: Vectors | BaseException) -> None:
        if isinstance(vectors, BaseException):
            why = str(vectors) if isinstance(vectors, CorruptFileError) else reason(vectors)
            self.query_one(Pane).say(f"no map: {displayed(why)}")
            return
        self._places = np.asarray(vectors.places, np.float64)
        if np.isnan(self._places[self.number, 0]):  # it is damaged
            self.number = vectors.whole[0]
        self._draw()

    def _nearest(self, right: int, down: int) -> int:
        if self.corners is None:
            return self.number
        apart = self.corners - self.corners[self.number]
        along = apart @ np.array([right, down])
        aside = np.abs(apart @ np.array([down, right]))
        cost = np.where((along > 1e-9) & (aside <= 2 * along), along + 2 * aside, np.inf)  # nan: never
        return int(cost.argmin()) if np.isfinite(cost).any() else self.number

    def _choose(self, number: int) -> None:
        if number != self.number:
            self.number = number
            self._draw()

    def _lay_out(self, width: int, height: int) -> tuple[Cells, Places]:
        """Cells (images, 2) and corners (images, 2) in pixels of the pane: the chosen one in its middle if zoomed."""
        assert self._places is not None
        side = self._side
        scale = 1.5**self._zoom
        counts = max(1, int(width * scale) // side), max(1, int(height * scale) // side)
        if self._cells_for != (counts, side):
            whole = ~np.isnan(self._places[:, 0])
            self._cells = np.full(self._places.shape, NOWHERE, np.int64)
            self._cells[whole] = own_cells(self._places[whole], counts)
            self._cells_for = (counts, side)
        assert self._cells is not None
        return self._cells, corners(self._places, self._cells, counts, side, (width, height), self.number)

    def _draw(self) -> None:
        """Thumbnails in cells of their own, dots for those that found none, the chosen one on top in a frame."""
        pane = self.query_one(Pane)
        if self._places is None:
            return
        (width, height), side = pane.canvas, self._side
        if min(width, height) < side:
            pane.say("too small for a map")
            return
        canvas = blank(pane.canvas, self._host.backdrop.ground)
        cells, self.corners = self._lay_out(width, height)
        inside = ((self.corners > -side) & (self.corners < (width, height))).all(axis=1)  # a part of them
        numbers = np.flatnonzero(inside).tolist()
        pictures = [number for number in numbers if cells[number, 0] != NOWHERE]
        self._pictures = list(dict.fromkeys([self.number, *pictures]))
        self._thumbnails.want([(number, side) for number in self._pictures])
        if self._sprites is not None:
            self._sprites.want()
        for number in sorted(numbers, key=lambda number: (number == self.number, cells[number, 0] != NOWHERE)):
            x, y = self.corners[number].astype(int).tolist()
            found = self._thumbnails.get(number, side)
            if cells[number, 0] == NOWHERE and number != self.number:
                dot(canvas, x + side // 2, y + side // 2, DOT)
            elif isinstance(found, np.ndarray):
                put(canvas, found, x, y, side)
        x, y = self.corners[self.number].astype(int).tolist()
        frame(canvas, x, y, side)
        pane.show(canvas)
        name = titled(self.number, self._host.archive.names[self.number])
        told = f"  {len(numbers):,} of {len(self._places):,} images, zoom {1.5**self._zoom:.1f}"
        self.query_one("#headline", Static).update(Content.assemble(name, (told, "dim")), layout=False)

    def _draw_soon(self) -> None:
        """Once for many thumbnails that come in together."""
        if not self._due:
            self._due = True
            self.set_timer(0.1, self._draw_now)

    def _draw_now(self) -> None:
        self._due = False
        self._thumbnails.take_fresh()
        self._draw()

    # The terminal's own pixels

    def _boxes(self) -> list[Box]:
        """Of the images that have cells; the chosen one leaves room for its frame."""
        pane, side = self.query_one(Pane), self._side
        if self.corners is None or pane.shown is None:
            return []
        boxes, chosen = [], self.corners[self.number]
        for number in self._pictures:
            if number != self.number and (np.abs(self.corners[number] - chosen) < side).all():
                continue  # it lies below the chosen one, which has no cell of its own
            inset = 2 if number == self.number else 0
            x, y = self.corners[number].astype(int).tolist()
            corner = pane.content_region.offset + Offset(x + inset, y // 2 + inset // 2)
            boxes.append(Box(number, side - 2 * inset, corner))
        return boxes
