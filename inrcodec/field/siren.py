"""The sine network, written once against the array API: numpy decodes and torch fits this very function.

Sitzmann et al., "Implicit Neural Representations with Periodic Activation Functions", 2020. The factor w0 lives in the
weights (sin(w0 (W v + b)) has the same values as sin(W' v + b')), so a decoder never needs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from array_api_compat import array_namespace

from inrcodec.settings import ModelSettings

Array = Any  # numpy or torch: whatever follows the array API


@dataclass(frozen=True)
class Siren:
    """Weights of a sine network with a linear skip; `first` maps the inputs to hidden units and, below, to colours.

    first (hidden + channels, inputs), first_bias (hidden + channels,), hidden: pairs of (hidden, hidden) and (hidden,),
    output (channels, hidden).
    """

    first: Array
    first_bias: Array
    hidden: tuple[tuple[Array, Array], ...]
    output: Array

    def tensors(self) -> tuple[Array, ...]:
        """All weights in the order of `tensor_shapes`, the order of the file."""
        return (self.first, self.first_bias, *(tensor for layer in self.hidden for tensor in layer), self.output)

    @staticmethod
    def from_tensors(tensors: tuple[Array, ...]) -> Siren:
        """The inverse of `tensors`."""
        first, first_bias, *between, output = tensors
        return Siren(first, first_bias, tuple(zip(between[::2], between[1::2], strict=True)), output)

    def colours(self, inputs: Array) -> Array:
        """The field's colours (channels, points) at inputs (inputs, points)."""
        width = self.output.shape[1]
        units = self.units(inputs)
        colours = _affine(self.first[width:, :], inputs, self.first_bias[width:])
        colours += self.output @ units
        return colours

    def units(self, inputs: Array) -> Array:
        """Activations of the last sine layer (hidden, points) at inputs (inputs, points)."""
        sine = array_namespace(inputs).sin
        width = self.output.shape[1]
        units = sine(_affine(self.first[:width, :], inputs, self.first_bias[:width]))
        for weight, bias in self.hidden:
            units = sine(_affine(weight, units, bias))
        return units


def _affine(weight: Array, inputs: Array, bias: Array) -> Array:
    """weight @ inputs + bias; added in place, as another copy of the sums would cost as much as the product."""
    sums = weight @ inputs
    sums += bias[:, None]
    return sums


def tensor_shapes(model: ModelSettings, inputs: int, channels: int) -> tuple[tuple[int, ...], ...]:
    """Shapes of a Siren's tensors for `inputs` input values per point."""
    width = model.hidden_width
    between = ((width, width), (width,)) * (model.hidden_layers - 1)
    return ((width + channels, inputs), (width + channels,), *between, (channels, width))
