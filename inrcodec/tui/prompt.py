"""A small window above a screen with a line to type."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from inrcodec.tui.words import harmless


class Prompt(ModalScreen[str | None]):
    """Asks for one line; Esc gives None."""

    CSS = """
    Prompt { align: center middle; }
    Prompt > Vertical { width: 60; max-width: 95%; height: auto; border: round $accent; padding: 0 1;
      background: $surface; }
    Prompt Label { width: 1fr; }
    Prompt .hint { color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(self, question: str, value: str = "") -> None:
        super().__init__()
        self._question, self._value = question, value

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Label(harmless(self._question), markup=False)
            yield Input(self._value, compact=True)
            yield Label("Enter: go on   Esc: cancel", classes="hint")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        self.dismiss(event.value)
