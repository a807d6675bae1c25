"""The squared difference of every value: what PSNR is measured by."""

from __future__ import annotations

import torch


def errors(drawn: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Squares of the differences."""
    return (drawn - target).square()
