"""A Gaussian blur."""

from __future__ import annotations

import numpy as np

from inrcodec.numerics.arrays import FloatArray


def blurred(values: FloatArray, sigma: float) -> FloatArray:
    """Gaussian over the first two axes, the border repeated."""
    radius = int(np.ceil(2.5 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    for axis in (0, 1):
        padding = [(radius, radius) if one == axis else (0, 0) for one in range(values.ndim)]
        padded, length = np.pad(values, padding, mode="edge"), values.shape[axis]
        values = sum(
            (weight * np.take(padded, range(tap, tap + length), axis=axis) for tap, weight in enumerate(kernel)),
            start=np.zeros_like(values),
        )
    return np.asarray(values, dtype=np.float32)
