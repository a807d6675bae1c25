"""What a time limit leaves for work that a file can do without: looking for references, and for what can be copied."""

from __future__ import annotations

import math
from collections.abc import Callable


class Allowance:
    """Time for optional work, so that what must be done behind it ends within a limit."""

    def __init__(self, left: Callable[[], float] = lambda: math.inf, needed: float = 0.0) -> None:
        """left: seconds until the limit, whenever it is asked; needed: seconds of what must be done."""
        self._left, self._needed = left, needed
        self._asked: tuple[float, int] | None = None  # seconds left, and pixels, when it was asked last
        self._a_pixel = 0.0  # seconds, by the latest look

    def for_looking(self, pixels: int) -> bool:
        """Whether there is time to look at images of so many pixels; asked before each look, as these tell of time."""
        left = self._left()
        if self._asked is not None and math.isfinite(left):
            before, seen = self._asked
            self._a_pixel = (before - left) / seen
        self._asked = left, pixels
        return left > self._needed + self._a_pixel * pixels

    def for_more(self) -> bool:
        """Whether there is time for a moment's work."""
        return self._left() > self._needed

    def but(self, seconds: float) -> Allowance:
        """For work that asks for more that must be done behind it, of so many seconds."""
        return Allowance(self._left, self._needed + seconds)
