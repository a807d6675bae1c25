"""Quantization steps of the weights by what they do to the pictures: each tensor as coarse as its error is worth."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from inrcodec.bitstream.weights import LARGEST_WEIGHT, LOWEST_STEP, STEPS_PER_OCTAVE, step_size
from inrcodec.fitting.arrays import host
from inrcodec.fitting.coding import choose_weight_steps, deviation
from inrcodec.fitting.groups import Numbers
from inrcodec.fitting.run import Run
from inrcodec.numerics.arrays import FloatArray

SAMPLE_PIXELS = 1 << 16  # that an error is measured on
PAIRS = (1, 3)  # of perturbations per tensor, by rounds: the first steps only tell the size of the next perturbations
LEAST_PASSES = 50  # of a fit: measuring takes as long as two or three
COARSEST, FINEST = 4.0, 1 << 13  # steps per root mean square of a tensor, at least and at most
Error = Callable[[Sequence[FloatArray]], float]
VARIANCE = 1 / 12  # of rounding, in steps


def sensitive_steps(run: Run, error: Error) -> list[int]:
    """A step for every tensor of the network, as exponents in quarters of an octave.

    error: the mean squared one of some images with another network in place of the run's; see `StepEngine.error`.

    n weights at a step d take n log2(1 / d) bits and some more, and raise the error by s d^2 / 12, where s is the rise
    per unit of variance. So error + lambda * bits is least at d^2 = 6 lambda n / (s ln 2), lambda per bit of the set.
    """
    network = [host(tensor) for tensor in run.network]
    steps = choose_weight_steps(network, run.model)
    noise = np.random.default_rng(run.settings.seed)
    weight_of_bit = run.rate_control.weight / run.pixels
    for pairs in PAIRS:
        rises = rises_of(network, error, steps, pairs, noise)
        wanted = [
            6 * weight_of_bit * tensor.size / (math.log(2) * rise) if rise > 0 else math.inf
            for tensor, rise in zip(network, rises, strict=True)
        ]
        steps = [_bounded(tensor, variance) for tensor, variance in zip(network, wanted, strict=True)]
    return steps


def _bounded(tensor: FloatArray, square: float) -> int:
    """The exponent of a step with that square, within what suits the tensor and what a file can hold."""
    usual, largest = deviation(tensor), float(np.abs(tensor).max()) or 1.0
    finest = max(usual / FINEST, 2 * largest / LARGEST_WEIGHT)  # weights go on to move, so leave them room
    step = min(max(math.sqrt(square), finest), usual / COARSEST)
    return max(LOWEST_STEP, round(math.log2(step) * STEPS_PER_OCTAVE))


def rises_of(
    network: Sequence[FloatArray], error: Error, steps: Sequence[int], pairs: int, noise: np.random.Generator
) -> list[float]:
    """How much the mean squared error rises per unit of variance of each tensor, measured at the size of its step.

    Every perturbation is used with both signs: what the error does in proportion to it cancels out.
    """
    before, rises = error(network), []
    for number, step in enumerate(steps):
        rise = 0.0
        for _ in range(pairs):
            apart = noise.uniform(-0.5, 0.5, network[number].shape) * step_size(step)
            for sign in (1, -1):
                other = list(network)
                other[number] = np.asarray(network[number] + sign * apart, dtype=np.float32)
                rise += error(other) - before
        rises.append(rise / (2 * pairs * VARIANCE * step_size(step) ** 2))
    return rises


def sampled(run: Run) -> Iterator[tuple[int, Numbers]]:
    """Every n-th image or window of the set: groups by number, and units."""
    stride, first = max(1, run.pixels // SAMPLE_PIXELS), 0
    for number, group in enumerate(run.groups):
        units = np.arange(first, group.units, stride)
        first = (first - group.units) % stride
        if len(units):
            yield number, units
