"""Adam (Kingma and Ba 2015), for the weights that all images share and for the latents that each has of its own.

Written once for arrays of numpy and of torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, groupby
from operator import itemgetter

import numpy as np
import numpy.typing as npt

from inrcodec.fitting.arrays import Array, nothing_like, put
from inrcodec.numerics.arrays import FloatArray, namespace_of

FIRST_DECAY, SECOND_DECAY = 0.9, 0.95  # of latents
SHARED_SECOND_DECAY = 0.99  # of shared weights, whose gradients are means over many images
TINY = 1e-9


class SharedAdam:
    """Adam on the weights of several tensors, one vector; every element has a learning rate of its own.

    weights: all elements (elements,), which steps change in place; whoever looks at tensors looks at views of it.
    """

    def __init__(self, weights: Array, rates: Array, counts: Sequence[int]) -> None:
        """rates (elements,); counts: elements of every tensor."""
        xp = namespace_of(weights)
        self.weights = weights
        self._ends = list(accumulate(counts))
        self.rates = rates
        self.base: Array | None = None  # what weights are pulled to (elements,), and how strongly, in the loss's units
        self.pull: Array | None = None
        self.adopt([xp.zeros_like(rates), xp.zeros_like(rates), np.zeros(1, np.float32)])

    def adopt(self, state: Sequence[Array]) -> None:
        """Go on with these arrays in place of its own; see `state`."""
        self._first, self._second, self._steps = state

    def state(self) -> list[Array]:
        """All that steps change, the weights apart: both moments (elements,), and in numpy the number of steps (1,)."""
        return [self._first, self._second, self._steps]

    def restore(self, state: Sequence[FloatArray]) -> None:
        """Take over the state of another run."""
        for known, stored in zip(self.state(), state, strict=True):
            put(known, stored)

    def step(self, gradient: Array, factors: Sequence[float]) -> None:
        """Move against a gradient (elements,); a factor per tensor scales the rates of its elements."""
        moves = self._moves(gradient, *self.count_step())
        start = 0
        for factor, ends in groupby(zip(factors, self._ends, strict=True), key=itemgetter(0)):
            *_, (_, end) = ends
            moves[start:end] *= factor
            start = end
        self.weights -= moves

    def count_step(self) -> tuple[float, float]:
        """Another step begins: what the means of gradients and of their squares are divided by in it."""
        self._steps += 1
        steps = float(self._steps[0])
        return 1 - FIRST_DECAY**steps, 1 - SHARED_SECOND_DECAY**steps

    def step_by_arrays(self, gradient: Array, first: Array, second: Array, factors: Array) -> None:
        """The same with all numbers in arrays, which a captured step reads anew every time.

        first, second: () of `count_step`; factors (elements,).
        """
        self.weights -= self._moves(gradient, first, second) * factors

    def by_element(self, values: Sequence[int]) -> npt.NDArray[np.int64]:
        """A value for every tensor as one for every element, (elements,)."""
        return np.repeat(np.array(values, np.int64), np.diff([0, *self._ends]))

    def _moves(self, gradient: Array, first: Array, second: Array) -> Array:
        if self.base is not None and self.pull is not None:
            gradient = gradient + self.pull * namespace_of(gradient).sign(self.weights - self.base)
        self._first += (gradient - self._first) * (1 - FIRST_DECAY)
        self._second *= SHARED_SECOND_DECAY
        self._second += (1 - SHARED_SECOND_DECAY) * gradient * gradient
        spread = (self._second / second) ** 0.5 + TINY
        return self._first / first / spread * self.rates


class RowAdam:
    """Adam on chosen rows of a matrix (images, values), each with a step count: a step sees only a few images."""

    def __init__(self, latents: Array, factors: Array) -> None:
        """`factors` (values,) on the learning rate."""
        xp = namespace_of(latents)
        self.factors = factors
        self.move_to(latents, xp.zeros_like(latents), xp.zeros_like(latents), xp.zeros_like(latents[:, :1]))

    def move_to(self, latents: Array, first: Array, second: Array, visits: Array) -> None:
        """Keep the state there from now on, which has a copy of it; visits (images, 1)."""
        self._latents, self._first, self._second, self._visits = latents, first, second, visits

    def forget(self) -> None:
        """Let go of the moments where latents stand still for good."""
        if isinstance(self._first, np.ndarray):
            self._first = self._second = nothing_like(self._first)

    def state(self) -> list[Array]:
        """Everything that steps change, latents included."""
        return [self._latents, self._first, self._second, self._visits]

    def restore(self, state: Sequence[FloatArray]) -> None:
        """Take over the state of another run."""
        for known, stored in zip(self.state(), state, strict=True):
            put(known, stored)

    def step(self, rows: Array, gradient: Array, rate: float) -> None:
        """Move the given rows against their gradient (rows, values)."""
        self._visits[rows] += 1
        visits = self._visits[rows]
        state = self._first[rows], self._second[rows]
        self._first[rows], self._second[rows], moves = row_moves(*state, visits, gradient, rate * self.factors)
        self._latents[rows] -= moves


def row_moves(first: Array, second: Array, visits: Array, gradient: Array, rates: Array) -> tuple[Array, Array, Array]:
    """New means of gradients and of their squares (rows, values), and how far latents move against their gradient.

    visits (rows, 1), this one counted in; rates (values,). With Nesterov's momentum (Dozat, "Incorporating Nesterov
    momentum into Adam", 2016): latents are visited once a pass, so that the newest gradient is worth more than old
    ones.
    """
    first = FIRST_DECAY * first + (1 - FIRST_DECAY) * gradient
    second = SECOND_DECAY * second + (1 - SECOND_DECAY) * gradient * gradient
    spread = (second / (1 - SECOND_DECAY**visits)) ** 0.5 + TINY
    ahead = FIRST_DECAY * first / (1 - FIRST_DECAY ** (visits + 1)) + gradient * (
        (1 - FIRST_DECAY) / (1 - FIRST_DECAY**visits)
    )
    return first, second, rates * ahead / spread
