"""The app: the grid with the chosen image beside it, and the ways from there to everything else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Event, Key
from textual.screen import Screen
from textual.widgets import Footer, Static

from inrcodec.archive import Archive, straightened
from inrcodec.errors import InrError
from inrcodec.neighbours import Space
from inrcodec.tui.atlas import Atlas
from inrcodec.tui.catalogue import SORTS, Catalogue
from inrcodec.tui.detail import Detail
from inrcodec.tui.easel import Easel
from inrcodec.tui.grid import Grid
from inrcodec.tui.late import LateAnswer
from inrcodec.tui.loader import Loader
from inrcodec.tui.morphing import Morphing
from inrcodec.tui.neighbours import Neighbours
from inrcodec.tui.picture import Picture
from inrcodec.tui.prompts import Help, Prompt
from inrcodec.tui.similar import Similar
from inrcodec.tui.words import aligned, command, figures, headline

LARGEST = 4096  # pixels of an exported image's longer side


class Browser(App[None]):
    """An archive in the terminal."""

    TITLE = "inrcodec"
    CSS = """
    #headline { height: 1; background: $panel; padding: 0 1; }
    #side { width: 34; border-left: solid $panel; padding: 0 1; }
    #side.-hidden { display: none; }
    .-without-pictures #chosen { display: none; }
    #side Picture { height: 1fr; max-height: 18; }
    #figures { height: auto; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "Quit"),
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("enter", "open", "Open"),
        Binding("n", "neighbours", "Neighbours"),
        Binding("space", "mark", "Mark"),
        Binding("v", "morph", "Morph"),
        Binding("a", "atlas", "Map"),
        Binding("slash", "search", "Search", key_display="/"),
        Binding("s", "sort", "Sort"),
        Binding("g", "number", "Go to"),
        Binding("e", "export", "Export"),
        Binding("y", "copy", "Copy"),
        Binding("escape", "clear", show=False),
    ]
    SIDE_FROM = 90  # columns of a terminal that has room for the chosen image

    def __init__(self, archive: Archive, easel: Easel | None = None) -> None:
        super().__init__()
        self.easel = easel or Easel()
        self._late = LateAnswer(expected=self.easel.terminal.asked and not self.easel.terminal.answered)
        self.archive = archive
        self.loader = Loader()
        self.similar = Similar(archive, self.loader, self._on_image)
        self.catalogue = Catalogue(archive)

    def compose(self) -> ComposeResult:
        yield Static(id="headline")
        with Horizontal():
            yield Grid(self.archive, self.loader, pictures=self.easel.pictures)
            with Vertical(id="side"):
                yield Picture(self.archive, self.loader, self.easel, id="chosen")
                yield Static(id="figures")
        yield Footer()

    def on_mount(self) -> None:
        """The grid has the keys."""
        self.set_class(not self.easel.pictures, "-without-pictures")
        self._grid.focus()
        self._list()

    def on_unmount(self) -> None:
        """The loader ends with the app."""
        self.loader.close()

    def on_resize(self) -> None:
        """A small terminal is all grid."""
        self.screen_stack[0].query_one("#side").set_class(self.size.width < self.SIDE_FROM, "-hidden")

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """Show the image below the cursor; it is decoded when there is time."""
        base = self.screen_stack[0]
        base.query_one("#chosen", Picture).view(event.number)
        lines = "" if event.number is None else aligned(figures(self.archive, event.number))
        base.query_one("#figures", Static).update(lines)

    def on_grid_opened(self) -> None:
        """By mouse."""
        self.action_open()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the command palette offers."""
        yield from super().get_system_commands(screen)
        for sort in SORTS:
            yield SystemCommand(f"Sort by {sort}", "Order of the grid", lambda sort=sort: self._sort_by(sort))
        yield SystemCommand("Neighbours", "What the chosen image is like", self.action_neighbours)
        yield SystemCommand("Morph", "Between the last two marked images", self.action_morph)
        yield SystemCommand("Map", "The set in two dimensions", self.action_atlas)
        yield SystemCommand("Export", "Marked images, or the chosen one", self.action_export)
        yield SystemCommand("Copy command", "The shell command for the chosen image", self.action_copy)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys of the grid mean nothing on other screens."""
        everywhere = ("quit", "help", "command_palette", "change_theme", "toggle_dark", "notify")
        of_grid = [binding.action.split("(")[0] for binding in self.BINDINGS if isinstance(binding, Binding)]
        return action in everywhere or action not in of_grid or len(self.screen_stack) == 1

    async def on_event(self, event: Event) -> None:
        """Keys that are no keys go no further."""
        if not (isinstance(event, Key) and len(self.screen_stack) == 1 and self._late.takes(event)):
            await super().on_event(event)

    # What keys do

    def action_help(self) -> None:
        """Every key."""
        if not isinstance(self.screen, Help):
            self.push_screen(Help())

    def action_open(self) -> None:
        """The image in full."""
        if self._grid.number is not None:
            self.open_image(self._grid.number)

    def action_neighbours(self) -> None:
        """What it is like."""
        if self._grid.number is not None:
            self.show_neighbours(self._grid.number)

    def action_mark(self) -> None:
        """Mark or unmark."""
        self._grid.toggle_mark()
        self._tell()

    def action_morph(self) -> None:
        """Between the last two marked images."""
        marks = list(self._grid.marks)
        if len(marks) < 2:
            self.notify("mark two images first: Space", severity="warning")
            return
        if self._has_pictures("a morph"):
            self.push_screen(Morphing(*marks[-2:]))

    def action_atlas(self) -> None:
        """The map."""
        if self._grid.number is not None and self._has_pictures("the map"):
            self.push_screen(Atlas(self._grid.number), self._came_back)

    def action_search(self) -> None:
        """By name."""
        self.push_screen(Prompt("search by name", self.catalogue.search), self._search_for)

    def action_sort(self) -> None:
        """The next order."""
        self._sort_by(SORTS[(SORTS.index(self.catalogue.sort) + 1) % len(SORTS)])

    def action_number(self) -> None:
        """To an image by number."""
        self.push_screen(Prompt(f"go to number, 0 to {len(self.archive) - 1}"), self._go_to_text)

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
        chosen = tuple(self._grid.marks) or (() if self._grid.number is None else (self._grid.number,))
        if chosen:
            self.ask_export(chosen)

    def action_copy(self) -> None:
        """The command that decodes what is marked or chosen."""
        chosen = tuple(self._grid.marks) or (() if self._grid.number is None else (self._grid.number,))
        index = ",".join(map(str, chosen))
        self.copy_command(command(self.archive, "decode", "--index", index, "--size", "256"))

    # What screens ask for

    def later(self, call: Callable[..., Any], *arguments: Any) -> None:
        """Call something in the app's own thread, from any thread."""
        if self.is_running:
            self.call_later(call, *arguments)

    def beside(self, number: int, by: int) -> int:
        """The image before or after another one in the order of the grid."""
        numbers = self.catalogue.numbers
        if number not in numbers:
            return number
        return numbers[min(len(numbers) - 1, max(0, numbers.index(number) + by))]

    def open_image(self, number: int) -> None:
        """In full; the cursor follows when one comes back."""
        self.push_screen(Detail(number), self._came_back)

    def show_neighbours(self, number: int) -> None:
        """On their own screen."""
        self.push_screen(Neighbours(number), self._came_back)

    def copy_command(self, words: str) -> None:
        """To the clipboard, as far as the terminal lets us, and onto the screen."""
        self.copy_to_clipboard(words)
        self.notify(words, title="copied", markup=False)

    def ask_export(self, numbers: tuple[int, ...]) -> None:
        """Ask for a size, then write."""
        what = f"{len(numbers)} images" if len(numbers) > 1 else f"image {numbers[0]}"
        self.push_screen(Prompt(f"export {what} at how many pixels?", "256"), lambda size: self._export(numbers, size))

    def complain(self, failure: Exception) -> None:
        """Say what went wrong, and go on."""
        reason = str(failure) if isinstance(failure, InrError) else f"{type(failure).__name__}: {failure}"
        self.notify(reason, title="failed", severity="error", markup=False)

    @staticmethod
    def free_path(path: Path) -> Path:
        """The path, or the first with a number behind it that does not exist yet."""
        number = 1
        chosen = path
        while chosen.exists():
            number += 1
            chosen = path.with_name(f"{path.stem}-{number}{path.suffix}")
        return chosen

    # How it is done

    @property
    def _grid(self) -> Grid:
        return self.screen_stack[0].query_one(Grid)

    def _came_back(self, number: int | None) -> None:
        if number is not None and not self._grid.go_to(number) and self.catalogue.search:
            self._search_for("")
            self._grid.go_to(number)

    def _has_pictures(self, what: str) -> bool:
        if not self.easel.pictures:
            self.notify(f"{what} is all pictures; browse was started with --images none", severity="warning")
        return self.easel.pictures

    def _list(self) -> None:
        self._grid.show_images(self.catalogue.numbers)
        self._tell()

    def _tell(self) -> None:
        catalogue = self.catalogue
        words = headline(self.archive, len(catalogue.numbers), catalogue.search, catalogue.sort)
        marked = f"  [yellow]{len(self._grid.marks)} marked[/yellow]" if self._grid.marks else ""
        self.screen_stack[0].query_one("#headline", Static).update(words + marked)

    def _search_for(self, words: str | None) -> None:
        if words is not None:
            self.catalogue = replace(self.catalogue, search=words)
            self._list()

    def _sort_by(self, sort: Any) -> None:
        if sort == "similarity":
            number = self._grid.number
            self.notify("looking at all images ...")
            self.similar.ask(lambda space: self.later(self._sort_by_likeness, number, space))
            return
        self.catalogue = replace(self.catalogue, sort=sort)
        self._list()

    def _sort_by_likeness(self, number: int | None, space: Space | Exception) -> None:
        if isinstance(space, Exception):
            self.complain(space)
        elif number is not None:
            self.catalogue = replace(self.catalogue, sort="similarity", likeness=space.likeness(number, "cosine"))
            self._list()
            self._grid.go_to(number)

    def _go_to_text(self, text: str | None) -> None:
        if text is None or not text.strip():
            return
        try:
            (number, *_) = self.archive.select(text.strip())
        except InrError as failure:
            self.complain(failure)
            return
        if not self._grid.go_to(number):
            self._search_for("")
            self._grid.go_to(number)

    def _export(self, numbers: tuple[int, ...], size: str | None) -> None:
        if size is None:
            return
        if not size.strip().isdigit() or not 1 <= int(size) <= LARGEST:
            self.notify(f"{size!r}: give a number of pixels from 1 to {LARGEST}", severity="error", markup=False)
            return
        self.loader.ask(
            ("export", numbers, size),
            lambda: self._write(numbers, int(size)),
            lambda done: self.later(self._exported, done),
        )

    def _write(self, numbers: tuple[int, ...], size: int) -> list[Path]:
        """In the loader's thread."""
        from inrcodec.bitstream.container import write_atomically
        from inrcodec.exporters.naming import file_names
        from inrcodec.exporters.stills import encode_still, format_named

        folder = Path(f"{self.archive.path.stem if self.archive.path else 'set'}-decoded")
        folder.mkdir(exist_ok=True)
        names = file_names(self.archive.names, ".png")
        written = []
        for number in numbers:
            path = self.free_path(folder / names[number])
            blob = encode_still(straightened(self.archive[number].render_stored(size)), format_named("png"))
            write_atomically(path, blob, overwrite=False)
            written.append(path)
            self.loader.serve()
        return written

    def _exported(self, done: list[Path] | Exception) -> None:
        if isinstance(done, Exception):
            self.complain(done)
        elif len(done) == 1:
            self.notify(f"wrote {done[0].absolute()}", markup=False)
        else:
            self.notify(f"wrote {len(done)} images into {done[0].parent.absolute()}", markup=False)

    def _on_image(self, done: int, images: int) -> None:
        """How far the vectors are; in the loader's thread."""
        if images > 200 and done % 50 == 0:
            self.later(self._tell_progress, done, images)

    def _tell_progress(self, done: int, images: int) -> None:
        if isinstance(self.screen, Neighbours):
            self.screen.tell(f"looking at all images: {done:,} of {images:,}; thumbnails go first ...")
