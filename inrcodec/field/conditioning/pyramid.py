"""A pyramid of interpolated latent grids per image, from coarse to fine: the codec's own design."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from array_api_compat import array_namespace

from inrcodec.field.conditioning import Feed
from inrcodec.field.grids import coordinate_count, coordinate_planes, interpolate
from inrcodec.field.siren import Array, Siren, siren_specs
from inrcodec.field.tensors import TensorSpec
from inrcodec.numerics.arrays import FloatArray
from inrcodec.numerics.coordinates import Axis
from inrcodec.settings import ModelSettings

COORDINATE_SCALE = 1.5  # the latents carry the detail: fast sines of the position only disturb them
LATENT_SCALE = 0.1  # latents are whole numbers of some size, so their columns start small


def labels(images: int) -> FloatArray:
    """Nothing: the latents say it all."""
    return np.zeros((images, 0), np.float32)


def specs(model: ModelSettings, channels: int, images: int) -> tuple[TensorSpec, ...]:
    """Coordinates and every channel of every level go in."""
    spreads = [COORDINATE_SCALE] * coordinate_count(model)
    spreads += [LATENT_SCALE] * sum(level.channels for level in model.levels)
    return siren_specs(model, spreads, channels)


def feed(
    model: ModelSettings, tensors: Sequence[Array], latents: Sequence[Array], labels: Array, rows: Axis, columns: Axis
) -> Feed:
    """[x, y, g(x, y)] at every point."""
    planes = coordinate_planes(model, labels, rows, columns)
    planes += [interpolate(level, rows, columns) for level in latents]
    joined = array_namespace(labels).concat(planes, axis=0)
    return Feed(Siren.from_tensors(tensors, model.network.activation), joined.reshape(joined.shape[0], -1))
