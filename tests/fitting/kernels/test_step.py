"""Steps on the kernels against torch's autograd in float64, and against themselves on more threads."""

from __future__ import annotations

import numpy as np
import pytest
import torch

pytest.importorskip("numba")

from inrcodec.field.field import level_shapes
from inrcodec.fitting.distortion import squared
from inrcodec.fitting.kernels.engine import KernelStep, covers
from inrcodec.fitting.kernels.images import ImageGroup
from inrcodec.fitting.kernels.parts import Part, Quantization, noise_keys
from inrcodec.fitting.optimizer import RowAdam
from inrcodec.settings import Architecture, Level, ModelSettings
from tests.fitting.kernels.stepped import ROUNDED, Case, close, model, rates_of

CASES = {
    "usual": Case(48, 48),
    "areas": Case(20, 24, footprint=2),
    "alpha": Case(17, 23, channels=4, model=model(20), images=3),
    "alpha areas": Case(17, 23, channels=4, footprint=2, model=model(8, 1), images=3),
    "gray, fine areas": Case(9, 50, channels=1, footprint=3, model=model(24, 3, context=10)),
    "frames": Case(14, 11, framed=True, model=model(16)),
    "tiny": Case(5, 3, masked=False),
    "one pixel": Case(1, 1),
    "coarse steps": Case(33, 70, model=model(64, 4, (Level(4, 1), Level(1, 5)), 33), images=1),
    "one level": Case(33, 17, footprint=2, model=model(levels=(Level(0, 3),)), margin=None),
    "no finest level": Case(31, 40, model=model(48, levels=(Level(3, 2), Level(1, 4)))),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_losses_and_gradients_are_those_of_autograd(case: Case) -> None:
    outcome = case.step()
    tensors = [torch.from_numpy(tensor).double().requires_grad_() for tensor in case.tensors]
    latents = torch.from_numpy(case.nearest).double().requires_grad_()
    errors, bits, shown = case.expected(latents, tensors)
    assert np.allclose(outcome.shown, shown.numpy(), rtol=1e-5)
    assert np.allclose(outcome.errors, errors.detach().numpy(), rtol=1e-5)
    assert np.allclose(outcome.bits, bits.detach().numpy(), rtol=1e-5)
    first, second = torch.from_numpy(case.scales).double().T
    losses = first * errors + second * bits
    (gradient,) = torch.autograd.grad(losses.sum(), latents, retain_graph=True)
    assert close(case.group.first_moments / 0.1, gradient.numpy())
    gradients = torch.autograd.grad((losses * torch.from_numpy(case.shares)).sum(), tensors)
    found = np.split(outcome.gradient, np.cumsum([tensor.size for tensor in case.tensors])[:-1])
    for ours, theirs in zip(found, gradients, strict=True):
        assert close(ours, theirs.numpy().reshape(-1))


def test_gradients_are_the_slopes_of_the_loss() -> None:
    """Finite differences in float64 of what autograd is compared with, so that both cannot be wrong alike."""
    case = Case(6, 7, model=model(8), images=1, margin=None)
    outcome = case.step()
    direction = np.random.default_rng(1).standard_normal(case.weights.size)
    losses = []
    for sign in (-1, 1):
        moved = case.weights.astype(np.float64) + sign * 1e-5 * direction
        parts = np.split(moved, np.cumsum([tensor.size for tensor in case.tensors])[:-1])
        tensors = [torch.from_numpy(part.reshape(t.shape)) for part, t in zip(parts, case.tensors, strict=True)]
        errors, bits, _ = case.expected(torch.from_numpy(case.nearest).double(), tensors)
        losses.append(float(case.scales[0, 0] * errors + case.scales[0, 1] * bits) * float(case.shares[0]))
    slope = (losses[1] - losses[0]) / 2e-5
    assert slope == pytest.approx(float(outcome.gradient @ direction), rel=1e-4)


@pytest.mark.parametrize("quantization", [Quantization(), Quantization(0.2, 0.6)], ids=["noise", "soft"])
def test_noise_and_soft_rounding(quantization: Quantization) -> None:
    case = Case(12, 12, images=3)
    case.step(quantization)
    latents = torch.from_numpy(case.latents).double().requires_grad_()
    noise = torch.from_numpy(_noise(case)).double()
    if quantization.temperature is None:
        seen = latents + noise
    else:
        seen = _soft(_soft(latents, quantization.temperature) + quantization.noise * noise, quantization.temperature)
    tensors = [torch.from_numpy(tensor).double() for tensor in case.tensors]
    errors, bits, _ = case.expected(seen, tensors)
    first, second = torch.from_numpy(case.scales).double().T
    (gradient,) = torch.autograd.grad((first * errors + second * bits).sum(), latents)
    assert close(case.group.first_moments / 0.1, gradient.numpy())


def _soft(values: torch.Tensor, temperature: float) -> torch.Tensor:
    middle = values.detach().floor() + 0.5
    return middle + 0.5 * torch.tanh((values - middle) / temperature) / np.tanh(0.5 / temperature)


def _noise(case: Case) -> np.ndarray:
    """What the kernels draw for seed 5, made again in whole numbers."""

    def mixed(bits: np.ndarray) -> np.ndarray:
        for shift, factor in ((16, 0x21F0AAAD), (15, 0xD35A2D97)):
            bits = ((bits ^ bits >> shift) * factor) & 0xFFFFFFFF
        return bits ^ bits >> 15

    keys = noise_keys(5, np.arange(case.images)).reshape(-1, 2).astype(np.uint64)
    bits = mixed(np.arange(case.group.values, dtype=np.uint64) ^ keys[:, :1])
    signed = mixed((bits + keys[:, 1:]) & 0xFFFFFFFF).astype(np.uint32).astype(np.int32)
    return (signed >> 8) / 2.0**24


def by_latent(case: Case, values: list[float]) -> np.ndarray:
    """A value of each level for every latent of it."""
    shapes = level_shapes(case.model, case.height, case.width)
    return np.repeat(np.float32(values), [channels * down * across for channels, down, across in shapes])


def test_latents_move_as_with_row_adam() -> None:
    case = Case(9, 11)
    rates = [0.6, 0.85, 1.2]
    case.group = ImageGroup(case.model, case.targets, case.visible, rates=by_latent(case, rates))
    case.group.latents[:] = case.latents
    latents = torch.from_numpy(case.latents).clone()
    adam = RowAdam(latents, torch.from_numpy(by_latent(case, rates)))
    kernels = KernelStep(case.model, case.channels)
    before = np.zeros_like(case.group.first_moments)
    for step in range(4):
        kernels.step(case.weights, [case.part], Quantization(), rates_of(0.1), step)
        gradient = (case.group.first_moments - 0.9 * before) / 0.1
        before = case.group.first_moments.copy()
        adam.step(torch.arange(case.images), torch.from_numpy(gradient), 0.1)
    assert np.abs(case.group.latents - latents.numpy()).max() < 2e-3
    assert (case.group.visits == 4).all()


def test_rates_and_limits_of_latents() -> None:
    case = Case(8, 8, images=1)
    ends = by_latent(case, [0, 0, 1])
    group = ImageGroup(case.model, case.targets, rates=by_latent(case, [0, 1, 1]), limits=(-ends, ends))
    kernels = KernelStep(case.model, case.channels)
    row = np.zeros(1, np.int64)
    for step in range(30):
        kernels.step(
            case.weights, [Part(group, row, row, case.scales, case.shares)], Quantization(), rates_of(0.1), step
        )
    assert (group.latents[:, :-64] == 0).all()
    assert 0 < np.abs(group.latents[:, -64:]).max() <= 1


def test_pictures_may_be_whole_numbers() -> None:
    case = Case(13, 10)
    octets = np.rint(case.targets * 255).astype(np.uint8)
    case.group = ImageGroup(case.model, (octets / 255).astype(np.float32))
    as_floats = case.step()
    case.group = ImageGroup(case.model, octets)
    as_octets = case.step()
    assert np.allclose(as_floats.errors, as_octets.errors, rtol=1e-5)
    assert close(as_octets.gradient, as_floats.gradient)


@pytest.mark.parametrize("workers", [2, 3])
def test_any_number_of_threads_gives_the_same_bits(workers: int) -> None:
    one, other = Case(12, 17, images=5), Case(12, 17, images=5)
    first, second = one.step(Quantization(0.2, 0.5)), other.step(Quantization(0.2, 0.5), workers=workers)
    assert first.gradient.tobytes() == second.gradient.tobytes()
    assert first.errors.tobytes() == second.errors.tobytes()
    assert one.group.first_moments.tobytes() == other.group.first_moments.tobytes()


@pytest.mark.parametrize("size", [(3, 5), (13, 18), (24, 24)])
def test_weights_learn_from_a_part_of_the_points_that_counts_as_often(size: tuple[int, int]) -> None:
    """Over many visits the mean is what all points tell; what does not depend on points is as it was."""
    case = Case(*size, images=1)
    whole, visits = case.step().gradient, 400
    seen = np.array([case.step(seed=seed, thinned=4).gradient for seed in range(visits)])
    parts = np.unique(seen, axis=0)
    assert 1 < len(parts) <= 4
    assert close(parts.mean(axis=0) if len(parts) == 4 else whole, whole)
    spread = seen.std(axis=0) / np.sqrt(visits)
    assert (np.abs(seen.mean(axis=0) - whole) <= 5 * spread + 1e-5 * np.abs(whole).max()).all()


def test_images_of_several_sizes_in_one_step() -> None:
    cases = [Case(12, 17, images=3), Case(20, 9, images=2), Case(7, 7, images=1)]
    outcomes = [case.step() for case in cases]
    kernels = KernelStep(cases[0].model, 3, workers=2)
    together = kernels.step(cases[0].weights, [case.part for case in cases], ROUNDED, None, 0, margin=squared.MARGIN)
    kernels.close()
    assert (together.errors == np.concatenate([outcome.errors for outcome in outcomes])).all()
    assert close(together.gradient, np.sum([outcome.gradient for outcome in outcomes], axis=0))


def test_phases_of_any_size() -> None:
    case = Case(6, 6, model=model(8))
    case.tensors[0][:8] *= 1e6
    assert np.isfinite(case.step().gradient).all()
    case.tensors[0][:8] = np.nan
    assert np.isnan(case.step().errors).all()


@pytest.mark.parametrize(
    ("settings", "covered"),
    [
        (ModelSettings(), True),
        (ModelSettings(architecture=Architecture("relu")), False),
        (ModelSettings("grid", levels=()), False),
        (ModelSettings(levels=(Level(31, 8), Level(0, 1))), False),
        (ModelSettings(hidden_width=512), False),
    ],
)
def test_designs_that_are_covered(settings: ModelSettings, covered: bool) -> None:
    assert covers(settings, 3) == covered
