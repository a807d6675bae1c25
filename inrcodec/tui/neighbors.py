"""What an image is like, and what it is least like; Enter goes on from there, Backspace comes back."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from inrcodec.errors import CorruptFileError
from inrcodec.exporters.naming import displayed
from inrcodec.numerics.arrays import FloatArray
from inrcodec.tui.grid import Grid
from inrcodec.tui.gridscreen import GridScreen
from inrcodec.tui.host import Host
from inrcodec.tui.keybar import Keybar
from inrcodec.tui.movement import moves
from inrcodec.tui.picture import Picture
from inrcodec.tui.words import aligned, command, figures, reason, titled

NEAREST, FARTHEST = 36, 12


class Neighbors(GridScreen[int]):
    """Ends with the number of the image that it came to."""

    CSS = """
    Neighbors Vertical { width: 34; border-right: solid $panel; padding: 0 1; }
    Neighbors Picture { height: 1fr; max-height: 18; }
    Neighbors #figures { height: auto; margin-top: 1; }
    Neighbors.-narrow Vertical { display: none; }
    Neighbors.-without-pictures Picture { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="back"),
        Binding("enter", "go", "Go there", id="go-on"),
        Binding("backspace", "return", "Return", id="return"),
        Binding("o", "open", "Open", id="open"),
        Binding("y", "copy", "Copy", id="copy"),
        *moves(),
    ]
    SIDE_FROM = 70  # columns of a terminal that has room for the image itself

    def __init__(self, host: Host, number: int) -> None:
        super().__init__()
        self._host = host
        self._path = [number]
        self._similarity: FloatArray | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="headline")
        with Horizontal():
            with Vertical():
                yield Picture(self._host, id="here")
                yield Static(id="figures")
            yield Grid(self._host, self._caption)
        yield Keybar()

    def on_mount(self) -> None:
        """The vectors may take a while."""
        self.set_class(not self._host.backend.pictures, "-without-pictures")
        self._grid.focus()
        self._list()

    def on_resize(self) -> None:
        """A small terminal is all grid."""
        self.set_class(self.app.size.width < self.SIDE_FROM, "-narrow")

    @property
    def _grid(self) -> Grid:
        return self.query_one(Grid)

    def on_cell_grid_opened(self) -> None:
        """By mouse."""
        self.action_go()

    def action_go(self) -> None:
        """Go on from there."""
        if self._grid.number is not None:
            self._path.append(self._grid.number)
            self._list()

    def action_return(self) -> None:
        """To the image before."""
        if len(self._path) > 1:
            self._path.pop()
            self._list()

    def action_back(self) -> None:
        """Leave."""
        if not self.forget_pending():
            self.dismiss(self._path[-1])

    def action_open(self) -> None:
        """The image below the cursor in full."""
        self._host.open_image(self._path[-1] if self._grid.number is None else self._grid.number)

    def action_copy(self) -> None:
        """The command that lists the same."""
        self._host.copy_command(command(self._host.archive, "neighbors", str(self._path[-1]), "-k", str(NEAREST)))

    def tell_progress(self, done: int, images: int) -> None:
        """How far the vectors are."""
        if self._similarity is None:
            self._tell(f"looking at all images: {done:,} of {images:,} ...")

    def look_again(self) -> None:
        """Colors are different now."""
        self._grid.look_again()
        self.query_one(Picture).draw()

    def _tell(self, words: str | Content) -> None:
        self.query_one("#headline", Static).update(Content.assemble(words), layout=False)

    def _caption(self, number: int) -> str:
        similarity = np.nan if self._similarity is None else self._similarity[number]
        return f"{similarity:+.2f} {number} {displayed(self._host.archive.names[number])}"

    def _list(self) -> None:
        number = self._path[-1]
        self.query_one(Picture).view(number)
        self.query_one("#figures", Static).update(aligned(figures(self._host.archive, number)))
        if self._similarity is None:
            self._tell("looking at all images ...")
        self._host.similar.compare(number, lambda similarity: self._host.later(self._fill, number, similarity))

    def _fill(self, number: int, similarity: FloatArray | BaseException) -> None:
        if number != self._path[-1]:
            return
        if isinstance(similarity, BaseException):
            why = str(similarity) if isinstance(similarity, CorruptFileError) else reason(similarity)
            self._tell(Content.styled(f"no neighbors: {displayed(why)}", "$error"))
            return
        self._similarity = similarity
        order = np.argsort(-similarity, kind="stable")
        order = order[(order != number) & ~np.isnan(similarity[order])]
        self._grid.show_images((*order[:NEAREST].tolist(), *order[NEAREST:][-FARTHEST:].tolist()))
        self._grid.end(last=False)
        steps = f"  {len(self._path) - 1} steps from {self._path[0]}" if len(self._path) > 1 else ""
        name = titled(number, self._host.archive.names[number])
        self._tell(Content.assemble("like ", name, ": the nearest, then the farthest", (steps, "dim")))
