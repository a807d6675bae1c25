"""The keys that move, the same on every screen: arrows or h j k l, pages and halves of them, ends, and counts."""

from __future__ import annotations

from typing import TypeVar

from textual.binding import Binding, BindingType
from textual.screen import Screen

from inrcodec.tui.keybar import Keybar

Result = TypeVar("Result")
MOST = 999_999  # of a count


def moves(description: str = "", display: str = "arrows") -> list[BindingType]:
    """The bindings; with a description the first of them stands in the last line of the screen."""
    shown = bool(description)
    return [
        Binding("left,h", "step(-1, 0)", description, show=shown, key_display=display, id="left"),
        Binding("right,l", "step(1, 0)", show=False, id="right"),
        Binding("up,k", "step(0, -1)", show=False, id="up"),
        Binding("down,j", "step(0, 1)", show=False, id="down"),
        Binding("pageup,ctrl+b", "page(-1)", show=False, id="page-up"),
        Binding("pagedown,ctrl+f", "page(1)", show=False, id="page-down"),
        Binding("ctrl+u", "page(-0.5)", show=False, id="half-up"),
        Binding("ctrl+d", "page(0.5)", show=False, id="half-down"),
        Binding("home", "end(False)", show=False, id="home"),
        Binding("end", "end(True)", show=False, id="end"),
        Binding("g", "first", show=False, id="first"),
        Binding("G", "last", show=False, id="last"),
        *(Binding(str(digit), f"digit({digit})", show=False) for digit in range(10)),
    ]


class MovingScreen(Screen[Result]):
    """A screen with `moves` among its bindings.

    A number typed before a key says how often, or with g g and G where to.
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._count = 0
        self._first = False  # g was typed, a second one goes to the first

    # What a screen says of itself

    def move(self, right: int, down: int) -> None:
        """By steps."""

    def move_page(self, pages: float) -> None:
        """By screens down."""

    def move_end(self, last: bool) -> None:
        """To the first or the last."""

    def move_to(self, number: int) -> None:
        """To the one with this number."""
        self.move_end(number > 0)

    def zero(self) -> None:
        """What the key 0 does where it does not go on with a number."""

    # What is the same for all

    @property
    def pending(self) -> str:
        """What was typed so far and waits for a key."""
        return (str(self._count) if self._count else "") + ("g" if self._first else "")

    def forget_pending(self) -> bool:
        """Drop it; whether there was anything."""
        pending = bool(self.pending)
        self._count, self._first = 0, False
        self._show_pending()
        return pending

    def action_step(self, right: int, down: int) -> None:
        """Move by one, or by as many as were asked for."""
        times = self._taken()
        self.move(right * times, down * times)

    def action_page(self, pages: float) -> None:
        """Move by screens."""
        self.move_page(pages * self._taken())

    def action_end(self, last: bool) -> None:
        """Move to an end."""
        self.forget_pending()
        self.move_end(last)

    def action_first(self) -> None:
        """The second g moves."""
        if self._first:
            self._go(last=False)
        else:
            self._first = True
            self._show_pending()

    def action_last(self) -> None:
        """To the last, or to the number that was typed."""
        self._go(last=True)

    def action_digit(self, digit: int) -> None:
        """A digit of a count."""
        if digit == 0 and not self._count:
            self.zero()
        else:
            self._count = min(MOST, 10 * self._count + digit)
            self._show_pending()

    def _show_pending(self) -> None:
        for bar in self.query(Keybar):
            bar.refresh()

    def _go(self, *, last: bool) -> None:
        number = self._count
        if self.forget_pending() and number:
            self.move_to(number)
        else:
            self.move_end(last)

    def _taken(self) -> int:
        times = max(1, self._count)
        self.forget_pending()
        return times
