"""The set as a map: like images lie near each other, by the two directions in which they differ most."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.screen import Screen
from textual.widgets import Static

from inrcodec.retrieval.space import Space
from inrcodec.tui.halfblocks import Levels, fitted, levels_of
from inrcodec.tui.host import Host
from inrcodec.tui.keybar import Keybar
from inrcodec.tui.pane import Pane, blank
from inrcodec.tui.words import command, titled

SIDE = 12  # pixels of a thumbnail on the map
FRAME = (255, 196, 0)
DOT = (120, 128, 145)
Places = NDArray[np.float64]


def principal_places(vectors: NDArray[np.float32]) -> Places:
    """Where vectors (n, values) lie along their first two principal components, (n, 2) in [0, 1], spread by rank.

    Half by value, half by rank: outliers would push all others into a corner.
    """
    places = np.zeros((len(vectors), 2))
    if len(vectors) > 2:
        left, spread, _ = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)
        first = (left * spread)[:, :2]
        farthest = np.take_along_axis(first, np.abs(first).argmax(axis=0, keepdims=True), axis=0)
        places[:, : first.shape[1]] = first * np.where(farthest < 0, -1, 1)  # either sign would do: the same everywhere
    for axis in range(2):
        values = places[:, axis]
        span = (values.max() - values.min()) or 1.0
        ranks = np.argsort(np.argsort(values, kind="stable"), kind="stable") / max(1, len(values) - 1)
        places[:, axis] = 0.5 * (values - values.min()) / span + 0.5 * ranks
    return places


class Atlas(Screen[int]):
    """Ends with the number of the image that was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back"),
        Binding("left", "go(-1, 0)", "Go", key_display="arrows"),
        Binding("right", "go(1, 0)", show=False),
        Binding("up", "go(0, -1)", show=False),
        Binding("down", "go(0, 1)", show=False),
        Binding("plus,equals_sign", "zoom(1.5)", "Zoom", key_display="+ -"),
        Binding("minus", "zoom(0.6667)", show=False),
        Binding("enter", "open", "Open"),
        Binding("n", "neighbors", "Neighbors"),
        Binding("y", "copy", "Copy"),
    ]

    def __init__(self, host: Host, number: int) -> None:
        super().__init__()
        self._host = host
        self.number = number
        self._places: Places | None = None
        self._corners: Places | None = None  # of thumbnails, in pixels of the pane
        self._due = False
        self._zoom = 1.0
        self._thumbnails: dict[int, Levels] = {}

    def compose(self) -> ComposeResult:
        yield Static(id="headline")
        yield Pane(id="map")
        yield Keybar()

    def on_mount(self) -> None:
        """Ask for the vectors."""
        self.query_one(Pane).say("looking at all images ...")
        self._host.similar.ask(lambda space: self._host.later(self._take, space))

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.call_after_refresh(self._draw)

    def action_back(self) -> None:
        """Leave."""
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

    def action_zoom(self, times: float) -> None:
        """Around the chosen image."""
        self._zoom = min(16.0, max(1.0, self._zoom * times))
        self._draw()

    def action_go(self, right: int, down: int) -> None:
        """The nearest image in that direction."""
        if self._places is None:
            return
        apart = self._places - self._places[self.number]
        along = apart @ np.array([right, down])
        aside = np.abs(apart @ np.array([down, right]))
        cost = np.where((along > 1e-9) & (aside <= 2 * along), along + 2 * aside, np.inf)
        if np.isfinite(cost).any():
            self.number = int(cost.argmin())
            self._draw()

    def on_click(self, event: Click) -> None:
        """Choose the image whose middle is nearest; a click on the chosen one opens it."""
        if self._corners is None or event.widget is not self.query_one(Pane):
            return
        apart = self._corners + SIDE / 2 - np.array([event.x, 2 * event.y])
        nearest = int((apart**2).sum(axis=1).argmin())
        if nearest == self.number:
            self.action_open()
        else:
            self.number = nearest
            self._draw()

    def on_mouse_scroll_up(self) -> None:
        """The wheel zooms."""
        self.action_zoom(1.5)

    def on_mouse_scroll_down(self) -> None:
        """The wheel zooms."""
        self.action_zoom(1 / 1.5)

    def _take(self, space: Space | BaseException) -> None:
        if isinstance(space, BaseException):
            self.query_one(Pane).say(f"no map: {space}")
            return
        self._places = principal_places(space.vectors)
        self._draw()

    def _draw(self) -> None:
        """Dots for all, thumbnails where there is room, the chosen one on top in a frame."""
        pane = self.query_one(Pane)
        if self._places is None:
            return
        if min(pane.canvas) < SIDE:
            pane.say("too small for a map")
            return
        canvas, across, down = blank(pane.canvas), pane.canvas.width - SIDE, pane.canvas.height - SIDE
        middle = self._places[self.number] if self._zoom > 1 else np.array([0.5, 0.5])
        corners = ((self._places - middle) * self._zoom + 0.5) * (across, down)
        self._corners = corners
        inside = np.flatnonzero(((corners >= 0) & (corners <= (across, down))).all(axis=1))
        taken = np.zeros(canvas.shape[:2], bool)
        for number in [self.number, *inside[inside != self.number].tolist()]:
            x, y = corners[number].astype(int)
            if taken[y : y + SIDE, x : x + SIDE].any():
                middle_y, middle_x = y + SIDE // 2, x + SIDE // 2
                if not taken[middle_y, middle_x]:
                    canvas[middle_y, middle_x] = DOT
                continue
            taken[y : y + SIDE, x : x + SIDE] = True
            thumbnail = self._thumbnail(number)
            if thumbnail is not None:
                height, width = thumbnail.shape[:2]
                canvas[y : y + height, x : x + width] = thumbnail
        x, y = corners[self.number].astype(int)
        _frame(canvas, x, y)
        pane.show(canvas)
        told = f"  {len(inside):,} of {len(self._places):,} images, zoom {self._zoom:.1f}"
        name = titled(self.number, self._host.archive.names[self.number])
        self.query_one("#headline", Static).update(Content.assemble(name, (told, "dim")), layout=False)

    def _thumbnail(self, number: int) -> Levels | None:
        if number not in self._thumbnails:
            self._host.loader.ask(("map", number), lambda: self._decode(number), lambda made: self._made(number, made))
        return self._thumbnails.get(number)

    def _decode(self, number: int) -> Levels:
        image = self._host.archive[number]
        return levels_of(image.render_stored(fitted(image.width, image.height, SIDE, SIDE // 2)))

    def _made(self, number: int, made: Levels | BaseException) -> None:
        """In the loader's thread."""
        self._thumbnails[number] = blank_thumbnail() if isinstance(made, BaseException) else made
        self._host.later(self._draw_soon)

    def _draw_soon(self) -> None:
        """Once for many thumbnails that come in together."""
        if not self._due:
            self._due = True
            self.set_timer(0.05, self._draw_now)

    def _draw_now(self) -> None:
        self._due = False
        self._draw()


def blank_thumbnail() -> Levels:
    """What stands for a damaged image."""
    return np.full((SIDE, SIDE, 3), (150, 40, 40), np.uint8)


def _frame(canvas: Levels, x: int, y: int) -> None:
    canvas[y, x : x + SIDE] = canvas[y + SIDE - 1, x : x + SIDE] = FRAME
    canvas[y : y + SIDE, x] = canvas[y : y + SIDE, x + SIDE - 1] = FRAME
