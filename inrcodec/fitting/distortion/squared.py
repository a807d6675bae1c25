"""The squared difference of every value: what PSNR is measured by."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # kernels read the margin, and do without torch
    import torch

MARGIN = 0.02  # beyond the ends of the scale, where values that lie at an end are aimed at


def errors(drawn: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Squares of the differences; values beyond the ends of the scale cost nothing, as a decoder limits them.

    Ends are aimed at from `MARGIN` beyond, or a little error would make white gray and air visible. The gradient is
    that of the value before it is limited, so that one that is too far out can come back.
    """
    aim = target + MARGIN * ((target >= 1.0).float() - (target <= 0.0).float())
    beyond = drawn.detach().clamp(-MARGIN, 1.0 + MARGIN) - drawn.detach()
    return (drawn + beyond - aim).square()


def shown_errors(drawn: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Squares of the differences once a decoder has limited values to 0 ... 1."""
    return (drawn.clamp(0.0, 1.0) - target).square()
