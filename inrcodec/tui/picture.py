"""One image, decoded at the resolution of its pane, and again whenever one zooms or pans."""

from __future__ import annotations

from typing import NamedTuple

from textual.geometry import Size

from inrcodec.archive import Upsample
from inrcodec.tui.backend import Drawing
from inrcodec.tui.halfblocks import Levels, fitted, levels_of
from inrcodec.tui.host import Host
from inrcodec.tui.pane import Pane
from inrcodec.tui.viewport import Viewport, render_viewport
from inrcodec.tui.words import figures

MOST = 64.0  # times
REST = 0.12  # seconds without another key before the terminal's own pixels are made: half blocks are there at once


class View(NamedTuple):
    """What a picture shows, in a pane of so many characters."""

    number: int
    viewport: Viewport
    size: Size
    upsample: Upsample


class Picture(Pane):
    """Draws a part of an image of an archive; in half blocks first, then in real pixels where the backend has them."""

    def __init__(self, host: Host, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._host = host
        self._archive, self._loader, self._backend = host.archive, host.loader, host.backend
        self._mark = self._backend.number()
        self.number: int | None = None
        self.viewport = Viewport()
        self.upsample: Upsample = "detail"

    def view(self, number: int | None, viewport: Viewport | None = None) -> None:
        """Show an image, all of it unless a viewport says otherwise; None shows nothing."""
        self.number, self.viewport = number, viewport or Viewport()
        self._draw()

    def pan(self, right: float, down: float) -> None:
        """Move by shares of what is seen."""
        self.viewport = self.viewport.moved(right, down)
        self._draw()

    def zoom(self, times: float) -> None:
        """Enlarge or shrink around the middle."""
        self.viewport = self.viewport.zoomed(times, MOST)
        self._draw()

    def toggle_upsampling(self) -> None:
        """From drawn edges to the bare field, and back."""
        self.upsample = "field" if self.upsample == "detail" else "detail"
        self._draw()

    def on_resize(self) -> None:
        """Decode for the new size."""
        super().on_resize()
        self._draw()

    def _wanted(self) -> View | None:
        """What is to be seen now; jobs take it along, as one may go on while they wait."""
        return None if self.number is None else View(self.number, self.viewport, self.size, self.upsample)

    def _draw(self) -> None:
        wanted = self._wanted()
        if wanted is None or not self.size.width or not self.size.height:
            self.say("")
        elif not self._backend.pictures:
            self.say("\n".join(f"{name:<9}{value}" for name, value in figures(self._archive, wanted.number)))
        else:
            self.outdate()
            self._loader.ask((id(self),), lambda: self._half_blocks(wanted), lambda made: self._loaded(wanted, made))

    def _half_blocks(self, view: View) -> Levels:
        """In the loader's thread."""
        if not self._backend.real:
            return self._decode(view, fitted(*self._shape(view), *view.size))
        columns, lines = self._backend.cells(*self._shape(view), *view.size)
        return self._decode(view, (columns, 2 * lines))

    def _pixels(self, view: View) -> Drawing:
        """In the loader's thread."""
        cells = self._backend.cells(*self._shape(view), *view.size)
        return self._backend.drawing(self._decode(view, self._backend.pixels(cells)), cells, self._mark)

    def _shape(self, view: View) -> tuple[int, int]:
        image = self._archive[view.number]
        return image.width, image.height

    def _decode(self, view: View, size: tuple[int, int]) -> Levels:
        return levels_of(render_viewport(self._archive[view.number], view.viewport, size, view.upsample))

    def _refine(self, wanted: View) -> None:
        if wanted == self._wanted():
            self._loader.ask((id(self),), lambda: self._pixels(wanted), lambda made: self._loaded(wanted, made))

    def _loaded(self, wanted: View, made: Levels | Drawing | BaseException) -> None:
        """In the loader's thread."""
        self._host.later(self._take, wanted, made)

    def _take(self, wanted: View, made: Levels | Drawing | BaseException) -> None:
        if wanted != self._wanted():
            return  # one has gone on since
        if isinstance(made, BaseException):
            self.say(f"damaged: {made}")
        elif isinstance(made, Drawing):
            self.lay(made)
        else:
            self.show(made)
            if self._backend.real:
                self.set_timer(REST, lambda: self._refine(wanted))
