"""The sine network, written once against the array API: numpy decodes and torch fits this very function.

Sitzmann et al., "Implicit Neural Representations with Periodic Activation Functions", 2020. The factor w0 lives in the
weights (sin(w0 (W v + b)) has the same values as sin(W' v + b')), so a decoder never needs it. Other activations are
there to be compared with.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from inrcodec.field.tensors import TensorSpec, uniform
from inrcodec.numerics.arrays import FloatArray, namespace_of
from inrcodec.settings import USUAL_W0, ModelSettings

Array = Any  # numpy or torch: whatever follows the array API
OUTPUT_SCALE = 1 / 30  # colors start near gray


@dataclass(frozen=True)
class Siren:
    """Weights of a sine network with a linear skip; `first` maps the inputs to hidden units and, below, to colors.

    first (hidden + channels, inputs), first_bias (hidden + channels,), hidden: pairs of (units, units before) and
    (units,), output (channels, hidden). All may have one more axis in front, of images with weights of their own.
    """

    first: Array
    first_bias: Array
    hidden: tuple[tuple[Array, Array], ...]
    output: Array
    activation: str = "sine"

    def tensors(self) -> tuple[Array, ...]:
        """All weights in the order of `siren_specs`, the order of the file."""
        return (self.first, self.first_bias, *(tensor for layer in self.hidden for tensor in layer), self.output)

    @staticmethod
    def from_tensors(tensors: Sequence[Array], activation: str = "sine") -> Siren:
        """The inverse of `tensors`."""
        first, first_bias, *between, output = tensors
        return Siren(first, first_bias, tuple(zip(between[::2], between[1::2], strict=True)), output, activation)

    def colors(self, inputs: Array, shifts: Sequence[Array] = ()) -> Array:
        """The field's colors (channels, points) at inputs (inputs, points); for shifts see `units`."""
        return self.colors_of(inputs, self.units(inputs, shifts))

    def colors_of(self, inputs: Array, units: Array) -> Array:
        """The same, from activations of the last layer (hidden, points)."""
        width = self.first.shape[-2] - self.output.shape[-2]
        colors = _affine(self.first[..., width:, :], inputs, self.first_bias[..., width:])
        colors += self.output @ units
        return colors

    def units(self, inputs: Array, shifts: Sequence[Array] = (), layers: slice = slice(None)) -> Array:
        """Activations (units, points) behind the last of `layers`, from what goes into the first of them.

        shifts: a phase (units, B) for every layer and each of B images, whose points follow each other; or none.
        """
        width = self.first.shape[-2] - self.output.shape[-2]
        first = self.first[..., :width, :], self.first_bias[..., :width]
        units = inputs
        for number, (weight, bias) in list(enumerate((first, *self.hidden)))[layers]:
            sums = _affine(weight, units, bias)
            units = _activated(_shifted(sums, shifts[number]) if shifts else sums, self.activation)
        return units


def _affine(weight: Array, inputs: Array, bias: Array) -> Array:
    """weight @ inputs + bias; added in place, as another copy of the sums would cost as much as the product."""
    sums = weight @ inputs
    sums += bias[..., None]
    return sums


def _shifted(sums: Array, shift: Array) -> Array:
    return (sums.reshape(*shift.shape, -1) + shift[:, :, None]).reshape(*sums.shape)


def _activated(sums: Array, activation: str) -> Array:
    xp = namespace_of(sums)
    if activation == "sine":
        return xp.sin(sums)
    return xp.tanh(sums) if activation == "tanh" else sums * (sums > 0)


def siren_specs(
    model: ModelSettings, first_half_widths: Sequence[float], channels: int, color_rate: float = 1.0
) -> tuple[TensorSpec, ...]:
    """Shapes and starts of a Siren's tensors (Sitzmann et al. 2020, section 3.2, with w0 folded in).

    A w0 of a further layer cancels out of the values that it starts with: it is how fast these move.

    first_half_widths: for sines, of the distribution of each input's column in the first layer. Rectified units start
    as He et al. 2015, tanh as Glorot and Bengio 2010.
    color_rate: how fast what adds to colors directly may move, the linear skip and the output, beside the rest.
    """
    widths, sine = model.hidden_widths(), model.architecture.activation == "sine"
    inputs = len(first_half_widths)
    columns = np.asarray(first_half_widths if sine else [_half_width(model, inputs)] * inputs, np.float32)
    below = _rows(widths[0], channels)
    between = []
    rates = [w0 / USUAL_W0 for w0 in model.architecture.hidden_w0] or [1.0] * (len(widths) - 1)
    for (before, units), rate in zip(pairwise(widths), rates, strict=True):
        between += [uniform((units, before), _half_width(model, before), rate=rate), uniform((units,), 0.1, rate=rate)]
    row_rates = 1 - (1 - color_rate) * below
    return (
        uniform((widths[0] + channels, inputs), (1 - below[:, None]) * columns, rate=row_rates[:, None]),
        uniform((widths[0] + channels,), (1 - below) * (math.pi if sine else 0.1), 0.5 * below, row_rates),
        *between,
        uniform((channels, widths[-1]), OUTPUT_SCALE * _half_width(model, widths[-1]), rate=color_rate),
    )


def _half_width(model: ModelSettings, before: int) -> float:
    """Half-width that keeps the deviation of activations from layer to layer."""
    return math.sqrt((3 if model.architecture.activation == "tanh" else 6) / before)


def _rows(units: int, channels: int) -> FloatArray:
    """1 at the rows of the linear skip, below the units of the first layer."""
    return np.concatenate([np.zeros(units, np.float32), np.ones(channels, np.float32)])
