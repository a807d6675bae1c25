"""What a conditioning provides: the contract of the files in `conditioning/`, and what the other rooms know of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from inrcodec.field.siren import Array, Siren
from inrcodec.field.tensors import TensorSpec
from inrcodec.numerics.arrays import FloatArray
from inrcodec.settings import ModelSettings

Shape = tuple[int, int, int]  # channels, height, width
Inputs = Any  # of a network: an array, or a `jets.Jet` with derivatives


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What other rooms ask of a conditioning, so that none of them asks for its name."""

    latents: Literal["grids", "code", "none"]  # of an image; code: of one cell; none: the network knows its number
    head: bool = False  # whether weights are made from the code, by way of `head_width` units if it is not 0
    w0: bool = True  # whether the first layer starts with the frequency w0
    latent_speed: float = 1.0  # of latents in a fit, beside the usual one
    morphed_layer: Literal["inputs", "middle"] = "inputs"  # what of two images is mixed for one between: without grids


class Places(Protocol):
    """Where a field is read: `grids.Grid`, or what carries derivatives along, `places.Derived`."""

    def inputs(self, model: ModelSettings, conditions: Array, levels: Sequence[Array] = ()) -> Inputs:
        """Coordinates, conditions and latents at every place, (inputs, B * points).

        conditions (B, values); levels: latents [(channels, B, height, width)] that are read by place.
        """

    def by_image(self, inputs: Inputs, images: int) -> Inputs:
        """Inputs that broadcast against a network for each image, (B or nothing, inputs, points)."""


@dataclass(frozen=True)
class NetworkInputs:
    """A network, what goes into it, (inputs, points), and the phases of its layers; see `Siren.units`."""

    siren: Siren
    inputs: Inputs
    shifts: tuple[Array, ...] = ()

    def colors(self) -> Array:
        """The field's colors, ([B,] channels, points)."""
        return self.siren.colors(self.inputs, self.shifts)

    def units(self, layers: slice = slice(None)) -> Array:
        """Activations behind the last of `layers`, ([B,] units, points)."""
        return self.siren.units(self.inputs, self.shifts, layers)


class Conditioning(Protocol):
    """What a variant's module provides; a group of B images of one size is evaluated together."""

    TRAITS: Traits

    def usual(self, pixels: int, footprint: int) -> ModelSettings:
        """Settings that suit a set of that many pixels, with that many sub-samples per pixel and axis."""

    def conditions(self, images: int) -> FloatArray:
        """What goes into the network for each image besides its latents, (images, values); maybe nothing."""

    def specs(self, model: ModelSettings, channels: int, images: int) -> tuple[TensorSpec, ...]:
        """Every tensor of the network, in file order."""

    def network_inputs(
        self,
        model: ModelSettings,
        tensors: Sequence[Array],
        latents: Sequence[Array],
        conditions: Array,
        places: Places,
    ) -> NetworkInputs:
        """The network and its inputs at places of images with latents [(channels, B, height, width)].

        conditions: (B, values). The points of an image follow each other, those of a grid row by row.
        """
