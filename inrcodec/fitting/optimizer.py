"""Adam for latents: every image has moments and a step count of its own, as each step sees only a few images."""

from __future__ import annotations

import torch

FIRST_DECAY, SECOND_DECAY = 0.9, 0.95
TINY = 1e-9


class RowAdam:
    """Adam (Kingma and Ba 2015) on chosen rows of a matrix (images, values)."""

    def __init__(self, latents: torch.Tensor) -> None:
        self._latents = latents
        self._first = torch.zeros_like(latents)
        self._second = torch.zeros_like(latents)
        self._visits = torch.zeros(len(latents), 1, device=latents.device)

    def state(self) -> list[torch.Tensor]:
        """Everything that steps change, latents included."""
        return [self._latents, self._first, self._second, self._visits]

    def restore(self, state: list[torch.Tensor]) -> None:
        """Take over the state of another run."""
        for tensor, stored in zip(self.state(), state, strict=True):
            tensor.copy_(stored)

    @torch.no_grad()
    def step(self, rows: torch.Tensor, gradient: torch.Tensor, rate: float) -> None:
        """Move the given rows against their gradient (rows, values)."""
        self._visits[rows] += 1
        visits = self._visits[rows]
        first = self._first[rows].mul_(FIRST_DECAY).add_(gradient, alpha=1 - FIRST_DECAY)
        second = self._second[rows].mul_(SECOND_DECAY).addcmul_(gradient, gradient, value=1 - SECOND_DECAY)
        self._first[rows], self._second[rows] = first, second
        spread = (second / (1 - SECOND_DECAY**visits)).sqrt_().add_(TINY)
        self._latents[rows] -= rate * (first / (1 - FIRST_DECAY**visits)) / spread
