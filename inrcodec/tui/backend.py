"""How pictures come onto the screen: half blocks, a terminal's own pixels over them, or not at all."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from itertools import count
from types import ModuleType
from typing import Literal, get_args

from inrcodec.errors import UsageError
from inrcodec.tui.halfblocks import Levels
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
