"""Where the fit starts: every tensor drawn from the distribution that the field names for it.

Numbers are numpy's, whatever does the steps: a seed means the same start everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inrcodec.bitstream.context import context_shapes
from inrcodec.field.tensors import TensorSpec
from inrcodec.numerics.arrays import FloatArray
from inrcodec.settings import ModelSettings


def initial_network(specs: Sequence[TensorSpec], random: np.random.Generator) -> list[FloatArray]:
    """Tensors in the order of their specifications."""
    return [
        np.asarray(random.uniform(-1, 1, spec.shape) * spec.half_width + spec.center, dtype=np.float32)
        for spec in specs
    ]


def initial_context(model: ModelSettings, random: np.random.Generator) -> list[FloatArray]:
    """Small random weights, zero output biases: every latent starts with mean 0 and scale 1."""
    tensors = []
    for shape in context_shapes(model):
        scale = 0.5 / shape[-1] ** 0.5 if len(shape) == 3 else 0.1
        drawn = random.uniform(-scale, scale, shape) if shape[-1] != 2 else np.zeros(shape)
        tensors.append(drawn.astype(np.float32))
    return tensors
