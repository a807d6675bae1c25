"""A small window above a screen with a line to type."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from inrcodec.tui.words import harmless

HINT = "Enter: go on   Esc: cancel"
Changed = Callable[[str], None]
Check = Callable[[str], str | None]


class Prompt(ModalScreen[str | None]):
    """Asks for one line; Esc gives None. `changed` hears every change, `check` says what is wrong with an answer."""

    CSS = """
    Prompt { align: center middle; }
    Prompt > Vertical { width: 60; max-width: 95%; height: auto; border: round $accent; padding: 0 1;
      background: $surface; }
    Prompt Label { width: 1fr; }
    Prompt .hint { color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(
        self, question: str, value: str = "", changed: Changed | None = None, check: Check | None = None
    ) -> None:
        super().__init__()
        self._question, self._value = question, value
        self._changed, self._check = changed, check

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Label(harmless(self._question), markup=False)
            yield Input(self._value, compact=True)
            yield Label(HINT, id="hint", classes="hint", markup=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        """While one types."""
        if self._changed is not None:
            self._changed(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter; an answer that will not do is said so, and may be mended."""
        wrong = None if self._check is None else self._check(event.value)
        if wrong is None:
            self.dismiss(event.value)
        else:
            self.query_one("#hint", Label).update(Content.styled(harmless(wrong), "$error"))
