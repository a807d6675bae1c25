"""One image as large as the terminal, zoomed and panned: decoded anew at the pane's own resolution each time."""

from __future__ import annotations

import math
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from inrcodec.tui.host import Host
from inrcodec.tui.keybar import Keybar
from inrcodec.tui.picture import Picture
from inrcodec.tui.words import command, titled


class Detail(Screen[int]):
    """Ends with the number of the image that was shown last."""

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
        Binding("n", "neighbors", "Neighbors"),
        Binding("e", "export", "Export"),
        Binding("y", "copy", "Copy"),
    ]

    def __init__(self, host: Host, number: int) -> None:
        super().__init__()
        self._host = host
        self._number = number

    def compose(self) -> ComposeResult:
        yield Static(id="headline")
        yield Picture(self._host, id="picture")
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
        self._number = self._host.beside(self._number, by)
        self._picture.view(self._number)
        self._tell()

    def action_upsample(self) -> None:
        """Drawn edges or the bare field."""
        self._picture.toggle_upsampling()
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

    def _tell(self) -> None:
        image, picture = self._host.archive[self._number], self._picture
        psnr = "" if image.psnr is None else f"  {image.psnr:.2f} dB"
        held = "" if image.holdout_psnr is None else f"  held-out {image.holdout_psnr:.2f} dB"
        way = "edges drawn" if picture.upsample == "detail" else "bare field"
        told = f"  zoom {picture.viewport.zoom:.1f}{psnr}{held}  {image.bits / 8:,.0f} bytes"
        words = (titled(self._number, image.name), told, f"  {image.width} x {image.height}", (f"  {way}", "dim"))
        self.query_one("#headline", Static).update(Content.assemble(*words), layout=False)
