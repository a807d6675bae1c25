"""Whether a device computes a step as the CPU does: operations may be missing there, or wrong."""

from __future__ import annotations

import numpy as np
import torch

from inrcodec.field.conditioning import model_for
from inrcodec.field.field import Field, field_specs, level_shapes
from inrcodec.fitting.entropy import entropy_model
from inrcodec.fitting.initial import initial_context, initial_network
from inrcodec.fitting.optimizer import RowAdam
from inrcodec.fitting.quantize import soft_rounded
from inrcodec.numerics.coordinates import Axis

SIDE, IMAGES = 12, 2
TOLERANCE = 1e-3  # relative to the largest value: float32 with sums in any order


def agrees_with_cpu(device: torch.device) -> bool:
    """Loss, gradients and moved latents of a small step there are those of the CPU, or it cannot do one."""
    try:
        found = _step(device)
    except (RuntimeError, TypeError, AssertionError):  # NotImplementedError among them: torch says it in many ways
        return False
    return all(_close(one, other) for one, other in zip(found, _step(torch.device("cpu")), strict=True))


def _close(found: torch.Tensor, wanted: torch.Tensor) -> bool:
    return bool((found.cpu() - wanted).abs().max() <= TOLERANCE * wanted.abs().max())


def _step(device: torch.device) -> list[torch.Tensor]:
    """A step of the usual design on made-up images: distortion, bits, every gradient, and latents after their Adam."""
    model, generator = model_for("pyramid", IMAGES * SIDE**2), torch.Generator().manual_seed(0)
    entropy, random = entropy_model(model), np.random.default_rng(0)
    drawn = initial_network(field_specs(model, 3, IMAGES), random), initial_context(model, random)
    network, context = ([torch.from_numpy(part).to(device).requires_grad_() for part in parts] for parts in drawn)
    shapes = level_shapes(model, SIDE, SIDE)
    counts = [channels * down * across for channels, down, across in shapes]
    rows = (torch.rand(IMAGES, sum(counts), generator=generator) * 6 - 3).to(device).requires_grad_()
    softened = soft_rounded(rows, 0.3, 0.0, torch.Generator(device).manual_seed(0))
    levels = [
        part.reshape(-1, *shape).transpose(0, 1)
        for part, shape in zip(torch.split(softened, counts, 1), shapes, strict=True)
    ]
    inputs = torch.zeros(IMAGES, 0, device=device)
    drawn = Field(model, 3, tuple(network)).pixels(levels, inputs, Axis(SIDE), Axis(SIDE), (1, 1))
    distortion, bits = (drawn - 0.5).square().mean(), entropy.bits(context, levels).mean()
    gradients = torch.autograd.grad(distortion + bits, [*network, *context, rows])
    latents = rows.detach().clone()
    RowAdam(latents, torch.ones_like(latents[0])).step(torch.arange(IMAGES, device=device), gradients[-1], 0.1)
    return [distortion.detach(), bits.detach(), *gradients, latents]
