"""Elementary functions of vectors against numpy in float64."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytest.importorskip("numba")

from numba import njit

from inrcodec.fitting.kernels import functions
from inrcodec.fitting.kernels.vector_functions import uniform
from inrcodec.fitting.kernels.vectors import load, store


def applied(function: Any, values: np.ndarray) -> np.ndarray:
    @njit
    def every(source: Any, target: Any) -> None:
        for at in range(0, len(source), 8):
            store(target, at, function(load(source, at)))

    source, target = values.astype(np.float32), np.zeros(len(values), np.float32)
    every(source, target)
    return target.astype(np.float64)


@pytest.mark.parametrize(
    ("function", "expected", "lowest", "highest"),
    [
        (functions.exponential_less_one, np.expm1, -86.0, 0.0),
        (functions.exponential_less_one, np.expm1, -1e-3, 0.0),
        (functions.power_of_two_of, np.exp2, -8.0, 8.0),
        (functions.tanh_of, np.tanh, -12.0, 12.0),
    ],
)
def test_relative_error(function: Any, expected: Callable[..., Any], lowest: float, highest: float) -> None:
    values = np.random.default_rng(0).uniform(lowest, highest, 4096).astype(np.float32)
    right = expected(values.astype(np.float64))
    assert np.abs(applied(function, values) / right - 1).max() < 3e-7


@pytest.mark.parametrize("lowest", [1.5e-5, 0.5, 0.99])
def test_logarithm(lowest: float) -> None:
    values = np.random.default_rng(0).uniform(lowest, 1.0, 4096).astype(np.float32)
    right = np.log2(values.astype(np.float64))
    assert np.abs(applied(functions.log2_of, values) - right).max() < 1e-6


@pytest.mark.parametrize("largest", [1.0, 40.0, 8000.0])
def test_sine_and_cosine(largest: float) -> None:
    @njit
    def both(source: Any, sines: Any, cosines: Any) -> None:
        for at in range(0, len(source), 8):
            sine, cosine = functions.near_sine_cosine(load(source, at))
            store(sines, at, sine)
            store(cosines, at, cosine)

    phases = np.random.default_rng(0).uniform(-largest, largest, 4096).astype(np.float32)
    sines, cosines = np.zeros((2, 4096), np.float32)
    both(phases, sines, cosines)
    assert np.abs(sines - np.sin(phases.astype(np.float64))).max() < 1e-6
    assert np.abs(cosines - np.cos(phases.astype(np.float64))).max() < 1e-6


def test_noise_is_uniform_and_depends_on_its_keys_alone() -> None:
    @njit
    def drawn(first: Any, second: Any, target: Any) -> None:
        for at in range(0, len(target), 8):
            store(target, at, uniform(first, second, at))

    noise, again, other = np.zeros((3, 1 << 16), np.float32)
    drawn(np.uint32(1), np.uint32(2), noise)
    drawn(np.uint32(1), np.uint32(2), again)
    drawn(np.uint32(1), np.uint32(3), other)
    assert (noise == again).all()
    assert abs(np.corrcoef(noise, other)[0, 1]) < 0.02
    assert abs(np.corrcoef(noise[:-1], noise[1:])[0, 1]) < 0.02
    assert noise.min() >= -0.5
    assert noise.max() <= 0.5
    counts, _ = np.histogram(noise, 64, (-0.5, 0.5))
    assert np.abs(counts / 1024 - 1).max() < 0.15
