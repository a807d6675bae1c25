"""The app: what all screens share, and the ways from one to another.

Screens behind the first are imported when they are opened: the first frame is there a quarter sooner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.events import Event, Key
from textual.screen import Screen

from inrcodec.archive import Archive
from inrcodec.errors import InrError
from inrcodec.tui.catalogue import SORTS
from inrcodec.tui.easel import Easel
from inrcodec.tui.exporting import Exporting
from inrcodec.tui.home import Home
from inrcodec.tui.late import LateAnswer
from inrcodec.tui.loader import Loader
from inrcodec.tui.similar import Similar


class Browser(App[None]):
    """An archive in the terminal."""

    TITLE = "inrcodec"
    CSS = "#headline { height: 1; background: $panel; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("q", "quit", "Quit"),
    ]

    def __init__(self, archive: Archive, easel: Easel | None = None) -> None:
        super().__init__()
        self.archive = archive
        self.easel = easel or Easel()
        self.loader = Loader()
        self.similar = Similar(archive, self.loader, self._on_image)
        self.exporting = Exporting(self)
        self.home = Home(archive, self.loader, self.easel)
        self._late = LateAnswer(expected=self.easel.terminal.asked and not self.easel.terminal.answered)

    def get_default_screen(self) -> Screen[Any]:
        """The grid."""
        return self.home

    def on_unmount(self) -> None:
        """The loader ends with the app."""
        self.loader.close()

    async def on_event(self, event: Event) -> None:
        """Keys that nobody typed go no further."""
        if not (isinstance(event, Key) and self.screen is self.home and self._late.takes(event)):
            await super().on_event(event)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the command palette offers."""
        yield from super().get_system_commands(screen)
        if screen is not self.home:
            return
        for sort in SORTS:
            yield SystemCommand(f"Sort by {sort}", "Order of the grid", lambda sort=sort: self.home.sort_by(sort))
        yield SystemCommand("Neighbours", "What the chosen image is like", self.home.action_neighbours)
        yield SystemCommand("Morph", "Between the last two marked images", self.home.action_morph)
        yield SystemCommand("Map", "The set in two dimensions", self.home.action_atlas)
        yield SystemCommand("Export", "Marked images, or the chosen one", self.home.action_export)
        yield SystemCommand("Copy command", "The shell command for the chosen image", self.home.action_copy)

    def action_help(self) -> None:
        """Every key."""
        from inrcodec.tui.keys import Help

        if not isinstance(self.screen, Help):
            self.push_screen(Help())

    # What screens ask for

    def later(self, call: Callable[..., Any], *arguments: Any) -> None:
        """Call something in the app's own thread, from any thread."""
        if self.is_running:
            self.call_later(call, *arguments)

    def open_image(self, number: int) -> None:
        """In full; the cursor follows when one comes back."""
        from inrcodec.tui.detail import Detail

        self.push_screen(Detail(number), self.home.came_back)

    def show_neighbours(self, number: int) -> None:
        """On their own screen."""
        from inrcodec.tui.neighbours import Neighbours

        self.push_screen(Neighbours(number), self.home.came_back)

    def copy_command(self, words: str) -> None:
        """To the clipboard, as far as the terminal lets us, and onto the screen."""
        self.copy_to_clipboard(words)
        self.notify(words, title="copied", markup=False)

    def complain(self, failure: Exception) -> None:
        """Say what went wrong, and go on."""
        reason = str(failure) if isinstance(failure, InrError) else f"{type(failure).__name__}: {failure}"
        self.notify(reason, title="failed", severity="error", markup=False)

    def _on_image(self, done: int, images: int) -> None:
        """How far the vectors are; in the loader's thread."""
        if images > 200 and done % 50 == 0:
            self.later(self._tell_progress, done, images)

    def _tell_progress(self, done: int, images: int) -> None:
        from inrcodec.tui.neighbours import Neighbours

        if isinstance(self.screen, Neighbours):
            self.screen.tell(f"looking at all images: {done:,} of {images:,}; thumbnails go first ...")
