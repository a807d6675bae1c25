"""The study's first design: the image's place in the set, in [-1, 1], is a third coordinate; there are no latents."""

from __future__ import annotations

from collections.abc import Sequence

from inrcodec.field.contract import NetworkInputs, Places, Traits
from inrcodec.field.grids import NUMBER_RATE, conditioned_specs
from inrcodec.field.siren import Array, Siren
from inrcodec.field.tensors import TensorSpec
from inrcodec.numerics.arrays import FloatArray
from inrcodec.numerics.coordinates import image_places
from inrcodec.settings import ModelSettings, width_for

TRAITS = Traits(latents="none")


def usual(pixels: int, footprint: int) -> ModelSettings:
    """Three layers, as wide as the set is large: the network is most of the file."""
    return ModelSettings("grid", width_for(pixels, 96, 48, 256), 3, footprint, (), 1)


def conditions(images: int) -> FloatArray:
    """The place in the set: -1 for the first image, 1 for the last."""
    return image_places(images)[:, None]


def specs(model: ModelSettings, channels: int, images: int) -> tuple[TensorSpec, ...]:
    """x, y and the place go in."""
    return conditioned_specs(model, channels, 1, rate=NUMBER_RATE)


def network_inputs(
    model: ModelSettings, tensors: Sequence[Array], latents: Sequence[Array], conditions: Array, places: Places
) -> NetworkInputs:
    """[x, y, place] at every point."""
    return NetworkInputs(Siren.from_tensors(tensors, model.architecture.activation), places.inputs(model, conditions))
