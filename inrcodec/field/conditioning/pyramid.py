"""A pyramid of interpolated latent grids per image, from coarse to fine: the codec's own design."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inrcodec.field.contract import NetworkInputs, Places, Traits
from inrcodec.field.grids import coordinate_count
from inrcodec.field.siren import Array, Siren, siren_specs
from inrcodec.field.tensors import TensorSpec, faster
from inrcodec.numerics.arrays import FloatArray
from inrcodec.settings import ModelSettings, width_for

TRAITS = Traits(latents="grids", w0=False)  # slow sines at the start: latents carry the detail
COORDINATE_SCALE = 1.5  # the latents carry the detail: fast sines of the position only disturb them
LATENT_SCALE = 0.1  # latents are whole numbers of some size, so their columns start small
NETWORK_RATE = 2.0  # beside other designs: a small network, whose latents say what differs from image to image
COLOR_RATE = 0.1  # what adds to colors directly is some 1,000 times more sensitive than what goes through a sine


def usual(pixels: int, footprint: int) -> ModelSettings:
    """A network that costs 5 to 10 % of the file."""
    return ModelSettings("pyramid", hidden_width=width_for(pixels, 32, 16, 64), footprint=footprint)


def conditions(images: int) -> FloatArray:
    """Nothing: the latents say it all."""
    return np.zeros((images, 0), np.float32)


def specs(model: ModelSettings, channels: int, images: int) -> tuple[TensorSpec, ...]:
    """Coordinates and every channel of every level go in."""
    half_widths = [COORDINATE_SCALE] * coordinate_count(model)
    half_widths += [LATENT_SCALE] * sum(level.channels for level in model.levels)
    return tuple(faster(spec, NETWORK_RATE) for spec in siren_specs(model, half_widths, channels, COLOR_RATE))


def network_inputs(
    model: ModelSettings, tensors: Sequence[Array], latents: Sequence[Array], conditions: Array, places: Places
) -> NetworkInputs:
    """[x, y, g(x, y)] at every point."""
    return NetworkInputs(
        Siren.from_tensors(tensors, model.architecture.activation), places.inputs(model, conditions, latents)
    )
