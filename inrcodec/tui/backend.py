"""How pictures come onto the screen: half blocks, a terminal's own pixels over them, or not at all."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from itertools import count
from types import ModuleType
from typing import Literal, NamedTuple, get_args

from inrcodec.errors import UsageError
from inrcodec.tui.halfblocks import Levels, fitted
from inrcodec.tui.terminal import Terminal, inside_multiplexer

Graphics = Literal["kitty", "sixel"]
Images = Literal["auto", "kitty", "sixel", "half", "none"]
PROTOCOLS: tuple[Graphics, ...] = get_args(Graphics)
MOST = 1000  # pixels along a side: what xterm takes, and what is decoded within half a second


@dataclass(frozen=True)
class Drawing:
    """A picture in a protocol's words: shown at the cursor, over so many (columns, lines)."""

    data: str
    cells: tuple[int, int]
    erasing: str
    stays: bool  # when text is written below


class Sprite(NamedTuple):
    """A small picture that is shown at many places: what hands it to the terminal, and what shows a band of it.

    `data` draws it where the terminal keeps nothing; pixels: (across, down).
    """

    number: int
    data: str
    cells: tuple[int, int]
    pixels: tuple[int, int]


@dataclass(frozen=True)
class ImageBackend:
    """What pictures are drawn with."""

    images: Literal["kitty", "sixel", "half", "none"] = "half"
    terminal: Terminal = field(default_factory=Terminal)
    _numbers: count[int] = field(default_factory=lambda: count(os.getpid() << 8))

    @property
    def pictures(self) -> bool:
        """Whether there are any."""
        return self.images != "none"

    @property
    def real(self) -> bool:
        """Whether the terminal draws pixels of its own."""
        return self.images in PROTOCOLS

    def number(self) -> int:
        """A number for a picture of this process, unlike those that other programs have left in the terminal."""
        return next(self._numbers)

    def cells(self, width: float, height: float, columns: int, lines: int) -> tuple[int, int]:
        """(columns, lines) that a picture of that shape fills in a pane, in whole characters."""
        across, down = self.terminal.cell_now()
        if not self._protocol.SCALES:
            columns, lines = min(columns, MOST // across), min(lines, MOST // down)
        scale = min(columns * across / width, lines * down / height)
        return max(1, round(width * scale / across)), max(1, round(height * scale / down))

    def pixels(self, cells: tuple[int, int]) -> tuple[int, int]:
        """(across, down) to decode for so many characters."""
        across, down = (count * side for count, side in zip(cells, self.terminal.cell_now(), strict=True))
        shrink = min(1.0, MOST / max(across, down))
        return max(1, round(across * shrink)), max(1, round(down * shrink))

    def drawing(self, levels: Levels, cells: tuple[int, int], number: int) -> Drawing:
        """The pixels in the terminal's protocol; takes a while, so it belongs into the loader's thread."""
        protocol = self._protocol
        return Drawing(protocol.draw(levels, cells, number), cells, protocol.erase(number), protocol.STAYS)

    def sprite(self, levels: Levels, cells: tuple[int, int]) -> Sprite:
        """The pixels to be shown at places that change; belongs into the loader's thread as well."""
        number, size = self.number(), (levels.shape[1], levels.shape[0])
        made = self._protocol.hand_over(levels, number) if self.keeps else self._protocol.draw(levels, cells, number)
        return Sprite(number, made, cells, size)

    @property
    def keeps(self) -> bool:
        """Whether the terminal keeps pixels, and parts of them can be placed."""
        return bool(self.real and self._protocol.SCALES)

    def place(self, sprite: Sprite, first: int, lines: int) -> str:
        """What shows so many lines of a picture that the terminal keeps, from one of them on."""
        rows = [round(sprite.pixels[1] * line / sprite.cells[1]) for line in (first, first + lines)]
        band = sprite.pixels[0], rows[0], max(1, rows[1] - rows[0])
        words: str = self._protocol.place(sprite.number, (sprite.cells[0], lines), band)
        return words

    def lift(self, number: int) -> str:
        """What takes a placed picture away."""
        words: str = self._protocol.lift(number)
        return words

    def erase(self, number: int) -> str:
        """What takes a picture away and frees it."""
        words: str = self._protocol.erase(number)
        return words

    def thumbnail(self, width: int, height: int, columns: int, lines: int) -> tuple[int, int]:
        """Pixels (across, down) of half blocks that take the same characters as a sprite would."""
        if not self.real:
            return fitted(width, height, columns, lines)
        across, down = self.cells(width, height, columns, lines)
        return across, 2 * down

    @property
    def _protocol(self) -> ModuleType:
        from importlib import import_module

        return import_module(f"inrcodec.tui.protocols.{self.images}")


def backend_for(wanted: Images, terminal: Terminal) -> ImageBackend:
    """What was asked for, or the best that the terminal says it can; where it says nothing, the user is believed."""
    if wanted == "auto":
        best: Literal["kitty", "sixel", "half"] = "kitty" if terminal.kitty else "sixel" if terminal.sixel else "half"
        return ImageBackend(best, terminal)
    if wanted in PROTOCOLS and terminal.answered and not getattr(terminal, wanted):
        within = " inside tmux or screen" if inside_multiplexer() else ""
        raise UsageError(f"--images {wanted}: this terminal does not draw {wanted} graphics{within}; use --images auto")
    return ImageBackend(wanted, terminal)
