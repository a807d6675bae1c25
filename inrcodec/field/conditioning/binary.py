"""The study's second design: the bits of the image's number are extra inputs; there are no latents."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inrcodec.field.contract import NetworkInputs, Places, Traits
from inrcodec.field.grids import NUMBER_RATE, conditioned_specs
from inrcodec.field.siren import Array, Siren
from inrcodec.field.tensors import TensorSpec
from inrcodec.numerics.arrays import FloatArray
from inrcodec.settings import ModelSettings, width_for

TRAITS = Traits(latents="none")
BIT_HALF_WIDTH = 0.3  # bits are far apart already, and need no fast sines


def usual(pixels: int, footprint: int) -> ModelSettings:
    """Three layers, as wide as the set is large: the network is most of the file."""
    return ModelSettings("binary", width_for(pixels, 96, 48, 256), 3, footprint, (), 1)


def conditions(images: int) -> FloatArray:
    """The number's bits, highest first, 0 as -1 and 1 as 1: as many as the last number needs."""
    shifts = np.arange(bits(images) - 1, -1, -1)
    return (2.0 * ((np.arange(images)[:, None] >> shifts) & 1) - 1.0).astype(np.float32)


def bits(images: int) -> int:
    """Bits of the number of any image."""
    return max(1, (images - 1).bit_length())


def specs(model: ModelSettings, channels: int, images: int) -> tuple[TensorSpec, ...]:
    """x, y and the bits go in."""
    return conditioned_specs(model, channels, bits(images), BIT_HALF_WIDTH, NUMBER_RATE)


def network_inputs(
    model: ModelSettings, tensors: Sequence[Array], latents: Sequence[Array], conditions: Array, places: Places
) -> NetworkInputs:
    """[x, y, bits] at every point."""
    return NetworkInputs(Siren.from_tensors(tensors, model.architecture.activation), places.inputs(model, conditions))
