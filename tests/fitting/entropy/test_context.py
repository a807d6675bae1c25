"""The estimate of bits during the fit against the bits of the file."""

from __future__ import annotations

import numpy as np
import torch

from inrcodec.bitstream.context import level_contexts
from inrcodec.bitstream.latents import LatentCodec
from inrcodec.field.field import level_shapes
from inrcodec.fitting.coding import coded_context
from inrcodec.fitting.entropy.context import latent_bits
from inrcodec.fitting.initial import initial_context
from inrcodec.settings import ModelSettings

MODEL = ModelSettings()


def random_context() -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    tensors = [torch.from_numpy(tensor) for tensor in initial_context(MODEL, np.random.default_rng(3))]
    noisy = [tensor + 0.3 * torch.randn(tensor.shape, generator=generator) for tensor in tensors]
    return [(tensor * 64).round() / 64 for tensor in noisy]


def random_levels(sizes: list[tuple[int, int]]) -> list[tuple[np.ndarray, ...]]:
    rng = np.random.default_rng(4)
    return [
        tuple(
            np.rint(rng.laplace(0, 1.5, shape)).astype(np.int16).clip(-12, 12) for shape in level_shapes(MODEL, *size)
        )
        for size in sizes
    ]


def test_estimate_matches_the_coded_size() -> None:
    sizes = [(24, 24)] * 4
    context, images = random_context(), random_levels(sizes)
    levels = [torch.from_numpy(np.stack(level, axis=1)).float() for level in zip(*images, strict=True)]
    estimate = latent_bits(MODEL, context, levels)
    channels = sum(level.channels for level in MODEL.levels)
    codec = LatentCodec(MODEL, level_contexts(MODEL, coded_context(context)), ((-12, 12),) * channels)
    payload, bits = codec.encode(images, sizes)
    assert abs(8 * len(payload) - bits.sum()) < 40
    assert abs(float(estimate.sum()) / bits.sum() - 1.0) < 0.01


def test_rate_has_a_gradient_for_every_latent_and_weight() -> None:
    context = [tensor.requires_grad_() for tensor in random_context()]
    images = random_levels([(16, 9)])
    levels = [torch.from_numpy(level[:, None]).float().requires_grad_() for level in images[0]]
    gradients = torch.autograd.grad(latent_bits(MODEL, context, levels).sum(), [*levels, *context])
    for gradient in gradients[: len(levels)]:
        assert (gradient != 0).float().mean() > 0.9
    assert all(bool(gradient.isfinite().all()) and bool(gradient.any()) for gradient in gradients)


def test_gradient_is_the_derivative_of_the_estimate() -> None:
    context = [tensor.double() for tensor in random_context()]
    levels = [torch.from_numpy(level[:, None]).double() for level in random_levels([(5, 6)])[0]]
    levels = [level + 0.2 * torch.rand(level.shape, dtype=torch.float64) for level in levels]
    inputs = tuple(level.requires_grad_() for level in levels)
    assert torch.autograd.gradcheck(lambda *given: latent_bits(MODEL, context, given), inputs, atol=1e-4)
