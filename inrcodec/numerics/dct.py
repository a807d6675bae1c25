"""The discrete cosine transform along an axis, by one FFT of the same length; numpy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]


def dct(values: Doubles, axis: int) -> Doubles:
    """The transform of type II, not normalized: 2 sum of values[n] cos(pi k (2 n + 1) / 2 N).

    Makhoul, "A fast cosine transform in one and two dimensions", 1980.
    """
    moved = np.moveaxis(values, axis, -1)
    count = moved.shape[-1]
    folded = np.concatenate([moved[..., ::2], moved[..., 1::2][..., ::-1]], axis=-1)
    turned = np.fft.fft(folded, axis=-1) * np.exp(-0.5j * np.pi * np.arange(count) / count)
    return np.moveaxis(2.0 * turned.real, -1, axis)


def inverse_dct(values: Doubles, axis: int) -> Doubles:
    """The inverse of `dct`."""
    moved = np.moveaxis(values, axis, -1)
    count = moved.shape[-1]
    mirrored = np.concatenate([np.zeros_like(moved[..., :1]), moved[..., :0:-1]], axis=-1)
    turned = 0.5 * (moved - 1j * mirrored) * np.exp(0.5j * np.pi * np.arange(count) / count)
    folded = np.fft.ifft(turned, axis=-1).real
    found = np.empty_like(folded)
    found[..., ::2], found[..., 1::2] = folded[..., : (count + 1) // 2], folded[..., (count + 1) // 2 :][..., ::-1]
    return np.moveaxis(found, -1, axis)


def dct_rates(count: int) -> Doubles:
    """Eigenvalues (count,) of minus the second difference with mirrored borders, of which cosines are eigenvectors."""
    return np.asarray(2.0 - 2.0 * np.cos(np.pi * np.arange(count) / count))
