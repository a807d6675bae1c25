"""Quantization steps of a network that is fitted already, each as coarse as the measured error allows."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import torch

from inrcodec.bitstream.weights import HIGHEST_STEP, LARGEST_WEIGHT, LOWEST_STEP, STEPS_PER_OCTAVE, step_size

GROWTH = 0.02  # of any error, by all tensors together: 0.09 dB
USUAL_STEPS = 384  # in a deviation: where the search begins
TRIES = 3  # for each tensor
LARGEST_LEAP = 64.0  # of the power of errors that one try trusts itself to tell
Losses = Callable[[Sequence[torch.Tensor]], Sequence[float]]


def measured_steps(
    tensors: Sequence[torch.Tensor], losses: Losses, known: Mapping[int, int] | None = None
) -> list[int]:
    """A step for every tensor, as an exponent in quarters of an octave, that leaves all losses as they are.

    losses: what is to be kept, from tensors in the same order; the same places every time. known: steps of tensors, by
    number, that are multiples of these already.
    """
    before, known = losses(tensors), known or {}
    share = GROWTH / len(tensors)
    steps = [
        known[number] if number in known else _coarsest(tensors, number, before, share, losses)
        for number in range(len(tensors))
    ]
    while _growth(losses(_quantized(tensors, steps)), before) > GROWTH:
        finer = [max(step - 1, finest_step(tensor)) for step, tensor in zip(steps, tensors, strict=True)]
        finer = [known.get(number, step) for number, step in enumerate(finer)]
        if finer == steps:
            break
        steps = finer
    return steps


def _coarsest(
    tensors: Sequence[torch.Tensor], number: int, before: Sequence[float], share: float, losses: Losses
) -> int:
    """The coarsest step of one tensor whose rounding alone adds no more than a share to any loss, nearly.

    Rounding errors are noise, whose power is that of the step: what one step adds tells which one to try next.
    """
    tensor, finest = tensors[number], finest_step(tensors[number])
    deviation = float(tensor.square().mean().sqrt()) or 1.0
    coarsest = max(finest, min(HIGHEST_STEP, math.floor(math.log2(deviation) * STEPS_PER_OCTAVE)))
    step = max(finest, min(coarsest, round(math.log2(deviation / USUAL_STEPS) * STEPS_PER_OCTAVE)))
    for _ in range(TRIES):
        changed = [*tensors[:number], rounded(tensor, step), *tensors[number + 1 :]]
        growth = max(_growth(losses(changed), before), share / LARGEST_LEAP)
        better = step + math.floor(0.5 * STEPS_PER_OCTAVE * math.log2(share / growth))
        better = max(finest, min(coarsest, better))
        if better == step:
            break
        step = better
    return step


def _growth(losses: Sequence[float], before: Sequence[float]) -> float:
    return max((after - old) / max(old, 1e-12) for after, old in zip(losses, before, strict=True))


def _quantized(tensors: Sequence[torch.Tensor], steps: Sequence[int]) -> list[torch.Tensor]:
    return [rounded(tensor, step) for tensor, step in zip(tensors, steps, strict=True)]


def rounded(tensor: torch.Tensor, step: int) -> torch.Tensor:
    """As multiples of a step."""
    return (tensor / step_size(step)).round() * step_size(step)


def finest_step(tensor: torch.Tensor) -> int:
    """The finest step whose integers the format holds."""
    largest = float(tensor.abs().max()) or 1.0
    return max(LOWEST_STEP, math.ceil(math.log2(largest / (LARGEST_WEIGHT - 1)) * STEPS_PER_OCTAVE))
