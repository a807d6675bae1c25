"""Where the fit starts: every tensor drawn from the distribution that the field names for it."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from inrcodec.field.tensors import TensorSpec


def initial_network(specs: Sequence[TensorSpec], generator: torch.Generator) -> list[torch.Tensor]:
    """Tensors in the order of their specifications."""
    return [_drawn(spec, generator) for spec in specs]


def _drawn(spec: TensorSpec, generator: torch.Generator) -> torch.Tensor:
    half_width, center = (torch.tensor(part) for part in (spec.half_width, spec.center))
    return torch.empty(spec.shape).uniform_(-1, 1, generator=generator) * half_width + center
