"""A small convolutional network from a picture to its code, for designs that tell an image by one code.

Sitzmann et al. 2020, section 4.4: a hypernetwork's codes come from an encoder of the picture, so that a new picture
gets one without a fit. Written against the array API like the field: torch fits it, numpy reads codes with it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product

import numpy as np
from array_api_compat import device

from inrcodec.field.siren import Array
from inrcodec.field.tensors import TensorSpec, uniform
from inrcodec.numerics.arrays import FloatArray, namespace_of
from inrcodec.numerics.coordinates import area_weights

SIDE = 16  # pixels of the thumbnail that it looks at
WIDTHS = (16, 32)  # channels behind each convolution; each halves the sides
REACH = 3.0  # of a code before the fit: codes are whole numbers of some size
RATE = 0.6  # beside the weights of a field


def encoder_specs(channels: int, code: int) -> tuple[TensorSpec, ...]:
    """Weights (units, 9 units before) and biases of every convolution, then the linear map to the code and its bias."""
    specs, before = [], channels
    for units in WIDTHS:
        inputs = 9 * before
        specs += [uniform((units, inputs), math.sqrt(6 / inputs), rate=RATE), uniform((units,), 0.1, rate=RATE)]
        before = units
    inputs = before * (SIDE >> len(WIDTHS)) ** 2
    return (*specs, uniform((code, inputs), REACH * math.sqrt(6 / inputs), rate=RATE), uniform((code,), 0.0))


def encoder_shapes(channels: int, code: int) -> tuple[tuple[int, ...], ...]:
    """Their shapes."""
    return tuple(spec.shape for spec in encoder_specs(channels, code))


def thumbnail(pixels: FloatArray) -> FloatArray:
    """A picture (height, width, channels) as the encoder sees it, (channels, 1, SIDE, SIDE), gray being 0."""
    down, across = (area_weights(side, SIDE) for side in pixels.shape[:2])
    drawn = np.einsum("yh,hwc,xw->cyx", down, pixels, across, optimize=True)
    return np.asarray(drawn[:, None] - 0.5, dtype=np.float32)


def encode(tensors: Sequence[Array], thumbnails: Array) -> Array:
    """Codes (B, code), not yet whole numbers, of thumbnails (channels, B, SIDE, SIDE)."""
    *convolutions, to_code, shift = tensors
    xp, units = namespace_of(thumbnails), thumbnails
    for weight, bias in zip(convolutions[::2], convolutions[1::2], strict=True):
        sums = weight @ _patches(units) + bias[:, None]
        group, side = units.shape[1], units.shape[2] // 2
        units = (sums * (sums > 0)).reshape(-1, group, side, side)
    flat = xp.permute_dims(units, (1, 0, 2, 3)).reshape(units.shape[1], -1)
    return flat @ to_code.T + shift


def _patches(units: Array) -> Array:
    """The 3 x 3 neighbors of every other row and column, (9 channels, B side side / 4), zeros outside."""
    xp, (channels, group, side, _) = namespace_of(units), units.shape
    row = xp.zeros((channels, group, 1, side), dtype=units.dtype, device=device(units))
    column = xp.zeros((channels, group, side + 1, 1), dtype=units.dtype, device=device(units))
    padded = xp.concat([column, xp.concat([row, units], axis=2)], axis=3)
    starts = product(range(3), repeat=2)
    taps = [padded[:, :, down : down + side : 2, across : across + side : 2] for down, across in starts]
    return xp.stack(taps, axis=1).reshape(9 * channels, -1)
