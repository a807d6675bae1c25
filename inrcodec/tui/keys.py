"""The page of all keys, in two columns where there is room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from inrcodec.tui.cells import fit_left

KEYS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Everywhere",
        (
            ("?", "this page"),
            ("q", "quit"),
            ("Esc", "back"),
            ("h j k l", "as the arrows"),
            ("g g  G", "first, last; 12 G: to 12"),
            ("^d ^u", "half a screen down, up"),
            ("5 j", "five times"),
            ("y", "copy as a shell command"),
            ("b", "behind transparency"),
            ("Ctrl+P", "all commands, themes"),
            ("mouse", "choose; again: open"),
        ),
    ),
    (
        "Grid",
        (
            ("arrows", "move"),
            ("+ -", "size of thumbnails"),
            ("PgUp/Dn", "a screen up, down"),
            ("Home End", "first, last"),
            ("Enter", "open the image"),
            ("n", "neighbors"),
            ("Space", "mark, or no longer"),
            ("V A I", "mark to here, all, others"),
            ("v", "morph the last two marked"),
            ("/", "search: cat psnr<25"),
            ("a", "map of the set"),
            ("s r", "next order; reversed"),
            ("w", "the worst, the next worst"),
            (":", "go to a number or name"),
            ("S", "slideshow"),
            ("e", "export marked, or this"),
            ("Esc", "clear search, then marks"),
        ),
    ),
    (
        "Image",
        (
            ("arrows", "next image; zoomed: pan"),
            ("+ -", "zoom, up to 64 times"),
            ("0", "whole image"),
            ("[ ]", "image before, after"),
            ("S", "slideshow"),
            ("u", "drawn edges, bare field"),
            ("D", "gradient, Laplacian"),
            ("d", "original (--against)"),
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
KEY, WHAT = 11, 26  # cells of a key, and of what it does
COLUMN = KEY + WHAT
BORDER = 5  # cells of the border, its padding and the scroll bar
MOST_COLUMNS = 3


class Help(ModalScreen[None]):
    """Every key."""

    CSS = """
    Help { align: center middle; }
    Help > VerticalScroll { max-width: 100%; height: auto; max-height: 100%; border: round $accent; padding: 0 1;
      background: $surface; scrollbar-size-vertical: 1; }
    Help Static { text-wrap: nowrap; }
    """

    def __init__(self, changed: Mapping[str, str]) -> None:
        super().__init__()
        self._changed = changed

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter", "dismiss(None)", "Close"),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Static()

    def on_resize(self) -> None:
        """In as many columns as there is room for."""
        columns = min(MOST_COLUMNS, max(1, (self.app.size.width - BORDER) // COLUMN))
        self.query_one(VerticalScroll).styles.width = columns * COLUMN + BORDER
        self.query_one(Static).update(page(columns, self._changed))

    def action_scroll(self, lines: int) -> None:
        """As the arrows do."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)


def page(columns: int, changed: Mapping[str, str]) -> Text:
    """All keys, side by side in so many columns; those that the user chose instead stand first."""
    text = Text()
    own = tuple((fit_left(key, KEY - 3), name.replace("-", " ")) for name, key in changed.items())
    for section, keys in (*((("Yours instead", own),) if own else ()), *KEYS):
        text.append(f"{section}\n", "bold")
        for start in range(0, len(keys), columns):
            row = keys[start : start + columns]
            for place, (key, what) in enumerate(row):
                text.append(f"  {key}".ljust(KEY), "bold yellow")
                text.append(what.ljust(WHAT) if place < len(row) - 1 else what)
            text.append("\n")
    text.rstrip()
    return text
