"""What a network is made of before it has values: the shape of each tensor, and where a fit draws it from."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from inrcodec.numerics.arrays import FloatArray


@dataclass(frozen=True)
class TensorSpec:
    """A tensor and the uniform distribution it starts from: `center` - `half_width` to `center` + `half_width`.

    All are broadcast to its shape only when it is drawn: a hostile header may ask for large tensors.
    """

    shape: tuple[int, ...]
    half_width: FloatArray
    center: FloatArray
    rate: FloatArray  # how fast its elements may move, beside those of the other tensors of a network

    @property
    def count(self) -> int:
        """Elements."""
        return math.prod(self.shape)

    def flat_half_width(self) -> FloatArray:
        """The half-width of every element, (count,), or (1,) where all have the same."""
        if self.half_width.size == 1:
            return self.half_width.reshape(1)
        return np.broadcast_to(self.half_width, self.shape).reshape(-1)


def faster(spec: TensorSpec, times: float) -> TensorSpec:
    """The same tensor, whose elements may move that many times as fast."""
    return replace(spec, rate=np.float32(times) * spec.rate)


def uniform(
    shape: tuple[int, ...],
    half_width: float | FloatArray,
    center: float | FloatArray = 0.0,
    rate: float | FloatArray = 1.0,
) -> TensorSpec:
    """A tensor whose elements start within `half_width` of `center`."""
    return TensorSpec(shape, *(np.asarray(part, np.float32) for part in (half_width, center, rate)))
