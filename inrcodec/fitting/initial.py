"""Where the fit starts: SIREN's initialisation, with the conditioning's own scale for every input."""

from __future__ import annotations

import math

import torch

from inrcodec.field.conditioning import conditioning_named
from inrcodec.field.field import field_shapes
from inrcodec.settings import ModelSettings

OUTPUT_SCALE = 1 / 30


def initial_network(model: ModelSettings, channels: int, generator: torch.Generator) -> list[torch.Tensor]:
    """Tensors of a Siren in file order (Sitzmann et al. 2020, section 3.2, with w0 folded in); colours start grey."""
    shapes = field_shapes(model, channels)
    scales = torch.tensor(conditioning_named(model.conditioning).input_scales(model))
    first = torch.empty(shapes[0]).uniform_(-1, 1, generator=generator) * scales
    first[model.hidden_width :] = 0.0
    bias = torch.empty(shapes[1]).uniform_(-math.pi, math.pi, generator=generator)
    bias[model.hidden_width :] = 0.5
    hidden = math.sqrt(6 / model.hidden_width)
    between = [
        torch.empty(shape).uniform_(-1, 1, generator=generator) * (hidden if len(shape) == 2 else 0.1)
        for shape in shapes[2:-1]
    ]
    output = torch.empty(shapes[-1]).uniform_(-1, 1, generator=generator) * hidden * OUTPUT_SCALE
    return [first, bias, *between, output]
