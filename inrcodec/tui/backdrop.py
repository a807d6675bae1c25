"""What stands behind transparent pixels: the theme's own ground, white, or a checker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Color = tuple[int, int, int]  # red, green, blue
Kind = Literal["theme", "white", "checker"]
KINDS: tuple[Kind, ...] = get_args(Kind)
DARK: Color = (38, 41, 48)
WHITE: Color = (255, 255, 255)
SQUARES: tuple[Color, Color] = ((102, 102, 102), (153, 153, 153))
SQUARE = 1 / 8  # of a picture's longer side


@dataclass(frozen=True)
class Backdrop:
    """Of pictures; `ground` is the theme's color, which is around them too."""

    kind: Kind = "theme"
    ground: Color = DARK

    @property
    def next(self) -> Kind:
        """The kind after this one."""
        return KINDS[(KINDS.index(self.kind) + 1) % len(KINDS)]

    def behind(self, height: int, width: int) -> NDArray[np.float32]:
        """Colors in [0, 1] behind a picture, (height, width, 3) or what is broadcast to that."""
        if self.kind != "checker":
            color = self.ground if self.kind == "theme" else WHITE
            return np.asarray(np.array([[color]], np.float32) / np.float32(255), dtype=np.float32)
        side = max(1, round(max(height, width) * SQUARE))
        odd = (np.arange(height)[:, None] // side + np.arange(width)[None, :] // side) % 2
        return np.asarray(np.array(SQUARES, np.float32)[odd] / np.float32(255), dtype=np.float32)
