"""Quantization steps of the weights by what they do to the pictures: each tensor as coarse as its error is worth."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import torch

from inrcodec.bitstream.weights import LARGEST_WEIGHT, LOWEST_STEP, STEPS_PER_OCTAVE, step_size
from inrcodec.fitting.objective import distortions
from inrcodec.fitting.quantize import choose_weight_steps
from inrcodec.fitting.run import Run
from inrcodec.fitting.subsample import STRIDES, Subsample

SAMPLE_PIXELS = 1 << 16  # that an error is measured on
PAIRS = (1, 3)  # of perturbations per tensor, by rounds: the first steps only tell the size of the next perturbations
LEAST_PASSES = 50  # of a fit: measuring takes as long as two or three
COARSEST, FINEST = 4.0, 1 << 13  # steps per root mean square of a tensor, at least and at most
Error = Callable[[Sequence[torch.Tensor]], float]
VARIANCE = 1 / 12  # of rounding, in steps


@torch.no_grad()
def sensitive_steps(run: Run, error: Error | None = None) -> list[int]:
    """A step for every tensor of the network, as exponents in quarters of an octave.

    error: of some images with another network in place of the run's; see `mean_error`.

    n weights at a step d take n log2(1 / d) bits and some more, and raise the error by s d^2 / 12, where s is the rise
    per unit of variance. So error + lambda * bits is least at d^2 = 6 lambda n / (s ln 2), lambda per bit of the set.
    """
    steps = choose_weight_steps(run.network, run.model)
    noise = torch.Generator().manual_seed(run.settings.seed)
    weight_of_bit = run.rate_control.weight / run.pixels
    for pairs in PAIRS:
        rises = _rises(run, error or partial(mean_error, run), steps, pairs, noise)
        wanted = [
            6 * weight_of_bit * tensor.numel() / (math.log(2) * rise) if rise > 0 else math.inf
            for tensor, rise in zip(run.network, rises, strict=True)
        ]
        steps = [_bounded(tensor, variance) for tensor, variance in zip(run.network, wanted, strict=True)]
    return steps


def _bounded(tensor: torch.Tensor, square: float) -> int:
    """The exponent of a step with that square, within what suits the tensor and what a file can hold."""
    deviation = float(tensor.square().mean().sqrt()) or 1.0
    largest = float(tensor.abs().max()) or 1.0
    finest = max(deviation / FINEST, 2 * largest / LARGEST_WEIGHT)  # weights go on to move, so leave them room
    step = min(max(math.sqrt(square), finest), deviation / COARSEST)
    return max(LOWEST_STEP, round(math.log2(step) * STEPS_PER_OCTAVE))


def _rises(run: Run, error: Error, steps: list[int], pairs: int, noise: torch.Generator) -> list[float]:
    """How much the mean squared error rises per unit of variance of each tensor, measured at the size of its step.

    Every perturbation is used with both signs: what the error does in proportion to it cancels out.
    """
    before, rises = error(run.network), []
    for number, step in enumerate(steps):
        rise = 0.0
        for _ in range(pairs):
            apart = (torch.rand(run.network[number].shape, generator=noise) - 0.5) * step_size(step)
            for sign in (1, -1):
                network = list(run.network)
                network[number] = network[number] + sign * apart.to(network[number].device)
                rise += error(network) - before
        rises.append(rise / (2 * pairs * VARIANCE * step_size(step) ** 2))
    return rises


@torch.no_grad()
def mean_error(run: Run, network: Sequence[torch.Tensor]) -> float:
    """Mean squared error of some images with their latents rounded, drawn by a network."""
    run = replace(run, network=list(network))
    total, weight = 0.0, 0
    for number, images in sampled(run):
        group = run.groups[number]
        subsample = Subsample(
            next((one for one in (1, *reversed(STRIDES)) if group.pixels <= SAMPLE_PIXELS * one**2), 8)
        )
        for share, _ in distortions(run, group, images, run.latents(group, images).round(), subsample):
            total += float(share) * len(images) * group.pixels
        weight += len(images) * group.pixels
    return total / weight


def sampled(run: Run) -> Iterator[tuple[int, torch.Tensor]]:
    """Every n-th image of the set: groups by number, and rows."""
    stride, first = max(1, run.pixels // SAMPLE_PIXELS), 0
    for number, group in enumerate(run.groups):
        rows = torch.arange(first, len(group.numbers), stride, device=group.latents.device)
        first = (first - len(group.numbers)) % stride
        if len(rows):
            yield number, rows
