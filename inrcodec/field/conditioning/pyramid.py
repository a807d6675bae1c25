"""A pyramid of interpolated latent grids per image, from coarse to fine: the codec's own design."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inrcodec.field.conditioning import Feed, Places
from inrcodec.field.grids import coordinate_count
from inrcodec.field.siren import Array, Siren, siren_specs
from inrcodec.field.tensors import TensorSpec, faster
from inrcodec.numerics.arrays import FloatArray
from inrcodec.settings import ModelSettings

COORDINATE_SCALE = 1.5  # the latents carry the detail: fast sines of the position only disturb them
LATENT_SCALE = 0.1  # latents are whole numbers of some size, so their columns start small
NETWORK_RATE = 2.0  # beside other designs: a small network, whose latents say what differs from image to image
COLOR_RATE = 0.1  # what adds to colours directly is some 1,000 times more sensitive than what goes through a sine


def labels(images: int) -> FloatArray:
    """Nothing: the latents say it all."""
    return np.zeros((images, 0), np.float32)


def specs(model: ModelSettings, channels: int, images: int) -> tuple[TensorSpec, ...]:
    """Coordinates and every channel of every level go in."""
    spreads = [COORDINATE_SCALE] * coordinate_count(model)
    spreads += [LATENT_SCALE] * sum(level.channels for level in model.levels)
    return tuple(faster(spec, NETWORK_RATE) for spec in siren_specs(model, spreads, channels, COLOR_RATE))


def feed(
    model: ModelSettings, tensors: Sequence[Array], latents: Sequence[Array], labels: Array, places: Places
) -> Feed:
    """[x, y, g(x, y)] at every point."""
    return Feed(Siren.from_tensors(tensors, model.network.activation), places.inputs(model, labels, latents))
