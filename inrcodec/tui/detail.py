"""One image as large as the terminal, zoomed and panned: decoded anew at the pane's own resolution each time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Static

from inrcodec.tui.keybar import Keybar
from inrcodec.tui.picture import Picture
from inrcodec.tui.words import command, shown

if TYPE_CHECKING:
    from inrcodec.tui.app import Browser


class Detail(Screen[int]):
    """Ends with the number of the image that was shown last."""

    app: Browser
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back"),
        Binding("left", "pan(-0.25, 0)", "Pan", show=False),
        Binding("right", "pan(0.25, 0)", show=False),
        Binding("up", "pan(0, -0.25)", show=False),
        Binding("down", "pan(0, 0.25)", show=False),
        Binding("plus,equals_sign", "zoom(1.414213562)", "Zoom", key_display="+ -"),
        Binding("minus", "zoom(0.707106781)", show=False),
        Binding("0", "whole", "Whole"),
        Binding("right_square_bracket", "turn(1)", "Next", key_display="[ ]"),
        Binding("left_square_bracket", "turn(-1)", show=False),
        Binding("u", "upsample", "Edges/field"),
        Binding("n", "neighbours", "Neighbours"),
        Binding("e", "export", "Export"),
        Binding("y", "copy", "Copy"),
    ]

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def compose(self) -> ComposeResult:
        yield Static(id="headline")
        yield Picture(self.app.archive, self.app.loader, self.app.easel, id="picture")
        yield Keybar()

    def on_mount(self) -> None:
        """Show the image."""
        self._picture.view(self._number)
        self._tell()

    @property
    def _picture(self) -> Picture:
        return self.query_one(Picture)

    def action_back(self) -> None:
        """Leave."""
        self.dismiss(self._number)

    def action_pan(self, right: float, down: float) -> None:
        """Move within the image."""
        self._picture.pan(right, down)
        self._tell()

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

    def action_whole(self) -> None:
        """All of the image."""
        self._picture.view(self._number)
        self._tell()

    def action_turn(self, by: int) -> None:
        """The next image in the order of the grid."""
        self._number = self.app.home.beside(self._number, by)
        self._picture.view(self._number)
        self._tell()

    def action_upsample(self) -> None:
        """Drawn edges or the bare field."""
        self._picture.toggle_upsampling()
        self._tell()

    def action_neighbours(self) -> None:
        """What is like it."""
        self.app.show_neighbours(self._number)

    def action_export(self) -> None:
        """To a file."""
        self.app.exporting.ask((self._number,))

    def action_copy(self) -> None:
        """The command that decodes this image."""
        size = str(max(self._picture.canvas))
        self.app.copy_command(command(self.app.archive, "decode", "--index", str(self._number), "--size", size))

    def _tell(self) -> None:
        image, picture = self.app.archive[self._number], self._picture
        psnr = "" if image.psnr is None else f"  {image.psnr:.2f} dB"
        held = "" if image.holdout_psnr is None else f"  held-out {image.holdout_psnr:.2f} dB"
        way = "edges drawn" if picture.upsample == "detail" else "bare field"
        self.query_one("#headline", Static).update(
            f"[b]{self._number} {shown(image.name)}[/b]  zoom {picture.window.zoom:.1f}{psnr}{held}"
            f"  {image.bits / 8:,.0f} bytes  {image.width} x {image.height}  [dim]{way}[/dim]",
            layout=False,
        )
