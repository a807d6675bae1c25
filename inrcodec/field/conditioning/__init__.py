"""How a SIREN is told which image it draws: one file per variant, named as on the command line and in the header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol, cast

from inrcodec.field.siren import Array, Siren
from inrcodec.field.tensors import TensorSpec
from inrcodec.numerics.arrays import FloatArray
from inrcodec.settings import ModelSettings

Shape = tuple[int, int, int]  # channels, height, width


Inputs = Any  # of a network: an array, or a `jets.Jet` with derivatives


class Places(Protocol):
    """Where a field is read: `grids.Grid`, or what carries derivatives along, `places.Derived`."""

    def inputs(self, model: ModelSettings, labels: Array, levels: Sequence[Array] = ()) -> Inputs:
        """Coordinates, what an image is told by and latents at every place, (inputs, B * points).

        labels (B, values); levels: latents [(channels, B, height, width)] that are read by place.
        """

    def by_image(self, inputs: Inputs, images: int) -> Inputs:
        """Inputs that broadcast against a network for each image, (B or nothing, inputs, points)."""


@dataclass(frozen=True)
class Feed:
    """A network, what goes into it, (inputs, points), and the phases of its layers; see `Siren.units`."""

    siren: Siren
    inputs: Inputs
    shifts: tuple[Array, ...] = ()


class Conditioning(Protocol):
    """What a variant's module provides; a group of B images of one size is evaluated together."""

    def labels(self, images: int) -> FloatArray:
        """What the network is told of each image besides its latents, (images, values); maybe nothing."""

    def specs(self, model: ModelSettings, channels: int, images: int) -> tuple[TensorSpec, ...]:
        """Every tensor of the network, in file order."""

    def feed(
        self,
        model: ModelSettings,
        tensors: Sequence[Array],
        latents: Sequence[Array],
        labels: Array,
        places: Places,
    ) -> Feed:
        """The network and its inputs at places of images with latents [(channels, B, height, width)].

        labels: (B, values). The points of an image follow each other, those of a grid row by row.
        """


def conditioning_named(name: str) -> Conditioning:
    """The variant's module; the name has been checked against `settings.CONDITIONINGS`."""
    return cast(Conditioning, import_module(f"inrcodec.field.conditioning.{name}"))
