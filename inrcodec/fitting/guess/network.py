"""The network that guesses latents: three blocks of 3 x 3 convolutions, at half, at a quarter and again at half size.

It stands in numpy, as encodes by kernels do without torch. tools/train_start.py trains this very function.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from inrcodec.numerics.arrays import FloatArray

WEIGHTS = Path(__file__).with_name("weights.npz")
Layers = Mapping[str, FloatArray]  # weights by the names of the file
COARSEST = 4  # pixels across a cell of the coarsest level
TOGETHER = 1 << 17  # numbers that a product is made of at once, about
REACH = 20  # pixels that a guess looks at around its cell, a multiple of COARSEST


@dataclass(frozen=True, eq=False)
class GuessNetwork:
    """Layers by name; matrices are (inputs, outputs), what depends on the file (combinations, units).

    combinations: (channels, table of the base) of each row of `bias...` and `scale...`.
    """

    layers: Layers
    combinations: tuple[tuple[int, int], ...]

    @staticmethod
    @cache
    def load(path: Path = WEIGHTS) -> GuessNetwork:
        """Read a file of weights."""
        with np.load(path, allow_pickle=False) as stored:
            layers = {name: stored[name].astype(np.float32) for name in stored.files}
        known = layers.pop("combinations").astype(int).tolist()
        return GuessNetwork(layers, tuple((channels, table) for channels, table in known))

    def levels(self, pictures: FloatArray, places: FloatArray, channels: int, table: int) -> tuple[FloatArray, ...]:
        """Levels (B, cells down, cells across, channels), coarsest first, not whole numbers.

        pictures (B, height, width, 4): red, green, blue, premultiplied, and alpha, of sides that are multiples of
        COARSEST; places (height / 2, width / 2, 2): x and y of squares of 2 x 2 pixels; channels, table: of the file.
        """
        row = self.combinations.index((channels, table))
        half = _folded(pictures - np.float32(0.5))
        half = np.concatenate([half, np.broadcast_to(places, (*half.shape[:3], 2))], axis=3)
        half = self._block("half", self._convolved("stem", half) + self.layers["bias0"][row])
        quarter = self._plain("down", np.maximum(_folded(half), 0)) + self.layers["bias1"][row]
        quarter = np.maximum(self._block("quarter", quarter), 0)
        half += self._plain("up", quarter).repeat(2, axis=1).repeat(2, axis=2) + self.layers["bias2"][row]
        half = np.maximum(self._block("joined", half), 0)
        coarse = self._plain("coarse", quarter) * self.layers["scale0"][row] + self.layers["bias3"][row]
        fine = self._plain("fine", half) * self.layers["scale1"][row] + self.layers["bias4"][row]
        return coarse, fine[..., :3], _unfolded(fine[..., 3:])

    def _block(self, name: str, units: FloatArray) -> FloatArray:
        inner = self._convolved(f"{name}0", np.maximum(units, 0))
        return units + self._convolved(f"{name}1", np.maximum(inner, 0, out=inner))

    def _convolved(self, name: str, planes: FloatArray) -> FloatArray:
        """3 x 3, the border repeated; some rows at once, whose neighbors stay in the cache."""
        count, down, across, channels = planes.shape
        matrix = self.layers[name]
        padded = np.pad(planes, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
        steps = padded.strides
        runs = as_strided(padded, (count, down + 2, across, 3 * channels), steps, writeable=False)  # of three pixels
        found = np.empty((count, down, across, matrix.shape[1]), np.float32)
        few = max(1, TOGETHER // (across * len(matrix)))
        room = np.empty((few, across, 3, 3 * channels), np.float32)
        for image in range(count):
            for top in range(0, down, few):
                rows = min(few, down - top)
                for row in range(3):
                    room[:rows, :, row] = runs[image, top + row : top + row + rows]
                taken, into = room[:rows].reshape(rows * across, -1), found[image, top : top + rows]
                np.matmul(taken, matrix, out=into.reshape(rows * across, -1))
        found += self.layers[f"{name}_bias"]
        return found

    def _plain(self, name: str, planes: FloatArray) -> FloatArray:
        flat = planes.reshape(-1, planes.shape[3]) @ self.layers[name]
        flat += self.layers[f"{name}_bias"]
        return np.asarray(flat.reshape(*planes.shape[:3], -1))


def save(path: Path, layers: Layers) -> None:
    """Write a file of weights, in half precision."""
    halves: dict[str, Any] = {name: layer.astype(np.float16) for name, layer in layers.items()}
    np.savez_compressed(path, **halves)


def _folded(planes: FloatArray) -> FloatArray:
    """(B, height, width, channels) as (B, height / 2, width / 2, 4 channels): of each channel its square of 2 x 2."""
    count, height, width, channels = planes.shape
    squares = planes.reshape(count, height // 2, 2, width // 2, 2, channels).transpose(0, 1, 3, 5, 2, 4)
    return np.ascontiguousarray(squares.reshape(count, height // 2, width // 2, 4 * channels))


def _unfolded(planes: FloatArray) -> FloatArray:
    """The inverse for one channel: (B, height, width, 4) as (B, 2 height, 2 width, 1)."""
    count, height, width, _ = planes.shape
    squares = planes.reshape(count, height, width, 2, 2).transpose(0, 1, 3, 2, 4)
    return np.ascontiguousarray(squares.reshape(count, 2 * height, 2 * width, 1))
