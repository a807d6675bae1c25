"""Pictures to train the start on: drawings of `detail_drawings.py`, whole and in part, opaque, cut out and gray."""

from __future__ import annotations

import numpy as np
import torch
from detail_drawings import SIDE, draw_icon, draw_leaves
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from torch import Tensor

Octets = NDArray[np.uint8]
KEPT = 160  # pixels across of a drawing that is kept
SIDES = 12, 16, 24, 32, 40, 48, 64, 96  # of pictures
SIDE_SHARES = 0.04, 0.06, 0.1, 0.1, 0.1, 0.32, 0.18, 0.1  # how often
LEAVES, LEAVES_OF_CUT = 0.42, 0.12  # share of pictures like photographs, and of those with alpha
WHOLE, WHOLE_LEAVES = 0.65, 0.3  # share of pictures that show a drawing from side to side
PARTS = ((SIDE, 0, 0), (2 * KEPT, 0, 0), (KEPT, 0, 350), (KEPT, 350, 0), (KEPT, 350, 350))  # across, left, top
GROUND, FILLED = (255, 0, 255), 40  # put where the ground was; how far from its color one still is ground
GRAY = np.array([[0.299], [0.587], [0.114]], np.float32)


class Drawings:
    """Batches of pictures out of a bank of drawings."""

    def __init__(self, count: int, seed: int) -> None:
        self._rng = np.random.default_rng((seed, 9))
        self._leaves: list[Octets] = []
        self._icons: list[Octets] = []
        self._cut: list[Octets] = []
        for number in range(count):
            if number % 5 == 0:
                drawn = draw_leaves(np.random.default_rng((seed, 1, number)))
                self._leaves += [_part(drawn, *part) for part in PARTS]
            drawn = draw_icon(np.random.default_rng((seed, 0, number)))
            self._icons.append(_part(drawn, *PARTS[0]))
            if number % 2 == 0:
                self._cut.append(with_alpha(drawn))

    def batch(self, channels: int, pixels: int) -> Tensor:
        """Pictures (B, 4, side, side), red, green, blue, premultiplied, and alpha, of that many pixels together."""
        side = int(self._rng.choice(SIDES, p=SIDE_SHARES))
        shown = [self._picture(channels, side) for _ in range(max(2, round(pixels / side**2)))]
        return torch.from_numpy(np.stack(shown)).permute(0, 3, 1, 2).contiguous()

    def _picture(self, channels: int, side: int) -> NDArray[np.float32]:
        rng = self._rng
        leaves = rng.random() < (LEAVES_OF_CUT if channels == 4 else LEAVES)
        bank = self._leaves if leaves else self._cut if channels == 4 and rng.random() < 0.85 else self._icons
        seen = self._look(bank[rng.integers(len(bank))], side, WHOLE_LEAVES if leaves else WHOLE)
        colors, alpha = seen[..., :3], seen[..., 3:]
        colors = colors[..., rng.permutation(3)]
        if rng.random() < 0.2:
            colors = alpha - colors
        if rng.random() < 0.25:  # less contrast
            level, amount = rng.random(), rng.uniform(0.3, 1)
            colors = amount * colors + (1 - amount) * level * alpha
        if channels == 1:
            colors = np.repeat(colors @ GRAY, 3, axis=2)
        seen = np.concatenate([colors, alpha], axis=2)[:: rng.choice([-1, 1]), :: rng.choice([-1, 1])]
        return np.ascontiguousarray(seen.transpose(1, 0, 2) if rng.random() < 0.5 else seen, dtype=np.float32)

    def _look(self, drawn: Octets, side: int, whole: float) -> NDArray[np.float32]:
        """All of a drawing or a part of it, (side, side, 4), premultiplied."""
        rng = self._rng
        reach = KEPT if rng.random() < whole else rng.uniform(min(side, KEPT - 1), KEPT)
        left, top = rng.uniform(0, KEPT - reach, 2) if reach < KEPT else (0.0, 0.0)
        image, opaque = Image.fromarray(drawn), drawn.shape[2] == 3
        image = image if opaque else image.convert("RGBa")
        image = image.resize((side, side), Image.Resampling.BOX, box=(left, top, left + reach, top + reach))
        seen = np.frombuffer(image.tobytes(), np.uint8).reshape(side, side, -1).astype(np.float32) / 255
        return np.concatenate([seen, np.ones_like(seen[..., :1])], axis=2) if opaque else seen


def with_alpha(drawing: Octets) -> Octets:
    """A drawing without its ground, (KEPT, KEPT, 4): what hangs together with the corners."""
    opaque = Image.fromarray(_part(drawing, *PARTS[0]))
    filled = opaque.copy()
    for corner in ((0, 0), (KEPT - 1, 0), (0, KEPT - 1), (KEPT - 1, KEPT - 1)):
        ImageDraw.floodfill(filled, corner, GROUND, thresh=FILLED)
    ground = (np.asarray(filled) == GROUND).all(axis=2)
    return np.dstack([np.asarray(opaque), np.where(ground, 0, 255).astype(np.uint8)])


def _part(drawn: Octets, across: int, left: int, top: int) -> Octets:
    """A square of a drawing, KEPT pixels across."""
    square = Image.fromarray(drawn).crop((left, top, left + across, top + across))
    return np.asarray(square.resize((KEPT, KEPT), Image.Resampling.BOX))
