"""Entropy models while they are fitted: estimated bits of latents, with gradients. One file = one model.

The bits of a file come from the model in whole numbers that `bitstream` has of the same name; the two agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch

from inrcodec.fitting.entropy.context import ContextModel
from inrcodec.settings import ModelSettings


class EntropyModel(Protocol):
    """What predicts latents while they are fitted."""

    def bits(self, tensors: Sequence[torch.Tensor], levels: Sequence[torch.Tensor]) -> torch.Tensor:
        """Estimated bits of every latent, one vector, with gradients for both.

        levels: (channels, B, cells down, cells across), coarsest first.
        """

    def level_bits(self, tensors: Sequence[torch.Tensor], levels: Sequence[torch.Tensor], number: int) -> torch.Tensor:
        """The same of one level alone, by cell and all channels together, (B, cells down, cells across)."""


def entropy_model(model: ModelSettings) -> EntropyModel:
    """The one that a file of these settings is coded with."""
    return ContextModel(model)
