"""An app and its terminal: what it writes there, when it leaves, and that it leaves no pages of errors behind."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from functools import partial

from textual.app import App
from textual.driver import Driver

from inrcodec.tui.overlay import Overlay
from inrcodec.tui.sgr import shortened
from inrcodec.tui.terminal import has_hung_up

LOOK_AFTER = 2.0  # seconds, whether the terminal is still there
SYNC_END = "\x1b[?2026l"  # what ends a frame, on terminals that show frames at once


class TerminalApp(App[None]):
    """What the browser of images is built on."""

    def __init__(self) -> None:
        super().__init__()
        self.overlays: set[Overlay] = set()
        self.failure: Exception | None = None  # what ended the app, if anything did

    def leave_when_asked(self) -> None:
        """From now on, whoever ends the process finds the terminal as it was, and an app without one ends."""
        for name in ("SIGTERM", "SIGHUP"):
            with contextlib.suppress(AttributeError, NotImplementedError, RuntimeError, ValueError):  # not everywhere
                number = getattr(signal, name)
                asyncio.get_running_loop().add_signal_handler(number, partial(self.exit, return_code=128 + number))
        if not self.is_headless and sys.__stdin__ is not None and sys.__stdin__.isatty():
            self.set_interval(LOOK_AFTER, self._leave_if_alone)

    def _leave_if_alone(self) -> None:
        """Nobody sees an app whose terminal is gone, and its input would spin."""
        if has_hung_up():
            self.exit(return_code=128 + getattr(signal, "SIGHUP", 1))

    def get_driver_class(self) -> type[Driver]:
        """The usual one for this system, which says the same in fewer bytes; pictures change when text does."""
        driver, app = super().get_driver_class(), self

        def write(self: Driver, data: str) -> None:
            over = "".join(overlay.changes() for overlay in app.overlays) if data == SYNC_END else ""
            driver.write(self, over + shortened(data))

        return type(driver.__name__, (driver,), {"write": write})

    def _handle_exception(self, error: Exception) -> None:
        """Instead of a page of Textual's: whoever started the app says it in one line."""
        self.failure = self.failure or error
        super()._handle_exception(error)

    def _print_error_renderables(self) -> None:
        """Nothing: see above; a traceback of many pages is what `--debug` is for."""
        self._exit_renderables.clear()
