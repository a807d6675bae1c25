"""Small windows above a screen: a line to type, and the list of keys."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

KEYS = """[b]Everywhere[/b]
  ?          this page                q          quit
  Ctrl+P     all commands, themes     y          copy the same as a shell command
[b]Grid[/b]
  arrows     move, also h j k l       + -        size of thumbnails
  Enter      open the image           n          neighbours
  Space      mark                     v          morph between the last two marked
  /          search by name           a          map of the set
  s          next order               g          go to a number
  e          export marked, or this   Esc        clear search, then marks
[b]Image[/b]
  arrows     pan                      + -        zoom, up to 64 times
  0          whole image              \\[ ]        image before, after
  u          drawn edges, bare field  Esc        back
[b]Neighbours[/b]
  Enter      go on from that image    Backspace  back to the one before
  o          open the image
[b]Morph[/b]
  arrows     through time             Space      play, stop
  m          next way of morphing     x          export as GIF
[b]Map[/b]
  arrows     nearest image there      + -        zoom
  Enter      open the image           Esc        back"""


class Prompt(ModalScreen[str | None]):
    """Asks for one line; Esc gives None."""

    CSS = """
    Prompt { align: center middle; }
    Prompt > Vertical { width: 60; max-width: 95%; height: auto; border: round $accent; padding: 0 1;
      background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(self, question: str, value: str = "") -> None:
        super().__init__()
        self._question, self._value = question, value

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Label(self._question)
            yield Input(self._value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        self.dismiss(event.value)


class Help(ModalScreen[None]):
    """Every key."""

    CSS = """
    Help { align: center middle; }
    Help > VerticalScroll { width: 96; max-width: 100%; height: auto; max-height: 100%; border: round $accent;
      padding: 0 1; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,q,enter", "dismiss(None)", "Close")]

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(KEYS)
