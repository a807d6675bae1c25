"""The app: what all screens share, and the ways from one to another.

Screens behind the first are imported when they are opened: the first frame is there a quarter sooner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.dom import DOMNode
from textual.events import Event, Key
from textual.screen import Screen

from inrcodec.archive import AnyArchive
from inrcodec.field.work import TooMuchWork
from inrcodec.tui import kept
from inrcodec.tui.backdrop import DARK, Backdrop, Kind
from inrcodec.tui.backend import ImageBackend
from inrcodec.tui.blocks import Blocks, Line
from inrcodec.tui.catalogue import SORTS
from inrcodec.tui.comparing import Comparing
from inrcodec.tui.home import Home
from inrcodec.tui.loader import Loader, Urgency
from inrcodec.tui.preferences import Preferences
from inrcodec.tui.similar import Similar
from inrcodec.tui.stray import StrayReplies
from inrcodec.tui.terminal_app import TerminalApp
from inrcodec.tui.views import Views
from inrcodec.tui.words import harmless, reason

if TYPE_CHECKING:
    from inrcodec.tui.against import Against


class Browser(TerminalApp):
    """An archive in the terminal; the `Host` of its screens."""

    TITLE = "inrcodec"
    CSS = "#headline { height: 1; background: $panel; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "backdrop", show=False, id="behind"),
        Binding("question_mark", "help", "Help", key_display="?", id="help"),
        Binding("q", "quit", "Quit", id="quit"),
        Binding("ctrl+z", "suspend_process", show=False, id="suspend"),
    ]

    def __init__(
        self,
        archive: AnyArchive,
        backend: ImageBackend | None = None,
        blocks: Blocks | None = None,
        against: Against | None = None,
        preferences: Preferences = Preferences(),  # noqa: B008 - nobody changes it
    ) -> None:
        super().__init__()
        self.archive = archive
        self.backend = backend or ImageBackend()
        self.loader = Loader(self._on_failure)
        self.blocks = blocks or Blocks(archive)
        self.blocks.on_done = self._on_block
        self.similar = Similar(archive, self.loader, self.blocks, self._on_image)
        self.views = Views(against)
        self.comparing = Comparing(against, self.loader, self._on_compared)
        choices = kept.read()
        self.preferences = preferences
        theme = preferences.theme or choices.theme
        if theme in self.available_themes:
            self.theme = theme
        self.backdrop = Backdrop(preferences.behind or choices.behind)
        self.marks: dict[int, None] = {}
        self.home = Home(self)
        self.refused: str | None = None  # what the file asks for and is not done
        terminal = self.backend.terminal
        self._stray = StrayReplies(expected=terminal.asked and not terminal.answered)

    def get_default_screen(self) -> Screen[Any]:
        """The grid."""
        return self.home

    def on_mount(self) -> None:
        """Colors of pictures follow the theme's; whoever ends us finds the terminal as it was."""
        self.leave_when_asked()
        self.set_keymap(dict(self.preferences.keys))
        self._use_backdrop(self.backdrop.kind)
        self.call_after_refresh(self._fetch_ahead)
        self.theme_changed_signal.subscribe(self, lambda _: self._use_theme())

    def on_unmount(self) -> None:
        """The loader and the processes end with the app."""
        self.loader.close()
        self.blocks.close()

    async def on_event(self, event: Event) -> None:
        """Keys that nobody typed go no further."""
        if not (isinstance(event, Key) and self.screen is self.home and self._stray.takes(event)):
            await super().on_event(event)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the command palette offers."""
        yield from super().get_system_commands(screen)
        if screen is not self.home:
            return
        for sort in SORTS:
            yield SystemCommand(
                f"Sort by {sort}", "Order of the grid", lambda sort=sort: self.home.listing.sort_by(sort)
            )
        yield SystemCommand("Neighbors", "What the chosen image is like", self.home.action_neighbors)
        yield SystemCommand("Morph", "Between the last two marked images", self.home.action_morph)
        yield SystemCommand("Map", "The set in two dimensions", self.home.action_atlas)
        yield SystemCommand("Export", "Marked images, or the chosen one", self.home.action_export)
        yield SystemCommand("Copy command", "The shell command for the chosen image", self.home.action_copy)

    def action_backdrop(self) -> None:
        """What stands behind transparent pixels: the theme's ground, white, a checker."""
        self._use_backdrop(self.backdrop.next)
        self._keep_choices()
        self.tell(f"behind transparent pixels: {self.backdrop.kind}")

    def action_help_quit(self) -> None:
        """Ctrl+C is for copying; who means the end is told the key that the last line shows."""
        self.tell("press q to quit")

    def action_help(self) -> None:
        """Every key."""
        from inrcodec.tui.keys import Help

        if not isinstance(self.screen, Help):
            self.push_screen(Help(self.preferences.keys))

    # What screens ask for: see `Host`

    def later(self, call: Callable[..., Any], *arguments: Any) -> None:
        """Call something in the app's own thread, from any thread; not if it belongs to a screen that is gone."""
        if self.is_running:
            self.call_later(self._deliver, call, arguments)

    def ask(
        self,
        question: str,
        answered: Callable[[str | None], None],
        value: str = "",
        changed: Callable[[str], None] | None = None,
        check: Callable[[str], str | None] | None = None,
    ) -> None:
        """A line to type, above the current screen."""
        from inrcodec.tui.prompt import Prompt

        self.push_screen(Prompt(question, value, changed, check), answered)

    def open_image(self, number: int, *, slideshow: bool = False) -> None:
        """In full; the cursor follows when one comes back."""
        from inrcodec.tui.detail import Detail

        self.push_screen(Detail(self, number, slideshow=slideshow), self.home.came_back)

    def show_neighbors(self, number: int) -> None:
        """On their own screen."""
        from inrcodec.tui.neighbors import Neighbors

        self.push_screen(Neighbors(self, number), self.home.came_back)

    def show_map(self, number: int) -> None:
        """On its own screen."""
        from inrcodec.tui.atlas import Atlas

        self.push_screen(Atlas(self, number), self.home.came_back)

    def show_morph(self, first: int, second: int) -> None:
        """On its own screen."""
        from inrcodec.tui.morphing import Morphing

        self.push_screen(Morphing(self, first, second))

    def beside(self, number: int, by: int) -> int:
        """In the order of the grid."""
        return self.home.catalogue.beside(number, by)

    def export(self, numbers: tuple[int, ...]) -> None:
        """Ask for a size, then write them."""
        from inrcodec.tui.exporting import ask_and_export

        ask_and_export(self, numbers)

    def copy_command(self, words: str) -> None:
        """To the clipboard, as far as the terminal lets us, and onto the screen."""
        self.copy_to_clipboard(words)
        self.tell(words, title="copied")

    def tell(self, words: str, title: str = "") -> None:
        """In a corner of the screen."""
        self.notify(harmless(words), title=harmless(title), markup=False)

    def warn(self, words: str) -> None:
        """The same, in the color of warnings."""
        self.notify(harmless(words), severity="warning", markup=False)

    def refuse(self, failure: TooMuchWork) -> None:
        """The first line of the grid says so, and a message the first time."""
        if self.refused is None:
            self.refused = reason(failure)
            self.later(self._tell_refused)

    def complain(self, failure: BaseException) -> None:
        """The same, as an error."""
        self.notify(harmless(reason(failure)), title="failed", severity="error", markup=False)

    def _fetch_ahead(self) -> None:
        """All blocks, where there is room for all of them and somebody else decodes them."""
        stored = self.archive.stored
        if self.blocks.several and stored.blocks <= stored.kept_blocks:
            self.blocks.want(range(stored.blocks), line=Line.LATER)

    def _deliver(self, call: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        owner = getattr(call, "__self__", None)
        if owner is self or not isinstance(owner, DOMNode) or (owner.is_running and owner.is_attached):
            call(*arguments)

    def _tell_refused(self) -> None:
        self.home.tell()
        self.warn(self.refused or "")

    def _on_failure(self, failure: BaseException) -> None:
        """In the loader's thread: a callback raised."""
        self.later(self.complain, failure)

    def _on_block(self) -> None:
        """In a thread of `blocks`: something was made that the loader has to take."""
        if not self.loader.closed:
            self.loader.ask("blocks", self.blocks.collect, lambda _: None, Urgency.AHEAD)

    def _on_compared(self) -> None:
        """In the loader's thread: more is known of originals."""
        self.later(self._show_compared)

    def _show_compared(self) -> None:
        for screen in self.screen_stack:
            show_compared = getattr(screen, "show_compared", None)
            if show_compared is not None:
                show_compared()

    def _on_image(self, done: int, images: int) -> None:
        """How far the vectors are; in the loader's thread."""
        if done % max(1, images // 100) == 0:
            self.later(self._tell_progress, done, images)

    def _tell_progress(self, done: int, images: int) -> None:
        tell = getattr(self.screen, "tell_progress", None)
        if tell is not None:
            tell(done, images)

    def _use_theme(self) -> None:
        """Another one was chosen."""
        self._use_backdrop(self.backdrop.kind)
        self._keep_choices()

    def _keep_choices(self) -> None:
        kept.write(kept.Choices(self.theme, self.backdrop.kind))

    def _use_backdrop(self, kind: Kind) -> None:
        ground = Color.parse(self.theme_variables.get("background", "#000000"))
        color = DARK if ground.ansi is not None else (ground.r, ground.g, ground.b)
        if (backdrop := Backdrop(kind, color)) != self.backdrop:
            self.backdrop = backdrop
            for screen in self.screen_stack:
                look_again = getattr(screen, "look_again", None)
                if look_again is not None:
                    look_again()
