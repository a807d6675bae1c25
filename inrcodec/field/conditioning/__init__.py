"""How a SIREN is told which image it draws: one file per variant, named as on the command line and in the header."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from inrcodec.coordinates import Axis
from inrcodec.field.siren import Array
from inrcodec.settings import ModelSettings

Shape = tuple[int, int, int]  # channels, height, width


class Conditioning(Protocol):
    """What a variant's module provides; a group of B images of one size is evaluated together."""

    def level_shapes(self, model: ModelSettings, height: int, width: int) -> tuple[Shape, ...]:
        """Shapes (channels, height, width) of the latents of an image of that size, coarsest first; maybe none."""

    def input_count(self, model: ModelSettings) -> int:
        """Input values of the SIREN per point."""

    def input_scales(self, model: ModelSettings) -> tuple[float, ...]:
        """Half-width of the uniform distribution that each column of the first layer starts from."""

    def inputs(self, latents: Sequence[Array], places: Array, rows: Axis, columns: Axis) -> Array:
        """SIREN inputs (inputs, B * rows * columns) of latents [(channels, B, height, width)] and image places (B,).

        A place is the image's position in the set, from -1 (first) to 1 (last).
        """


def conditioning_named(name: str) -> Conditioning:
    """The variant's module; the name has been checked against `settings.CONDITIONINGS`."""
    return cast(Conditioning, import_module(f"inrcodec.field.conditioning.{name}"))
