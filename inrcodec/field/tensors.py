"""What a network is made of before it has values: the shape of each tensor, and where a fit draws it from."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from inrcodec.numerics.arrays import FloatArray


@dataclass(frozen=True)
class TensorSpec:
    """A tensor and the uniform distribution it starts from: `centre` - `spread` to `centre` + `spread`.

    Both are broadcast to its shape only when it is drawn: a hostile header may ask for large tensors.
    """

    shape: tuple[int, ...]
    spread: FloatArray
    centre: FloatArray
    rate: float = 1.0  # how fast it may move, beside the other tensors of a network

    @property
    def count(self) -> int:
        """Elements."""
        return math.prod(self.shape)

    def flat_spread(self) -> FloatArray:
        """The spread of every element, (count,), or (1,) where all have the same."""
        if self.spread.size == 1:
            return self.spread.reshape(1)
        return np.broadcast_to(self.spread, self.shape).reshape(-1)


def uniform(
    shape: tuple[int, ...], spread: float | FloatArray, centre: float | FloatArray = 0.0, rate: float = 1.0
) -> TensorSpec:
    """A tensor whose elements start within `spread` of `centre`."""
    return TensorSpec(shape, np.asarray(spread, np.float32), np.asarray(centre, np.float32), rate)
