"""One image, decoded at the resolution of its pane, and again whenever one zooms or pans."""

from __future__ import annotations

from textual.geometry import Size

from inrcodec.archive import Archive, Upsample
from inrcodec.tui.easel import Drawing, Easel
from inrcodec.tui.halfblocks import Levels, fitted, levels_of
from inrcodec.tui.loader import Loader
from inrcodec.tui.pane import Pane
from inrcodec.tui.words import figures
from inrcodec.windows import Window, render_window

MOST = 64.0  # times
REST = 0.12  # seconds without another key before the terminal's own pixels are made: half blocks are there at once


class Picture(Pane):
    """Draws a part of an image of an archive; in half blocks first, then in real pixels where the easel has them."""

    def __init__(self, archive: Archive, loader: Loader, easel: Easel, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._archive, self._loader, self._easel = archive, loader, easel
        self._mark = easel.number()
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

    def _wanted(self) -> tuple[int | None, Window, Size, Upsample]:
        return self.number, self.window, self.size, self.upsample

    def _draw(self) -> None:
        if self.number is None or not self.size.width or not self.size.height:
            self.say("")
        elif not self._easel.pictures:
            self.say("\n".join(f"{name:<9}{value}" for name, value in figures(self._archive, self.number)))
        else:
            wanted = self._wanted()
            self.outdate()
            self._loader.ask((id(self),), self._half_blocks, lambda made: self._loaded(wanted, made))

    def _half_blocks(self) -> Levels:
        """In the loader's thread."""
        size = self.size
        if not self._easel.real:
            return self._decode(fitted(*self._shape(), *size))
        columns, lines = self._easel.cells(*self._shape(), *size)
        return self._decode((columns, 2 * lines))

    def _pixels(self) -> Drawing:
        """In the loader's thread."""
        cells = self._easel.cells(*self._shape(), *self.size)
        return self._easel.drawing(self._decode(self._easel.pixels(cells)), cells, self._mark)

    def _shape(self) -> tuple[int, int]:
        assert self.number is not None
        image = self._archive[self.number]
        return image.width, image.height

    def _decode(self, size: tuple[int, int]) -> Levels:
        assert self.number is not None
        return levels_of(render_window(self._archive[self.number], self.window, size, self.upsample))

    def _refine(self, wanted: object) -> None:
        if wanted == self._wanted():
            self._loader.ask((id(self),), self._pixels, lambda made: self._loaded(wanted, made))

    def _loaded(self, wanted: object, made: Levels | Drawing | Exception) -> None:
        """In the loader's thread."""
        if self.is_running:
            self.app.call_later(self._take, wanted, made)

    def _take(self, wanted: object, made: Levels | Drawing | Exception) -> None:
        if wanted != self._wanted():
            return  # one has gone on since
        if isinstance(made, Exception):
            self.say(f"damaged: {made}")
        elif isinstance(made, Drawing):
            self.lay(made)
        else:
            self.show(made)
            if self._easel.real:
                self.set_timer(REST, lambda: self._refine(wanted))
