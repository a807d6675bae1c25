"""Adam (Kingma and Ba 2015), for the weights that all images share and for the latents that each has of its own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, groupby
from operator import itemgetter

import torch

FIRST_DECAY, SECOND_DECAY = 0.9, 0.95  # of latents
SHARED_SECOND_DECAY = 0.99  # of shared weights, whose gradients are means over many images
TINY = 1e-9


class SharedAdam:
    """Adam on several tensors whose gradients come as one vector; every element has a learning rate of its own.

    weights: all elements, one vector, which the tensors are views of.
    """

    def __init__(self, tensors: Sequence[torch.Tensor], rates: Sequence[torch.Tensor]) -> None:
        """`rates` are broadcast to the shapes of the tensors."""
        self._tensors = tensors
        self._ends = list(accumulate(tensor.numel() for tensor in tensors))
        self.move_to(torch.cat([tensor.detach().reshape(-1) for tensor in tensors]))
        pairs = zip(tensors, rates, strict=True)
        self._rates = torch.cat([rate.to(tensor.device).expand(tensor.shape).reshape(-1) for tensor, rate in pairs])
        self._first = torch.zeros_like(self._rates)
        self._second = torch.zeros_like(self._rates)
        self._steps = torch.zeros(1)

    def move_to(self, storage: torch.Tensor) -> None:
        """Keep the elements there from now on; it has a copy of them (elements,)."""
        self.weights = storage
        for tensor, end in zip(self._tensors, self._ends, strict=True):
            tensor.data = storage[end - tensor.numel() : end].view(tensor.shape)

    def state(self) -> list[torch.Tensor]:
        """Everything that steps change, the tensors apart."""
        return [self._first, self._second, self._steps]

    def restore(self, state: list[torch.Tensor]) -> None:
        """Take over the state of another run."""
        for tensor, stored in zip(self.state(), state, strict=True):
            tensor.copy_(stored)

    @torch.no_grad()
    def step(self, gradient: torch.Tensor, factors: Sequence[float]) -> None:
        """Move against a gradient (elements,); a factor per tensor scales the rates of its elements."""
        self._steps += 1
        steps = float(self._steps)
        self._first.lerp_(gradient, 1 - FIRST_DECAY)
        self._second.mul_(SHARED_SECOND_DECAY).addcmul_(gradient, gradient, value=1 - SHARED_SECOND_DECAY)
        spread = (self._second / (1 - SHARED_SECOND_DECAY**steps)).sqrt_().add_(TINY)
        moves = self._first / (1 - FIRST_DECAY**steps) / spread * self._rates
        start = 0
        for factor, ends in groupby(zip(factors, self._ends, strict=True), key=itemgetter(0)):
            *_, (_, end) = ends
            moves[start:end] *= factor
            start = end
        self.weights -= moves


class RowAdam:
    """Adam on chosen rows of a matrix (images, values), each with a step count: a step sees only a few images.

    With Nesterov's momentum (Dozat, "Incorporating Nesterov momentum into Adam", 2016): latents are visited once a
    pass, so that the newest gradient is worth more than old ones.
    """

    def __init__(self, latents: torch.Tensor, factors: torch.Tensor) -> None:
        """`factors` (values,) on the learning rate."""
        self._latents = latents
        self.factors = factors
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
        ahead = FIRST_DECAY * first / (1 - FIRST_DECAY ** (visits + 1)) + gradient * (
            (1 - FIRST_DECAY) / (1 - FIRST_DECAY**visits)
        )
        self._latents[rows] -= rate * self.factors * ahead / spread
