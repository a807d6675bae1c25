"""A learned code per image, mapped linearly to a phase shift of every layer; an auto-decoder.

Park et al., "DeepSDF", 2019, section 4; Dupont et al., "From data to functa", 2022, section 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from inrcodec.field.contract import NetworkInputs, Places, Traits
from inrcodec.field.grids import conditioned_specs
from inrcodec.field.siren import Array, Siren
from inrcodec.field.tensors import TensorSpec, uniform
from inrcodec.numerics.arrays import FloatArray
from inrcodec.settings import WHOLE, Level, ModelSettings, width_for

TRAITS = Traits(latents="code", latent_speed=2.5)  # a code that only shifts phases may move faster
USUAL_CODE = 64
CODE_SCALE = 0.05  # of a phase; codes are whole numbers of some size


def usual(pixels: int, footprint: int) -> ModelSettings:
    """Three layers, as wide as the set is large: the network is most of the file."""
    return ModelSettings("latent", width_for(pixels, 64, 32, 256), 3, footprint, (Level(WHOLE, USUAL_CODE),), 1)


def conditions(images: int) -> FloatArray:
    """Nothing: the code says it all."""
    return np.zeros((images, 0), np.float32)


def specs(model: ModelSettings, channels: int, images: int) -> tuple[TensorSpec, ...]:
    """A network of x and y; behind it the map from a code to all phases, (units of all layers, code)."""
    code = model.levels[0].channels
    return *conditioned_specs(model, channels, 0), uniform((sum(model.hidden_widths()), code), CODE_SCALE)


def network_inputs(
    model: ModelSettings, tensors: Sequence[Array], latents: Sequence[Array], conditions: Array, places: Places
) -> NetworkInputs:
    """[x, y] at every point, and the phases of each image."""
    *network, to_phases = tensors
    codes = latents[0].reshape(to_phases.shape[1], -1)
    ends = np.cumsum((0, *model.hidden_widths())).tolist()
    phases = to_phases @ codes
    shifts = tuple(phases[start:end] for start, end in pairwise(ends))
    return NetworkInputs(
        Siren.from_tensors(network, model.architecture.activation), places.inputs(model, conditions), shifts
    )
