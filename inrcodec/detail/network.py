"""The network: features once per native pixel, and a small head that is asked for a color anywhere between them.

After Chen, Liu and Wang, "Learning Continuous Image Representation with Local Implicit Image Function" (2021),
https://arxiv.org/abs/2012.09161. The head's first layer is linear, so it is applied to native pixels and
its results are interpolated; what it knows of the place is periodic in native pixels, so nothing jumps between two.
tools/train_detail.py trains this very function.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from inrcodec.numerics.arrays import Pixels

Layers = Mapping[str, Pixels]  # weights by the names of the file

WEIGHTS = Path(__file__).with_name("weights.npz")
WAVES = (1, 2)  # per native pixel: how the head knows where between pixel centers it is
PLACE_INPUTS = 4 * len(WAVES) + 2
CELL_RANGE = (0.1, 0.75)  # cells per native pixel that were trained on; beyond, the nearest is as good
CONTRAST_RADIUS = 2
BAND = 1 << 14  # native pixels convolved at once: bounds the memory


@dataclass(frozen=True, eq=False)
class FeatureGrid:
    """What is computed once per native pixel: `units` (h, w, units) of the head, `base` (h, w, 3 + 1).

    base: the colors and the contrast around them, which scales what the network adds: flat stays flat.
    """

    units: Pixels
    base: Pixels

    def part(self, rows: slice, columns: slice) -> FeatureGrid:
        """The same for some of the native pixels."""
        return FeatureGrid(self.units[rows, columns], self.base[rows, columns])


@dataclass(frozen=True, eq=False)
class DetailNetwork:
    """The weights; matrices are (inputs, outputs)."""

    convolutions: tuple[tuple[Pixels, Pixels], ...]
    units: tuple[Pixels, Pixels]
    place: Pixels
    hidden: tuple[Pixels, Pixels]
    output: tuple[Pixels, Pixels]

    @staticmethod
    @lru_cache(maxsize=4)
    def load(path: Path = WEIGHTS) -> DetailNetwork:
        """Read a file of weights."""
        with np.load(path, allow_pickle=False) as stored:
            layers = {name: stored[name].astype(np.float32) for name in stored.files}
        count = sum(name.startswith("convolution") for name in layers) // 2
        pairs = {name: (layer, layers[f"{name}_bias"]) for name, layer in layers.items() if f"{name}_bias" in layers}
        convolutions = tuple(pairs[f"convolution{number}"] for number in range(count))
        return DetailNetwork(convolutions, pairs["units"], layers["place"], pairs["hidden"], pairs["output"])

    def grid(self, native: Pixels) -> FeatureGrid:
        """Features of a native picture (h, w, 3)."""
        first, *others = self.convolutions
        features = np.maximum(_convolved(native - np.float32(0.5), *first), 0)
        for one, two in zip(others[::2], others[1::2], strict=True):
            features += _convolved(np.maximum(_convolved(features, *one), 0), *two)
        weight, bias = self.units
        return FeatureGrid(np.maximum(features, 0) @ weight + bias, np.concatenate([native, contrast(native)], axis=2))

    def colors(self, grid: FeatureGrid, rows: Pixels, columns: Pixels, place: tuple[Pixels, Pixels]) -> Pixels:
        """Colors (R, C, 3) at rows and columns of the grid.

        rows (R, h) and columns (C, w) interpolate; place: what `phases` says of the rows and of the columns.
        """
        units, base = _read(grid.units, rows, columns), _read(grid.base, rows, columns)
        units += (place[0] @ self.place)[:, None]
        units += place[1] @ self.place
        head = np.maximum(units, 0, out=units) @ self.hidden[0]
        head += self.hidden[1]
        change = np.maximum(head, 0, out=head) @ self.output[0] + self.output[1]
        change *= base[..., 3:]
        change += base[..., :3]
        return change


def save(path: Path, layers: Layers) -> None:
    """Write a file of weights, in half precision."""
    halves: dict[str, Any] = {name: layer.astype(np.float16) for name, layer in layers.items()}
    np.savez_compressed(path, **halves)


def phases(
    rows: NDArray[np.float64], columns: NDArray[np.float64], cells: tuple[float, float]
) -> tuple[Pixels, Pixels]:
    """What the head hears of places: (R, PLACE_INPUTS) and (C, PLACE_INPUTS), to be added.

    rows, columns: places in native pixels, 0 at the first center; cells: size down and across of what is asked for.
    """
    down, across = np.zeros((len(rows), PLACE_INPUTS)), np.zeros((len(columns), PLACE_INPUTS))
    for at, wave in enumerate(WAVES):
        down[:, 4 * at], down[:, 4 * at + 1] = np.sin(2 * np.pi * wave * rows), np.cos(2 * np.pi * wave * rows)
        across[:, 4 * at + 2], across[:, 4 * at + 3] = (
            np.sin(2 * np.pi * wave * columns),
            np.cos(2 * np.pi * wave * columns),
        )
    down[:, -2], down[:, -1] = np.clip(cells, *CELL_RANGE)
    return down.astype(np.float32), across.astype(np.float32)


def contrast(native: Pixels) -> Pixels:
    """Largest range of any color over 5 x 5 pixels, (h, w, 1)."""
    highest, lowest = native, native
    for axis in (0, 1):
        window = 2 * CONTRAST_RADIUS + 1
        highest = sliding_window_view(_padded(highest, axis, CONTRAST_RADIUS), window, axis=axis).max(axis=-1)
        lowest = sliding_window_view(_padded(lowest, axis, CONTRAST_RADIUS), window, axis=axis).min(axis=-1)
    return np.asarray((highest - lowest).max(axis=2, keepdims=True))


def _convolved(planes: Pixels, weight: Pixels, bias: Pixels) -> Pixels:
    """3 x 3 convolution of (h, w, inputs) by (3 x 3 x inputs, outputs), the border repeated, in bands of rows."""
    height, width, channels = planes.shape
    windows = sliding_window_view(_padded(_padded(planes, 0, 1), 1, 1), (3, 3), axis=(0, 1)).transpose(0, 1, 3, 4, 2)
    sums = np.empty((height, width, weight.shape[1]), np.float32)
    step = max(1, BAND // width)
    for first in range(0, height, step):
        band = windows[first : first + step]
        sums[first : first + step] = (band.reshape(-1, 9 * channels) @ weight + bias).reshape(*band.shape[:2], -1)
    return sums


def _padded(planes: Pixels, axis: int, radius: int) -> Pixels:
    """The first and last row or column repeated."""
    return np.pad(planes, [(radius, radius) if at == axis else (0, 0) for at in range(3)], mode="edge")


def _read(planes: Pixels, rows: Pixels, columns: Pixels) -> Pixels:
    """Planes (h, w, channels) interpolated, (R, C, channels)."""
    height, width, channels = planes.shape
    return np.asarray(columns @ (rows @ planes.reshape(height, -1)).reshape(len(rows), width, channels))
