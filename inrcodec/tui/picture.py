"""One image, decoded at the resolution of its pane, and again whenever one zooms or pans."""

from __future__ import annotations

from inrcodec.archive import Archive, Upsample
from inrcodec.tui.halfblocks import Levels, fitted, levels_of
from inrcodec.tui.loader import Loader
from inrcodec.tui.pane import Pane
from inrcodec.windows import Window, render_window

MOST = 64.0  # times


class Picture(Pane):
    """Draws a part of an image of an archive."""

    def __init__(self, archive: Archive, loader: Loader, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._archive, self._loader = archive, loader
        self.number: int | None = None
        self.window = Window()
        self.upsample: Upsample = "detail"

    def view(self, number: int | None, window: Window | None = None) -> None:
        """Show an image, all of it unless a window says otherwise; None shows nothing."""
        self.number, self.window = number, window or Window()
        self._draw()

    def pan(self, right: float, down: float) -> None:
        """Move by shares of what is seen."""
        self.window = self.window.moved(right, down)
        self._draw()

    def zoom(self, times: float) -> None:
        """Enlarge or shrink around the middle."""
        self.window = self.window.zoomed(times, MOST)
        self._draw()

    def toggle_upsampling(self) -> None:
        """From drawn edges to the bare field, and back."""
        self.upsample = "field" if self.upsample == "detail" else "detail"
        self._draw()

    def on_resize(self) -> None:
        """Decode for the new size."""
        super().on_resize()
        self._draw()

    def _draw(self) -> None:
        if self.number is None or not self.size.width or not self.size.height:
            self.say("")
            return
        wanted = self.number, self.window, tuple(self.size), self.upsample
        self._loader.ask((id(self),), lambda: self._decode(), lambda made: self._loaded(wanted, made))

    def _decode(self) -> Levels:
        assert self.number is not None
        image = self._archive[self.number]
        size = fitted(image.width, image.height, *self.size)
        return levels_of(render_window(image, self.window, size, self.upsample))

    def _loaded(self, wanted: object, made: Levels | Exception) -> None:
        """In the loader's thread."""
        if self.is_running:
            self.app.call_later(self._take, wanted, made)

    def _take(self, wanted: object, made: Levels | Exception) -> None:
        if wanted != (self.number, self.window, tuple(self.size), self.upsample):
            return  # one has gone on since
        if isinstance(made, Exception):
            self.say(f"damaged: {made}")
        else:
            self.show(made)
