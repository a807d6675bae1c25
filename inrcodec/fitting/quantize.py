"""Latents as the loss sees them before they are whole numbers: with noise first, then softly rounded."""

from __future__ import annotations

import math

import torch


def with_noise(latents: torch.Tensor, noise: torch.Generator) -> torch.Tensor:
    """Latents plus uniform noise as wide as a quantization step (Balle et al. 2017, section 3)."""
    return latents + _uniform(latents, noise)


def soft_rounded(
    latents: torch.Tensor,
    temperature: float | torch.Tensor,
    width: float | torch.Tensor,
    noise: torch.Generator,
    ceiling: torch.Tensor | None = None,
) -> torch.Tensor:
    """Soft rounding, noise of the given width, soft rounding again; low temperatures approach plain rounding.

    Agustsson and Theis, "Universally quantized neural compression", 2020, equation 8; the schedule follows C3 (Kim et
    al. 2023, section 3.2). ceiling: tanh(1 / 2 temperature), where the temperature is a tensor.
    """
    highest = math.tanh(0.5 / float(temperature)) if ceiling is None else ceiling
    noisy = _soft_round(latents, temperature, highest) + _uniform(latents, noise) * width
    return _soft_round(noisy, temperature, highest)


def _uniform(latents: torch.Tensor, noise: torch.Generator) -> torch.Tensor:
    """As many numbers from -1/2 to 1/2."""
    return torch.rand(latents.shape, generator=noise, device=latents.device) - 0.5


def _soft_round(values: torch.Tensor, temperature: float | torch.Tensor, ceiling: float | torch.Tensor) -> torch.Tensor:
    middle = values.detach().floor() + 0.5
    return middle + 0.5 * torch.tanh((values - middle) / temperature) / ceiling
