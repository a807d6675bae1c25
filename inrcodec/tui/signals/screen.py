"""What the screens of all kinds of signals share: a pane whose pixels are painted in a thread, whenever they change."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from inrcodec.archive import Signal
from inrcodec.exporters.naming import displayed
from inrcodec.tui.halfblocks import Levels
from inrcodec.tui.keybar import Keybar
from inrcodec.tui.movement import MovingScreen
from inrcodec.tui.pane import Pane
from inrcodec.tui.words import reason

View = TypeVar("View", bound=Hashable)


class SignalScreen(MovingScreen[None], Generic[View]):
    """A kind's screen says what is seen (`view`), paints it (`paint`), and calls `look` when it has changed.

    KEYS: its keys in words, for the page of keys.
    """

    KEYS: ClassVar[str] = ""

    def __init__(self, signal: Signal) -> None:
        super().__init__()
        self.signal = signal
        self._working = False
        self._painted: tuple[View, int, int] | None = None  # and the pixels across and down that it was painted in

    # What a kind provides

    def view(self) -> View:
        """What is to be seen now: equal views look alike."""
        raise NotImplementedError

    def paint(self, view: View, across: int, down: int) -> Levels:
        """Its pixels, 8 bits (down or fewer, across or fewer, 3); called in a thread."""
        raise NotImplementedError

    def words(self) -> str:
        """What stands below the pixels."""
        return ""

    # What is the same for all

    def compose(self) -> ComposeResult:
        yield Static(id="headline")
        yield Pane(id="pixels")
        yield Static(id="bar")
        yield Keybar()

    def on_mount(self) -> None:
        """What the file is, and the first view."""
        file = Path(self.signal.path).name if self.signal.path else "signal"
        samples = " x ".join(f"{count:,}" for count in self.signal.axes)
        told = f"  {self.signal.kind} from {displayed(self.signal.name)}, {samples} samples, "
        headline = Content.assemble((displayed(file), "b"), told, f"{self.signal.file_size:,} bytes")
        self.query_one("#headline", Static).update(headline)
        self.call_after_refresh(self.look)

    def on_resize(self) -> None:
        """The pane's own resolution."""
        self.call_after_refresh(self.look)

    @property
    def is_painted(self) -> bool:
        """Whether the pane shows what it should."""
        return self._painted is not None and self._painted == self._wanted()

    def look(self) -> None:
        """Paint what is to be seen now, unless it is there; one thing after the other."""
        self.query_one("#bar", Static).update(Content(self.words()), layout=False)
        wanted = self._wanted()
        if self._working or not wanted[1] or not wanted[2] or wanted == self._painted:
            return
        self._working = True
        self.run_worker(partial(self._work, wanted), thread=True, exit_on_error=False)

    def _wanted(self) -> tuple[View, int, int]:
        canvas = self.query_one(Pane).canvas
        return self.view(), canvas.width, canvas.height

    def _work(self, wanted: tuple[View, int, int]) -> None:
        try:
            levels: Levels | BaseException = self.paint(*wanted)
        except Exception as failure:
            levels = failure
        self.app.call_from_thread(self._take, wanted, levels)

    def _take(self, wanted: tuple[View, int, int], levels: Levels | BaseException) -> None:
        self._working, self._painted = False, wanted
        if not self.is_running:
            return
        pane = self.query_one(Pane)
        if isinstance(levels, BaseException):
            pane.say(f"cannot: {reason(levels)}")
        else:
            pane.show(levels)
        self.look()  # it may have changed meanwhile
