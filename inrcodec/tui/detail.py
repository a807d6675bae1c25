"""One image as large as the terminal, zoomed and panned: decoded anew at the pane's own resolution each time."""

from __future__ import annotations

import math
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from inrcodec.tui.host import Host
from inrcodec.tui.keybar import Keybar
from inrcodec.tui.movement import MovingScreen, moves
from inrcodec.tui.picture import Picture
from inrcodec.tui.views import COMPARISONS, DERIVATIVES, Kind, after
from inrcodec.tui.words import command, held_out, titled

STEP = 0.25  # of what is seen, where one pans
PAGE = 10  # images
SECONDS = 3.0  # of an image in a slideshow


class Detail(MovingScreen[int]):
    """Ends with the number of the image that was shown last."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="back"),
        *moves("Next/pan", "arrows"),
        Binding("plus,equals_sign", "zoom(1.414213562)", "Zoom", key_display="+ -", id="larger"),
        Binding("minus", "zoom(0.707106781)", show=False, id="smaller"),
        Binding("S", "slideshow", "Slideshow", id="slideshow"),
        Binding("u", "upsample", "Edges/field", id="edges"),
        Binding("D", "derive", "Derivatives", id="derivatives"),
        Binding("d", "compare", "Original", id="original"),
        Binding("d", "miss", show=False, id="original"),
        Binding("n", "neighbors", "Neighbors", id="neighbors"),
        Binding("e", "export", "Export", id="export"),
        Binding("y", "copy", "Copy", id="copy"),
        Binding("right_square_bracket", "turn(1)", show=False, id="next"),
        Binding("left_square_bracket", "turn(-1)", show=False, id="previous"),
    ]

    def __init__(self, host: Host, number: int, *, slideshow: bool = False) -> None:
        super().__init__()
        self._host = host
        self._number = number
        self._slideshow = slideshow
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="headline")
        yield Picture(self._host, id="picture")
        yield Keybar()

    def on_mount(self) -> None:
        """Show the image."""
        self._show(self._number)
        if self._slideshow:
            self.action_slideshow()

    @property
    def _picture(self) -> Picture:
        return self.query_one(Picture)

    @property
    def _zoomed(self) -> bool:
        return self._picture.viewport.zoom > 1.0

    # What moves: the image in its pane where it is enlarged, else from image to image

    def move(self, right: int, down: int) -> None:
        """Pan, or turn."""
        if self._zoomed:
            self._picture.pan(STEP * right, STEP * down)
            self._tell()
        else:
            self.action_turn(right + down)

    def move_page(self, pages: float) -> None:
        """By what is seen, or some images on."""
        if self._zoomed:
            self._picture.pan(0.0, pages)
        else:
            self.action_turn(round(PAGE * pages))

    def move_end(self, last: bool) -> None:
        """The first or the last image in the order of the grid."""
        self.action_turn(len(self._host.archive) if last else -len(self._host.archive))

    def move_to(self, number: int) -> None:
        """The image with that number."""
        self._show(min(number, len(self._host.archive) - 1))

    def zero(self) -> None:
        """All of the image."""
        self._show(self._number)

    # What keys do

    def action_back(self) -> None:
        """Leave."""
        if not self.forget_pending():
            self.dismiss(self._number)

    def action_zoom(self, times: float) -> None:
        """In or out."""
        self._picture.zoom(times)
        self._tell()

    def on_mouse_scroll_up(self) -> None:
        """The wheel zooms."""
        self.action_zoom(math.sqrt(2))

    def on_mouse_scroll_down(self) -> None:
        """The wheel zooms."""
        self.action_zoom(math.sqrt(0.5))

    def action_turn(self, by: int) -> None:
        """The next image in the order of the grid."""
        self._show(self._host.beside(self._number, by))

    def action_slideshow(self) -> None:
        """One image after the other, or no longer."""
        if self._timer is None:
            times = self._host.archive.times  # the frames of a clip follow each other as they were shown
            self._timer = self.set_interval(SECONDS if times is None else sum(times) / len(times), self._next_slide)
        else:
            self._timer.stop()
            self._timer = None
        self._tell()

    def action_upsample(self) -> None:
        """Drawn edges or the bare field."""
        self._picture.toggle_upsampling()
        self._tell()

    def action_derive(self) -> None:
        """The picture, its gradient, its Laplacian."""
        self._view(DERIVATIVES)

    def action_compare(self) -> None:
        """The picture, all of these side by side, its original, how they differ."""
        self._view(COMPARISONS)

    def action_miss(self) -> None:
        """Originals, where there are none."""
        self._host.warn("start with browse FILE --against FOLDER to see originals")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The key stands in the last line where there are originals."""
        there = self._host.comparing.against is not None
        return {"compare": there, "miss": not there}.get(action, True)

    def on_picture_told(self) -> None:
        """The picture has words to go with it."""
        self._tell()

    def show_compared(self) -> None:
        """More is known of originals."""
        if self._picture.kind in COMPARISONS[1:]:
            self._picture.draw()
        self._tell()

    def action_neighbors(self) -> None:
        """What is like it."""
        self._host.show_neighbors(self._number)

    def action_export(self) -> None:
        """To a file."""
        self._host.export((self._number,))

    def action_copy(self) -> None:
        """The command that decodes this image."""
        size = str(max(self._picture.canvas))
        self._host.copy_command(command(self._host.archive, "decode", "--index", str(self._number), "--size", size))

    def look_again(self) -> None:
        """Colors are different now."""
        self._picture.draw()

    def _next_slide(self) -> None:
        """The next image; after the last one the first."""
        if self.is_current:
            after = self._host.beside(self._number, 1)
            self._show(after if after != self._number else self._host.beside(after, -len(self._host.archive)))

    def _view(self, kinds: tuple[Kind, ...]) -> None:
        if not self._host.backend.pictures:
            self._host.warn("views are pictures; browse was started with --images none")
            return
        self._picture.show_kind(after(self._picture.kind, kinds))
        self._tell()

    def _show(self, number: int) -> None:
        self._number = number
        self._picture.view(number)
        self._tell()

    def _tell(self) -> None:
        """The image and its figures; what a view shows comes first, as the end of the line may be cut off."""
        image, picture = self._host.archive[self._number], self._picture
        plain = "edges drawn" if picture.upsample == "detail" else "bare field"
        view, dim = ("", f"  {plain}") if picture.kind == "picture" else (f"  {picture.told}", "")
        psnr = "" if image.psnr is None else f"  {image.psnr:.2f} dB"
        unseen = held_out(self._host.archive, self._number)
        held = "" if unseen is None else f"  held-out {unseen:.2f} dB"
        again = dict(self._host.comparing.figures(self._number))
        found = "".join(f"  {name} {again[name]}" for name in ("again", "SSIM", "error") if name in again)
        told = f"  zoom {picture.viewport.zoom:.1f}{psnr}{held}{found}  {image.bits / 8:,.0f} bytes"
        dim += "  slideshow" if self._timer is not None else ""
        size = f"  {image.width} x {image.height}"
        words = Content.assemble(titled(self._number, image.name), (view, "$text-accent"), told, size, (dim, "dim"))
        self.query_one("#headline", Static).update(words, layout=False)
