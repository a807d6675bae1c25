"""One image as large as the terminal, zoomed and panned: decoded anew at the pane's own resolution each time."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Footer, Static

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
        Binding("plus,equals_sign", "zoom(1.414213562)", "Zoom in", key_display="+"),
        Binding("minus", "zoom(0.707106781)", "out", key_display="-"),
        Binding("0", "whole", "Whole"),
        Binding("left_square_bracket", "turn(-1)", "Before", key_display="["),
        Binding("right_square_bracket", "turn(1)", "After", key_display="]"),
        Binding("u", "upsample", "Field"),
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
        yield Footer()

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

    def action_whole(self) -> None:
        """All of the image."""
        self._picture.view(self._number)
        self._tell()

    def action_turn(self, by: int) -> None:
        """The next image in the order of the grid."""
        self._number = self.app.beside(self._number, by)
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
        self.app.ask_export((self._number,))

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
            f"[b]{self._number} {shown(image.name)}[/b]  {image.width} x {image.height}{psnr}{held}"
            f"  {image.bits / 8:,.0f} bytes  [dim]zoom {picture.window.zoom:.1f}, {way}[/dim]"
        )
