"""The page of all keys, in two columns where there is room."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

KEYS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Everywhere",
        (
            ("?", "this page"),
            ("q", "quit"),
            ("Esc", "back"),
            ("y", "copy as a shell command"),
            ("Ctrl+P", "all commands, themes"),
            ("mouse", "choose, again: open; wheel"),
        ),
    ),
    (
        "Grid",
        (
            ("arrows", "move, also h j k l"),
            ("+ -", "size of thumbnails"),
            ("PgUp PgDn", "a screen up, down"),
            ("Home End", "first, last"),
            ("Enter", "open the image"),
            ("n", "neighbors"),
            ("Space", "mark, or no longer"),
            ("v", "morph the last two marked"),
            ("/", "search by name"),
            ("a", "map of the set"),
            ("s", "next order"),
            ("g", "go to a number or name"),
            ("e", "export marked, or this"),
            ("Esc", "clear search, then marks"),
        ),
    ),
    (
        "Image",
        (
            ("arrows", "pan"),
            ("+ -", "zoom, up to 64 times"),
            ("0", "whole image"),
            ("[ ]", "image before, after"),
            ("u", "drawn edges, bare field"),
            ("n", "neighbors"),
            ("e", "export"),
        ),
    ),
    (
        "Neighbors",
        (
            ("Enter", "go on from that image"),
            ("Backspace", "return to the one before"),
            ("o", "open the image"),
        ),
    ),
    (
        "Morph",
        (
            ("← →", "through time"),
            ("Home End", "first, last frame"),
            ("Space", "play, stop"),
            ("m", "next way of morphing"),
            ("x", "export as GIF"),
        ),
    ),
    (
        "Map",
        (
            ("arrows", "nearest image there"),
            ("+ -", "zoom"),
            ("Enter", "open the image"),
            ("n", "neighbors"),
        ),
    ),
)
COLUMN = 38  # characters of a key and what it does
KEY = 12


class Help(ModalScreen[None]):
    """Every key."""

    CSS = f"""
    Help {{ align: center middle; }}
    Help > VerticalScroll {{ width: {2 * COLUMN + 4}; max-width: 100%; height: auto; max-height: 100%;
      border: round $accent; padding: 0 1; background: $surface; scrollbar-size-vertical: 1; }}
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,q,enter", "dismiss(None)", "Close")]

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(page(self._columns))

    def on_resize(self) -> None:
        """In as many columns as there is room for."""
        self.query_one(Static).update(page(self._columns))

    @property
    def _columns(self) -> int:
        return 2 if self.app.size.width >= 2 * COLUMN + 4 else 1


def page(columns: int) -> Text:
    """All keys, side by side in so many columns."""
    text = Text()
    for section, keys in KEYS:
        text.append(f"{section}\n", "bold")
        for start in range(0, len(keys), columns):
            for key, what in keys[start : start + columns]:
                text.append(f"  {key:<{KEY - 2}}", "bold yellow")
                text.append(what.ljust(COLUMN - KEY))
            text.append("\n")
    text.rstrip()
    return text
