"""Where the fit starts: every tensor drawn from the distribution that the field names for it."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from inrcodec.field.tensors import TensorSpec


def initial_network(specs: Sequence[TensorSpec], generator: torch.Generator) -> list[torch.Tensor]:
    """Tensors in the order of their specifications."""
    return [_drawn(spec, generator) for spec in specs]


def _drawn(spec: TensorSpec, generator: torch.Generator) -> torch.Tensor:
    spread, centre = (torch.tensor(part) for part in (spec.spread, spec.centre))
    return torch.empty(spec.shape).uniform_(-1, 1, generator=generator) * spread + centre
