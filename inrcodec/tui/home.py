"""The grid with the chosen image beside it, and the ways from there to everything else."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from inrcodec.tui.catalogue import Catalogue
from inrcodec.tui.grid import Grid
from inrcodec.tui.gridscreen import GridScreen
from inrcodec.tui.host import Host
from inrcodec.tui.keybar import Keybar
from inrcodec.tui.listing import Listing
from inrcodec.tui.movement import moves
from inrcodec.tui.picture import Picture
from inrcodec.tui.words import aligned, command, figures, headline, in_one_line


class Home(GridScreen[None]):
    """The set, searched and sorted, with a cursor and marks."""

    DEFAULT_CSS = """
    #side { width: 34; border-left: solid $panel; padding: 0 1; }
    #side Picture { height: 1fr; max-height: 18; }
    #figures { height: auto; margin-top: 1; }
    #line { height: 1; padding: 0 1; display: none; text-wrap: nowrap; text-overflow: ellipsis; }
    Home.-narrow #side { display: none; }
    Home.-line #line { display: block; }
    Home.-without-pictures #chosen { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", id="open"),
        Binding("slash", "search", "Search", key_display="/", id="search"),
        Binding("n", "neighbors", "Neighbors", id="neighbors"),
        Binding("v", "morph", "Morph", id="morph"),
        Binding("a", "atlas", "Map", id="map"),
        Binding("s", "sort", "Sort", id="sort"),
        Binding("e", "export", "Export", id="export"),
        Binding("y", "copy", "Copy", id="copy"),
        Binding("colon", "number", "Go to", key_display=":", id="go-to"),
        *moves(),
        Binding("r", "reverse", "Reverse", show=False, id="reverse"),
        Binding("w", "worst", "Worst", show=False, id="worst"),
        Binding("S", "slideshow", "Slideshow", show=False, id="slideshow"),
        Binding("escape", "clear", show=False, id="back"),
    ]
    SIDE_FROM = 90  # columns of a terminal that has room for the chosen image
    LINE_FROM = 12  # lines of one that has room for its figures below

    def __init__(self, host: Host) -> None:
        super().__init__(id="_default")
        self._host, self._archive = host, host.archive
        self._pictures = host.backend.pictures
        self.listing = Listing(host, self.tell)
        self._grid = self.listing.grid
        self._chosen = Picture(host, id="chosen")

    @property
    def catalogue(self) -> Catalogue:
        """What is shown, and in which order."""
        return self.listing.catalogue

    def compose(self) -> ComposeResult:
        yield Static(id="headline")
        with Horizontal():
            yield self._grid
            with Vertical(id="side"):
                yield self._chosen
                yield Static(id="figures")
        yield Static(id="line")
        yield Keybar()

    def on_mount(self) -> None:
        """The grid has the keys."""
        self.set_class(not self._pictures, "-without-pictures")
        self._grid.focus()
        self.listing.show()

    def on_resize(self) -> None:
        """A small terminal is all grid."""
        width, height = self.app.size
        self.set_class(width < self.SIDE_FROM, "-narrow")
        self.set_class(width < self.SIDE_FROM and height >= self.LINE_FROM, "-line")

    def on_cell_grid_moved(self, event: Grid.Moved) -> None:
        """Show the image below the cursor, its figures first; it is decoded when there is time."""
        self._chosen.view(event.number)
        self.show_compared()

    def show_compared(self) -> None:
        """Figures of the image below the cursor, those against its original as far as they are known."""
        number = self._grid.number
        known = [] if number is None else figures(self._archive, number) + self._host.comparing.figures(number)
        side, told = self.query_one("#figures", Static), aligned(known)
        width, height = side.size
        same = width > 0 and told.get_height({}, width) == height
        side.update(told, layout=not same)  # to lay out takes longer than to draw
        self.query_one("#line", Static).update(in_one_line(known), layout=False)

    def on_grid_marked(self) -> None:
        """Say how many."""
        self.tell()

    def on_cell_grid_opened(self) -> None:
        """By mouse."""
        self.action_open()

    def look_again(self) -> None:
        """Colors are different now."""
        self._grid.look_again()

    # What moves

    def move_to(self, number: int) -> None:
        """To the image with that number."""
        self.came_back(min(number, len(self._archive) - 1))

    # What keys do

    def action_open(self) -> None:
        """The image in full."""
        if self._grid.number is not None:
            self._host.open_image(self._grid.number)

    def action_slideshow(self) -> None:
        """One image after the other, in full."""
        if self._grid.number is not None:
            self._host.open_image(self._grid.number, slideshow=True)

    def action_neighbors(self) -> None:
        """What it is like."""
        if self._grid.number is not None:
            self._host.show_neighbors(self._grid.number)

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
        """By name and figures."""
        self.listing.ask_search()

    def action_sort(self) -> None:
        """The next order."""
        self.listing.sort_next()

    def action_reverse(self) -> None:
        """The other way round."""
        self.listing.reverse()

    def action_worst(self) -> None:
        """To the image with the lowest PSNR."""
        self.listing.go_to_worst()

    def action_number(self) -> None:
        """To an image by number or name."""
        self.listing.ask_number()

    def action_clear(self) -> None:
        """What was typed, search, then marks."""
        if self.forget_pending():
            return
        if self.catalogue.search:
            self.listing.search_for("")
        elif self._grid.marks:
            self._grid.mark(())

    def action_export(self) -> None:
        """Marked images, or the one below the cursor."""
        if chosen := self._marked_or_chosen():
            self._host.export(chosen)

    def action_copy(self) -> None:
        """The command that decodes what is marked or chosen."""
        if chosen := self._marked_or_chosen():
            index = ",".join(map(str, chosen))
            self._host.copy_command(command(self._archive, "decode", "--index", index, "--size", "256"))

    def came_back(self, number: int | None) -> None:
        """The cursor goes where one was."""
        self.listing.go_to(number)
        self.tell()  # marks may be others

    # How it is done

    def _marked_or_chosen(self) -> tuple[int, ...]:
        return tuple(self._grid.marks) or (() if self._grid.number is None else (self._grid.number,))

    def _has_pictures(self, what: str) -> bool:
        if not self._pictures:
            self._host.warn(f"{what} is all pictures; browse was started with --images none")
        return self._pictures

    def tell(self) -> None:
        """The first line, as it is now."""
        shown = self.catalogue
        order = f"{shown.sort}, reversed" if shown.reverse else shown.sort
        words = headline(
            self._archive,
            len(shown.numbers),
            shown.search,
            order,
            len(self._grid.marks),
            self._host.refused is not None,
        )
        self.query_one("#headline", Static).update(words, layout=False)
