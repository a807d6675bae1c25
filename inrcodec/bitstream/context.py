"""The context model: a small network in whole numbers that predicts each latent from latents decoded before it.

All arithmetic is on integers held in float64, where sums below 2**53 are exact in any order: a matrix library may add
as it likes and still give the same distribution on every machine. FORMAT.md, section 9.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.laplace import HIGHEST_SCALE, LOWEST_SCALE, MEAN_BITS, SCALE_BITS, Ints
from inrcodec.bitstream.weights import LARGEST_LATENT, STEPS_PER_OCTAVE, CodedTensor
from inrcodec.errors import CorruptFileError
from inrcodec.settings import Level, ModelSettings

Exact = npt.NDArray[np.float64]

# (down, across) of the neighbors in the same channel, all before the cell in wavefront order (across + 2 * down < 0)
OWN = ((0, -1), (0, -2), (-1, -2), (-1, -1), (-1, 0), (-1, 1), (-2, -1), (-2, 0), (-2, 1))
PREVIOUS = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))  # in the channel before; the channel before that gives one value
MARGIN = 2  # cells of zeros around a plane, so that every neighbor exists
WEIGHT_BITS = 6  # weights are multiples of 1/64
CONTEXT_STEP = -WEIGHT_BITS * STEPS_PER_OCTAVE
LARGEST_MEAN = (LARGEST_LATENT + 1) << MEAN_BITS


def static(level: Level) -> bool:
    """Whether a level has a single cell, and so no neighbors: its channels have one distribution each."""
    return level.whole


def other_inputs(model: ModelSettings, number: int) -> int:
    """Context values from other channels and from the coarser level, for the level with that number."""
    coarser = model.levels[number - 1] if number else None
    across = len(PREVIOUS) + 1 if model.levels[number].channels > 1 else 0
    return across + (coarser.channels if coarser and not static(coarser) else 0)


def context_shapes(model: ModelSettings) -> tuple[tuple[int, ...], ...]:
    """Shapes of the tensors in file order: for a static level (channels, 2), else taps, bias, output, output bias."""
    shapes: list[tuple[int, ...]] = []
    for number, level in enumerate(model.levels):
        if static(level):
            shapes.append((level.channels, 2))
        else:
            taps = len(OWN) + other_inputs(model, number)
            units = model.context_width
            shapes += [(level.channels, units, taps), (level.channels, units)]
            shapes += [(level.channels, 2, units), (level.channels, 2)]
    return tuple(shapes)


@dataclass(frozen=True)
class LevelContext:
    """Integer weights of one level: `static` (channels, 2), or the four tensors of its network."""

    static: Exact | None
    taps: Exact  # (channels, units, own + other inputs)
    bias: Exact  # (channels, units)
    output: Exact  # (channels, 2, units)
    output_bias: Exact  # (channels, 2)

    def from_others(self, channel: int, others: Exact) -> Exact:
        """The share of the hidden units' sums that other planes give, (cells, units), from others (cells, inputs)."""
        weights = self.taps[channel, :, len(OWN) :]
        return np.asarray(others @ weights.T + self.bias[channel], dtype=np.float64)

    def distribution(self, channel: int, own: Exact, base: Exact) -> tuple[Ints, Ints]:
        """Means and scale indices (cells,) from own neighbors (cells, own) and `from_others` (cells, units)."""
        units = np.maximum(own @ self.taps[channel, :, : len(OWN)].T + base, 0.0)
        sums = units @ self.output[channel].T + self.output_bias[channel] * (1 << WEIGHT_BITS)
        return fixed_point(sums.astype(np.int64), 2 * WEIGHT_BITS)


def fixed_point(sums: Ints, bits: int) -> tuple[Ints, Ints]:
    """Means in 1/256 and scale indices in 1/8 octave from sums (cells, 2) with `bits` fractional bits; halves go up."""
    means = _rounded_shift(sums[:, 0], bits - MEAN_BITS)
    scales = _rounded_shift(sums[:, 1], bits - SCALE_BITS)
    return _within(means, -LARGEST_MEAN, LARGEST_MEAN), _within(scales, LOWEST_SCALE, HIGHEST_SCALE)


def _within(values: Ints, lowest: int, highest: int) -> Ints:
    """What `np.clip` gives; that asks for the limits of the type first, which takes longer than the few values."""
    return np.minimum(np.maximum(values, lowest), highest)


def _rounded_shift(values: Ints, bits: int) -> Ints:
    return values << -bits if bits <= 0 else (values + (1 << (bits - 1))) >> bits


def level_contexts(model: ModelSettings, tensors: Sequence[CodedTensor]) -> tuple[LevelContext, ...]:
    """The context model of every level from tensors shaped as `context_shapes` says."""
    if any(tensor.step != CONTEXT_STEP for tensor in tensors):
        raise CorruptFileError(f"context model: a quantization step is not 1/{1 << WEIGHT_BITS}")
    left = [tensor.integers.astype(np.float64) for tensor in tensors]
    none = np.zeros((0, 0))
    levels = []
    for level in model.levels:
        if static(level):
            levels.append(LevelContext(left.pop(0), none, none, none, none))
        else:
            levels.append(LevelContext(None, left.pop(0), left.pop(0), left.pop(0), left.pop(0)))
    return tuple(levels)
