"""The app over one signal: its screen, the theme that was chosen last, and a page of keys."""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar, cast

from textual.app import App
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.screen import Screen

from inrcodec.archive import Signal
from inrcodec.errors import UsageError
from inrcodec.exporters.naming import displayed
from inrcodec.tui import kept
from inrcodec.tui.sgr import shortened
from inrcodec.tui.signals.screen import SignalScreen

SCREENS = ("shape", "sound", "video")


class SignalBrowser(App[None]):
    """One signal."""

    TITLE = "inrcodec"
    CSS = """
    #headline { height: 1; background: $panel; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    #bar { height: 1; background: $panel; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("q,escape", "quit", "Quit", key_display="q"),
        Binding("ctrl+z", "suspend_process", show=False),
    ]

    def __init__(self, signal: Signal) -> None:
        super().__init__()
        self._shown = screen_of(signal.kind)(signal)
        choices = kept.read()
        if choices.theme in self.available_themes:
            self.theme = choices.theme

    def get_default_screen(self) -> Screen[Any]:
        """The signal's own."""
        return self._shown

    def get_driver_class(self) -> type[Driver]:
        """The usual one for this system, which says the same in fewer bytes."""
        driver = super().get_driver_class()

        def write(self: Driver, data: str) -> None:
            driver.write(self, shortened(data))

        return type(driver.__name__, (driver,), {"write": write})

    def action_help_quit(self) -> None:
        """Ctrl+C is for copying; who means the end is told the key that the last line shows."""
        self.notify("press q to quit", markup=False)

    def action_help(self) -> None:
        """Every key of the screen."""
        self.notify(displayed(self._shown.KEYS), title="keys", markup=False, timeout=10)


def screen_of(kind: str) -> type[SignalScreen[Any]]:
    """The screen of a kind; UsageError where there is none."""
    if kind not in SCREENS:
        raise UsageError(f"browse shows no {kind}; info says what the file is")
    return cast(type[SignalScreen[Any]], import_module(f"inrcodec.tui.signals.{kind}").SCREEN)
