"""A canvas in premultiplied colours, fine enough that both published sizes are whole averages of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from drawing.shapes import Array, Point, Shape

SIDE = 768  # 3 samples per pixel at 256 and 16 at 48, each anti-aliased itself

INK, SLATE, GREY, MIST, WHITE = "#2b3354", "#5b6788", "#aab4cc", "#e6ebf5", "#ffffff"
RED, CORAL, ORANGE, YELLOW, CREAM = "#d93f4c", "#f5716a", "#f5953d", "#ffcf56", "#fff3dc"
GREEN, LIME, TEAL, SKY, BLUE = "#2f9e63", "#7fcf6b", "#1fa7a0", "#7cc8f5", "#3b7de8"
NAVY, PURPLE, LILAC, PINK, BROWN = "#1f2a5c", "#7453d6", "#b39bf2", "#f58fb8", "#8c5a43"


def colour(code: str) -> Array:
    """A code like #rrggbb as three numbers in [0, 1]."""
    return np.array([int(code[at : at + 2], 16) / 255 for at in (1, 3, 5)], np.float32)


@dataclass(frozen=True)
class Fade:
    """A paint that goes from one colour to another, straight between two points or outwards from the first."""

    first: str
    last: str
    start: Point = (0.0, -0.9)
    end: Point = (0.0, 0.9)
    radial: bool = False

    def spread(self, h: Array, v: Array) -> Array:
        """Colours (height, width, 3) at every position."""
        run, rise = np.float32(self.end[0] - self.start[0]), np.float32(self.end[1] - self.start[1])
        across, along = h - np.float32(self.start[0]), v - np.float32(self.start[1])
        if self.radial:
            part = np.hypot(across, along) / np.hypot(run, rise)
        else:
            part = (across * run + along * rise) / (run * run + rise * rise)
        share = np.clip(part, 0, 1)[..., None]
        return np.asarray(colour(self.first) * (1 - share) + colour(self.last) * share, np.float32)


class Canvas:
    """Layers painted one over the other on a transparent ground."""

    def __init__(self) -> None:
        centres = ((np.arange(SIDE) + 0.5) * 2 / SIDE - 1).astype(np.float32)
        self.right, self.down = (np.ascontiguousarray(grid) for grid in np.meshgrid(centres, centres))
        self.layers = np.zeros((SIDE, SIDE, 4), np.float32)

    def paint(self, shape: Shape, paint: str | Fade, opacity: float = 1.0) -> None:
        """Lay one shape over what is there."""
        coverage = np.clip(0.5 - shape.distance(self.right, self.down) * (SIDE / 2), 0, 1)[..., None] * opacity
        ground = paint.spread(self.right, self.down) if isinstance(paint, Fade) else colour(paint)
        self.layers *= 1 - coverage
        self.layers[..., :3] += coverage * ground
        self.layers[..., 3:] += coverage

    def pixels(self, size: int) -> npt.NDArray[np.uint8]:
        """Straight RGBA bytes (size, size, 4), each the average of its own square of samples."""
        step = SIDE // size
        mean = self.layers.reshape(size, step, size, step, 4).mean(axis=(1, 3), dtype=np.float64)
        alpha = mean[..., 3:]
        straight = np.divide(mean[..., :3], alpha, out=np.zeros_like(mean[..., :3]), where=alpha > 1 / 512)
        return np.asarray(np.rint(np.clip(np.concatenate([straight, alpha], axis=-1), 0, 1) * 255), np.uint8)


Drawing = Callable[[Canvas], None]
Families = dict[str, dict[str, Drawing]]  # family -> name of the icon -> what paints it
