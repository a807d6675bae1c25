"""From real numbers to the integers of the file: noise first, then rounding with a straight-through gradient."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

from inrcodec.bitstream.context import CONTEXT_STEP
from inrcodec.bitstream.weights import LARGEST_LATENT, LARGEST_WEIGHT, STEPS_PER_OCTAVE, CodedTensor, step_size
from inrcodec.settings import ModelSettings

STEPS_PER_DEVIATION = 384.0  # of a weight, in quantization steps: coarser ones cost more distortion than they save
STEPS_WITHOUT_LATENTS = 48.0  # the same where the network is nearly all of the file


def with_noise(latents: torch.Tensor, noise: torch.Generator) -> torch.Tensor:
    """Latents plus uniform noise as wide as a quantization step (Balle et al. 2017, section 3)."""
    return latents + _uniform(latents, noise)


def soft_rounded(latents: torch.Tensor, temperature: float, width: float, noise: torch.Generator) -> torch.Tensor:
    """Soft rounding, noise of the given width, soft rounding again; low temperatures approach plain rounding.

    Agustsson and Theis, "Universally quantized neural compression", 2020, equation 8; the schedule follows C3 (Kim et
    al. 2023, section 3.2).
    """
    noisy = _soft_round(latents, temperature) + _uniform(latents, noise) * width
    return _soft_round(noisy, temperature)


def _uniform(latents: torch.Tensor, noise: torch.Generator) -> torch.Tensor:
    """As many numbers from -1/2 to 1/2."""
    return torch.rand(latents.shape, generator=noise, device=latents.device) - 0.5


def _soft_round(values: torch.Tensor, temperature: float) -> torch.Tensor:
    middle = values.detach().floor() + 0.5
    return middle + 0.5 * torch.tanh((values - middle) / temperature) / math.tanh(0.5 / temperature)


def rounded(values: torch.Tensor, step: float = 1.0) -> torch.Tensor:
    """Values rounded to multiples of `step`; the gradient passes straight through (Bengio et al. 2013)."""
    return values + ((values / step).round() * step - values).detach()


def choose_weight_steps(tensors: Sequence[torch.Tensor], model: ModelSettings) -> list[int]:
    """A quantization step for every tensor, as an exponent in quarters of an octave, from its root mean square."""
    steps, finer = [], STEPS_PER_DEVIATION if model.spatial else STEPS_WITHOUT_LATENTS
    for tensor in tensors:
        deviation = float(tensor.detach().square().mean().sqrt()) or 1.0
        exponent = torch.tensor(deviation / finer).log2() * STEPS_PER_OCTAVE
        steps.append(int(exponent.round().clamp(-80, 16)))
    return steps


def coded_weights(tensors: Sequence[torch.Tensor], steps: Sequence[int]) -> tuple[CodedTensor, ...]:
    """The integers of each tensor at its step."""
    pairs = zip(tensors, steps, strict=True)
    return tuple(CodedTensor(_integers(tensor / step_size(step)), step) for tensor, step in pairs)


def coded_context(tensors: Sequence[torch.Tensor]) -> tuple[CodedTensor, ...]:
    """The integers of the context model's tensors."""
    return coded_weights(tensors, [CONTEXT_STEP] * len(tensors))


def coded_latents(latents: torch.Tensor) -> torch.Tensor:
    """Latents as int16, on the CPU."""
    return latents.detach().round().clamp(-LARGEST_LATENT, LARGEST_LATENT).to("cpu", torch.int16)


def _integers(values: torch.Tensor) -> npt.NDArray[np.int64]:
    whole = values.detach().round().clamp(-LARGEST_WEIGHT, LARGEST_WEIGHT).to("cpu", torch.int64)
    return np.asarray(whole.numpy(), dtype=np.int64)
