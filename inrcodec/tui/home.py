"""The grid with the chosen image beside it, and the ways from there to everything else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Static

from inrcodec.errors import InrError
from inrcodec.tui.catalogue import SORTS, Catalogue, Sort
from inrcodec.tui.grid import Grid
from inrcodec.tui.host import Host
from inrcodec.tui.keybar import Keybar
from inrcodec.tui.picture import Picture
from inrcodec.tui.words import aligned, command, figures, headline

if TYPE_CHECKING:
    from inrcodec.retrieval.space import Space


class Home(Screen[None]):
    """The set, searched and sorted, with a cursor and marks."""

    DEFAULT_CSS = """
    #side { width: 34; border-left: solid $panel; padding: 0 1; }
    #side.-hidden { display: none; }
    #side Picture { height: 1fr; max-height: 18; }
    #figures { height: auto; margin-top: 1; }
    Home.-without-pictures #chosen { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open"),
        Binding("slash", "search", "Search", key_display="/"),
        Binding("n", "neighbors", "Neighbors"),
        Binding("space", "mark", "Mark", key_display="space"),
        Binding("v", "morph", "Morph"),
        Binding("a", "atlas", "Map"),
        Binding("s", "sort", "Sort"),
        Binding("g", "number", "Go to"),
        Binding("e", "export", "Export"),
        Binding("y", "copy", "Copy"),
        Binding("escape", "clear", show=False),
    ]
    SIDE_FROM = 90  # columns of a terminal that has room for the chosen image

    def __init__(self, host: Host) -> None:
        super().__init__(id="_default")
        self.catalogue = Catalogue(host.archive)
        self._host, self._archive, self._backend = host, host.archive, host.backend
        self._grid = Grid(host)
        self._chosen = Picture(host, id="chosen")

    def compose(self) -> ComposeResult:
        yield Static(id="headline")
        with Horizontal():
            yield self._grid
            with Vertical(id="side"):
                yield self._chosen
                yield Static(id="figures")
        yield Keybar()

    def on_mount(self) -> None:
        """The grid has the keys."""
        self.set_class(not self._backend.pictures, "-without-pictures")
        self._grid.focus()
        self._list()

    def on_resize(self) -> None:
        """A small terminal is all grid."""
        self.query_one("#side").set_class(self.app.size.width < self.SIDE_FROM, "-hidden")

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """Show the image below the cursor; it is decoded when there is time."""
        self._chosen.view(event.number)
        lines = aligned([] if event.number is None else figures(self._archive, event.number))
        self.query_one("#figures", Static).update(lines)

    def on_grid_opened(self) -> None:
        """By mouse."""
        self.action_open()

    # What keys do

    def action_open(self) -> None:
        """The image in full."""
        if self._grid.number is not None:
            self._host.open_image(self._grid.number)

    def action_neighbors(self) -> None:
        """What it is like."""
        if self._grid.number is not None:
            self._host.show_neighbors(self._grid.number)

    def action_mark(self) -> None:
        """Mark or unmark."""
        self._grid.toggle_mark()
        self._tell()

    def action_morph(self) -> None:
        """Between the last two marked images."""
        marks = list(self._grid.marks)
        if len(marks) < 2:
            self._host.warn("mark two images first: Space")
        elif self._has_pictures("a morph"):
            self._host.show_morph(*marks[-2:])

    def action_atlas(self) -> None:
        """The map."""
        if self._grid.number is not None and self._has_pictures("the map"):
            self._host.show_map(self._grid.number)

    def action_search(self) -> None:
        """By name."""
        self._host.ask("search by name", self._search_for, self.catalogue.search)

    def action_sort(self) -> None:
        """The next order."""
        self.sort_by(SORTS[(SORTS.index(self.catalogue.sort) + 1) % len(SORTS)])

    def action_number(self) -> None:
        """To an image by number or name."""
        self._host.ask(f"go to a number, 0 to {len(self._archive) - 1}, or a name", self._go_to_text)

    def action_clear(self) -> None:
        """Search first, then marks."""
        if self.catalogue.search:
            self._search_for("")
        elif self._grid.marks:
            self._grid.marks.clear()
            self._grid.refresh()
            self._tell()

    def action_export(self) -> None:
        """Marked images, or the one below the cursor."""
        if chosen := self._marked_or_chosen():
            self._host.export(chosen)

    def action_copy(self) -> None:
        """The command that decodes what is marked or chosen."""
        if chosen := self._marked_or_chosen():
            index = ",".join(map(str, chosen))
            self._host.copy_command(command(self._archive, "decode", "--index", index, "--size", "256"))

    # What others ask for

    def came_back(self, number: int | None) -> None:
        """The cursor goes where one was; a search that hides it ends."""
        if number is not None and not self._grid.go_to(number) and self.catalogue.search:
            self._search_for("")
            self._grid.go_to(number)

    def sort_by(self, sort: Sort) -> None:
        """Another order; by similarity means to the image below the cursor."""
        if sort == "similarity":
            number = self._grid.number
            self._host.tell("looking at all images ...")
            self._host.similar.ask(lambda space: self._host.later(self._sort_by_likeness, number, space))
            return
        self.catalogue = replace(self.catalogue, sort=sort)
        self._list()

    # How it is done

    def _marked_or_chosen(self) -> tuple[int, ...]:
        return tuple(self._grid.marks) or (() if self._grid.number is None else (self._grid.number,))

    def _has_pictures(self, what: str) -> bool:
        if not self._backend.pictures:
            self._host.warn(f"{what} is all pictures; browse was started with --images none")
        return self._backend.pictures

    def _list(self) -> None:
        self._grid.show_images(self.catalogue.numbers)
        self._tell()

    def _tell(self) -> None:
        catalogue = self.catalogue
        words = headline(self._archive, len(catalogue.numbers), catalogue.search, catalogue.sort, len(self._grid.marks))
        self.query_one("#headline", Static).update(words, layout=False)

    def _search_for(self, words: str | None) -> None:
        if words is not None:
            self.catalogue = replace(self.catalogue, search=words)
            self._list()

    def _sort_by_likeness(self, number: int | None, space: Space | BaseException) -> None:
        if isinstance(space, BaseException):
            self._host.complain(space)
        elif number is not None:
            self.catalogue = replace(self.catalogue, sort="similarity", likeness=space.similarity(number, "cosine"))
            self._list()
            self._grid.go_to(number)

    def _go_to_text(self, text: str | None) -> None:
        if text is None or not text.strip():
            return
        try:
            (number, *_) = self._archive.select(text.strip())
        except InrError as failure:
            self._host.complain(failure)
        else:
            self.came_back(number)
