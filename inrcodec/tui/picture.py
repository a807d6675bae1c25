"""One image, drawn at the resolution of its pane, and again whenever one zooms or pans."""

from __future__ import annotations

from textual.message import Message

from inrcodec.archive import Upsample
from inrcodec.errors import UsageError
from inrcodec.field.work import TooMuchWork
from inrcodec.tui.backend import Drawing
from inrcodec.tui.decoding import BLOCK
from inrcodec.tui.halfblocks import fitted
from inrcodec.tui.host import Host
from inrcodec.tui.loader import Urgency
from inrcodec.tui.overview import with_overview
from inrcodec.tui.pane import Pane
from inrcodec.tui.viewport import WHOLE, Extent, Viewport
from inrcodec.tui.views import GAP, PARTS, Drawn, Kind, View
from inrcodec.tui.words import figures, reason

MOST = 64.0  # times
OLD_FOR = 0.15  # seconds: then rather nothing than another picture beside the new name
REST = 0.12  # seconds without another key before the terminal's own pixels are made: half blocks are there at once


class Picture(Pane):
    """Draws a part of an image of an archive; in half blocks first, then in real pixels where the backend has them."""

    class Told(Message):
        """What is shown now has words to go with it, in `told`."""

    def __init__(self, host: Host, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._host = host
        self._archive, self._loader, self._backend = host.archive, host.loader, host.backend
        self._mark = self._backend.number()
        self.number: int | None = None
        self.viewport = Viewport()
        self._is_old = False  # what is shown, while another image was asked for
        self.upsample: Upsample = "detail"
        self.kind: Kind = "picture"
        self.told = ""  # of what is shown

    def view(self, number: int | None, viewport: Viewport | None = None) -> None:
        """Show an image, all of it unless a viewport says otherwise; None shows nothing."""
        if number != self.number:
            self._is_old = True
            self.set_timer(OLD_FOR, self._clear_old)
        self.number, self.viewport = number, viewport or Viewport()
        self.draw()

    def pan(self, right: float, down: float) -> None:
        """Move by shares of what is seen."""
        self.viewport = self.viewport.moved(right, down, self._extent(self.viewport))
        self.draw()

    def zoom(self, times: float) -> None:
        """Enlarge or shrink around the middle."""
        viewport = self.viewport.zoomed(times, MOST)
        self.viewport = viewport.moved(0.0, 0.0, self._extent(viewport))
        self.draw()

    def toggle_upsampling(self) -> None:
        """From drawn edges to the bare field, and back."""
        self.upsample = "field" if self.upsample == "detail" else "detail"
        self.draw()

    def show_kind(self, kind: Kind) -> None:
        """The image itself, a derivative, or its original; the part that is seen stays."""
        self.kind = kind
        self.zoom(1.0)  # panes side by side show less

    def on_resize(self) -> None:
        """Decode for the new size."""
        self.zoom(1.0)

    def draw(self) -> None:
        """Decode what is to be seen now."""
        wanted = self._wanted()
        if wanted is None or not self.size.width or not self.size.height:
            self._say("")
        elif not self._backend.pictures:
            self._say("\n".join(f"{name:<9}{value}" for name, value in figures(self._archive, wanted.number)))
        else:
            self.outdate()
            self._ask(wanted, real=False)

    def _say(self, words: str) -> None:
        self._is_old = False
        self.say(words)

    def _wanted(self) -> View | None:
        """What is to be seen now; jobs take it along, as one may go on while they wait."""
        if self.number is None:
            return None
        extent, backdrop = self._extent(self.viewport), self._host.backdrop
        return View(
            number=self.number,
            viewport=self.viewport,
            extent=extent,
            size=self.size,
            upsample=self.upsample,
            backdrop=backdrop,
            kind=self.kind,
        )

    def _ask(self, wanted: View, *, real: bool) -> None:
        make = self._pixels if real else self._half_blocks
        self._loader.ask(
            (id(self),),
            lambda: make(wanted),
            lambda made: self._host.later(self._take, wanted, made),
            Urgency.LOOKED_AT,
        )

    def _extent(self, viewport: Viewport) -> Extent:
        """How much of the image is seen."""
        if self.number is None or not self.size.area:
            return WHOLE
        across, down = self._backend.terminal.cell_now() if self._backend.real else (1, 2)
        columns, lines = _pane(self.size, self.kind)
        return viewport.extent(self._shape(self.number), (columns * across, lines * down))

    def _shape(self, number: int) -> tuple[int, int]:
        height, width = self._archive.shape(number)
        return width, height

    # In the loader's thread

    def _half_blocks(self, view: View) -> Drawn:
        pane, shape = _pane(view.size, view.kind), self._part(view)
        if not self._backend.real:
            return self._decode(view, fitted(*shape, *pane))
        columns, lines = self._backend.cells(*shape, *pane)
        return self._decode(view, (columns, 2 * lines))

    def _pixels(self, view: View) -> Drawing:
        columns, lines = self._backend.cells(*self._part(view), *_pane(view.size, view.kind))
        levels = self._decode(view, self._backend.pixels((columns, lines))).levels
        across = view.panes * columns + (GAP if view.panes > 1 else 0)
        return self._backend.drawing(levels, (across, lines), self._mark)

    def _part(self, view: View) -> tuple[float, float]:
        """Width and height of what is seen, in native pixels."""
        width, height = self._shape(view.number)
        return width * view.extent[0], height * view.extent[1]

    def _decode(self, view: View, size: tuple[int, int]) -> Drawn:
        image = self._archive[view.number]
        self._host.blocks.wait_for((BLOCK, self._archive.stored.block_of(view.number)))
        drawn = self._host.views.draw(image, view, size)
        if view.extent == WHOLE or view.panes > 1:
            return drawn
        return drawn._replace(levels=with_overview(drawn.levels, image, view.viewport, view.extent, view.backdrop))

    # In the app's

    def _take(self, wanted: View, made: Drawn | Drawing | BaseException) -> None:
        if wanted != self._wanted():
            return  # one has gone on since
        self._is_old = False
        if isinstance(made, BaseException):
            self.say(reason(made) if isinstance(made, UsageError | TooMuchWork) else f"damaged: {made}")
            self._tell("")
        elif isinstance(made, Drawing):
            self.lay(made)
        else:
            self.show(made.levels)
            self._tell(made.told)
            if self._backend.real:
                self.set_timer(REST, lambda: self._refine(wanted))

    def _tell(self, words: str) -> None:
        if words != self.told:
            self.told = words
            self.post_message(self.Told())

    def _clear_old(self) -> None:
        if self._is_old:
            self.clear()

    def _refine(self, wanted: View) -> None:
        if wanted == self._wanted():
            self._ask(wanted, real=True)


def _pane(size: tuple[int, int], kind: Kind) -> tuple[int, int]:
    """Columns and lines for each picture, of a pane that shows one or several."""
    panes = len(PARTS) if kind == "beside" else 1
    return max(1, (size[0] - GAP * (panes - 1)) // panes), size[1]
