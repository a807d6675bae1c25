"""Arrays of either library, numpy's or torch's: what a fit does to them outside of steps, without loading torch."""

from __future__ import annotations

from typing import Any

import numpy as np

from inrcodec.numerics.arrays import FloatArray, namespace_of

Array = Any  # of numpy or torch


def host(values: Array) -> FloatArray:
    """The numbers as a numpy array: the array itself, or a view where memory can be shared, without gradients."""
    return values if isinstance(values, np.ndarray) else np.asarray(values.detach().cpu().numpy())


def put(target: Array, stored: FloatArray) -> None:
    """Overwrite an array, whatever library it is of; ValueError where shapes differ."""
    if tuple(target.shape) != tuple(stored.shape):
        raise ValueError(f"an array of shape {stored.shape} in place of {tuple(target.shape)}")
    if isinstance(target, np.ndarray):
        target[...] = stored
    else:
        target.data.copy_(target.new_tensor(stored))


def rounded(values: Array, step: float = 1.0) -> Array:
    """Values rounded to multiples of `step`; a gradient passes straight through (Bengio et al. 2013)."""
    whole = namespace_of(values).round(values / step) * step
    return whole if isinstance(values, np.ndarray) else values + (whole - values).detach()


def whole(values: Array) -> Array:
    """The nearest whole numbers, without gradients."""
    found = namespace_of(values).round(values)
    return found if isinstance(values, np.ndarray) else found.detach()


def like(values: FloatArray, other: Array) -> Array:
    """Values as an array of the same library and device as another one."""
    return values if isinstance(other, np.ndarray) else other.new_tensor(values)


def nothing_like(values: FloatArray) -> FloatArray:
    """Zeros of that shape, which cannot be changed and take no memory."""
    return np.broadcast_to(np.float32(0.0), values.shape)


def copy_of(values: FloatArray) -> FloatArray:
    """A copy; of what `nothing_like` gives, the same."""
    return values if not any(values.strides) and values.size > 1 else values.copy()
