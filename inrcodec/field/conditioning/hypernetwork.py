"""A code per image, mapped to all weights of a small network of its own.

Ha et al., "HyperNetworks", 2017; Sitzmann et al. 2020, section 4.4.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from inrcodec.field.contract import NetworkInputs, Places, Traits
from inrcodec.field.grids import conditioned_specs
from inrcodec.field.siren import Array, Siren
from inrcodec.field.tensors import TensorSpec, uniform
from inrcodec.numerics.arrays import FloatArray, namespace_of
from inrcodec.settings import WHOLE, Level, ModelSettings, width_for

TRAITS = Traits(latents="code", head=True)
USUAL_CODE = 32
CODE_SCALE = 0.05  # of the half-width of a weight's own start; codes are whole numbers of some size
HEAD_RATE = 0.1  # a code is some whole number: what moves an element moves a weight by that many times as much
LEAST_HALF_WIDTH = np.float32(0.1)  # of weights that all start at one value


def usual(pixels: int, footprint: int) -> ModelSettings:
    """A small network for each image: its head, that many times as large, is most of the file."""
    return ModelSettings("hypernetwork", width_for(pixels, 24, 16, 64), 3, footprint, (Level(WHOLE, USUAL_CODE),), 1)


def conditions(images: int) -> FloatArray:
    """Nothing: the code says it all."""
    return np.zeros((images, 0), np.float32)


def specs(model: ModelSettings, channels: int, images: int) -> tuple[TensorSpec, ...]:
    """The network that all images start from, then a head (weights, code) for each of its tensors.

    With a hidden layer in the head, its weights and biases come last, and `code` above is its width.
    """
    base, code, width = conditioned_specs(model, channels, 0), model.levels[0].channels, model.architecture.head_width
    reach = np.float32(math.sqrt(0.1 / width) if width else CODE_SCALE)
    heads = tuple(
        uniform(
            (spec.count, width or code),
            reach * np.maximum(spec.flat_half_width()[:, None], LEAST_HALF_WIDTH),
            rate=HEAD_RATE,
        )
        for spec in base
    )
    hidden = (uniform((width, code), CODE_SCALE), uniform((width,), math.pi)) if width else ()
    return (*base, *heads, *hidden)


def network_inputs(
    model: ModelSettings, tensors: Sequence[Array], latents: Sequence[Array], conditions: Array, places: Places
) -> NetworkInputs:
    """[x, y] at every point of an image, the same for all if they have no poses, and a network for each of them."""
    count = 2 * model.hidden_layers + 1
    base, heads, hidden = tensors[:count], tensors[count : 2 * count], tensors[2 * count :]
    codes = latents[0].reshape(latents[0].shape[0], -1)
    if hidden:
        codes = namespace_of(codes).sin(hidden[0] @ codes + hidden[1][:, None])
    weights = [part + (head @ codes).T.reshape(-1, *part.shape) for part, head in zip(base, heads, strict=True)]
    siren = Siren.from_tensors(weights, model.architecture.activation)
    images = conditions.shape[0] if model.posed else 1
    return NetworkInputs(siren, places.by_image(places.inputs(model, conditions[:images]), images))
