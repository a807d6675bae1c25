"""What an image is like, and what it is least like; Enter goes on from there, Backspace comes back."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import DataTable, Static

from inrcodec.exporters.naming import displayed
from inrcodec.retrieval.space import Space
from inrcodec.tui.host import Host
from inrcodec.tui.keybar import Keybar
from inrcodec.tui.picture import Picture
from inrcodec.tui.words import command, reason, titled

SHOWN = 12  # at either end
NEAR, FAR = "#7fd88f", "#ff8f8f"


class Neighbors(Screen[int]):
    """Ends with the number of the image that it came to."""

    CSS = """
    Neighbors Vertical { width: 1fr; }
    Neighbors DataTable { width: 44; max-width: 60%; overflow-x: hidden; scrollbar-size-vertical: 1; }
    Neighbors .caption { height: 1; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back"),
        Binding("enter", "go", "Go there"),
        Binding("backspace", "return", "Return"),
        Binding("o", "open", "Open"),
        Binding("y", "copy", "Copy"),
    ]

    def __init__(self, host: Host, number: int) -> None:
        super().__init__()
        self._host = host
        self._path = [number]

    def compose(self) -> ComposeResult:
        yield Static(id="headline")
        with Horizontal():
            yield DataTable(cursor_type="row", zebra_stripes=True)
            with Vertical():
                yield Static(classes="caption", id="one")
                yield Picture(self._host, id="here")
                yield Static(classes="caption", id="other")
                yield Picture(self._host, id="there")
        yield Keybar()

    def on_mount(self) -> None:
        """Headings, then the vectors, which may take a while."""
        self.query_one(DataTable).add_columns("cosine", "no.", "name")
        self._list()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Show the image of that row."""
        key = event.row_key.value if event.row_key is not None else None
        if key is not None:
            number = int(key)
            self.query_one("#there", Picture).view(number)
            self.query_one("#other", Static).update(titled(number, self._host.archive.names[number]), layout=False)

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Go on from there."""
        if event.row_key.value is not None:
            self._path.append(int(event.row_key.value))
            self._list()

    def action_return(self) -> None:
        """To the image before."""
        if len(self._path) > 1:
            self._path.pop()
            self._list()

    def action_back(self) -> None:
        """Leave."""
        self.dismiss(self._path[-1])

    def action_open(self) -> None:
        """The image in full."""
        self._host.open_image(self._path[-1])

    def action_copy(self) -> None:
        """The command that lists the same."""
        self._host.copy_command(command(self._host.archive, "neighbors", str(self._path[-1]), "-k", str(SHOWN)))

    def tell(self, words: str | Content) -> None:
        """A line about how far the vectors are."""
        self.query_one("#headline", Static).update(Content.assemble(words), layout=False)

    def _list(self) -> None:
        number = self._path[-1]
        self.query_one("#here", Picture).view(number)
        self.query_one("#one", Static).update(titled(number, self._host.archive.names[number]), layout=False)
        self.tell("looking at all images; thumbnails go first ...")
        self._host.similar.ask(lambda space: self._host.later(self._fill, number, space))

    def _fill(self, number: int, space: Space | BaseException) -> None:
        if number != self._path[-1]:
            return
        if isinstance(space, BaseException):
            self.tell(Content.styled(f"no neighbors: {displayed(reason(space))}", "$error"))
            return
        likeness = space.similarity(number, "cosine")
        order = [other for other in np.argsort(-likeness, kind="stable").tolist() if other != number]
        rows = order[:SHOWN] + [other for other in order[-SHOWN:] if other not in order[:SHOWN]]
        table = self.query_one(DataTable)
        table.clear()
        for other in rows:
            name = Text(displayed(self._host.archive.names[other]))
            near = likeness[other] >= 0
            cosine = Text(f"{likeness[other]:+.3f}", NEAR if near else FAR)
            table.add_row(cosine, Text(str(other), justify="right"), name, key=str(other))
        steps = f"  {len(self._path) - 1} steps from {self._path[0]}" if len(self._path) > 1 else ""
        title = titled(number, self._host.archive.names[number])
        self.tell(Content.assemble("like ", title, ": the nearest, then the farthest", (steps, "dim")))
        table.focus()
