"""Latents become whole numbers by what they cost: the sweep keeps its books right, and the loss gets smaller."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from inrcodec.fitting import rounding
from inrcodec.fitting.groups import Group
from inrcodec.fitting.objective import distortions, pixel_errors, rate
from inrcodec.fitting.run import Run, start
from inrcodec.settings import FitSettings, ModelSettings

SIZES = [(13, 18), (13, 18), (8, 5)]


@pytest.fixture
def run() -> Run:
    rng = np.random.default_rng(1)
    made = start([rng.random((*size, 3), dtype=np.float32) for size in SIZES], ModelSettings(), FitSettings(1e-3))
    generator = torch.Generator().manual_seed(2)
    for group in made.groups:
        group.latents.copy_(3 * torch.randn(group.latents.shape, generator=generator))
    with torch.no_grad():
        for leaf in made.leaves:
            leaf += 0.1 * torch.randn(leaf.shape, generator=generator)
    return made


def loss(run: Run, group: Group) -> float:
    images = torch.arange(len(group.numbers))
    with torch.no_grad():
        error = sum(float(part) for part, _ in distortions(run, group, images, group.latents))
        return error + run.rate_control.weight * float(rate(run, group, images, group.latents))


def test_the_sweep_knows_errors_and_bits_of_what_it_chose(run: Run) -> None:
    """Decisions that are taken at once do not touch each other, or these would differ."""
    for group in run.groups:
        images = torch.arange(len(group.numbers))
        real = group.latents.clone()
        sweep = rounding._Sweep(run, group, images, real.round())
        for number, (channels, _, _) in enumerate(group.shapes):
            other = group.levels(real.round() + torch.sign(real - real.round()))[number]
            for channel in range(channels):
                for phase in ((0, 0), (1, 3), (2, 1), (3, 2)):
                    sweep.visit(number, channel, phase, other)
        torch.testing.assert_close(sweep._errors, pixel_errors(run, group, images, sweep._latents))
        for number, bits in enumerate(sweep._bits):
            torch.testing.assert_close(bits, sweep._level_bits(number), rtol=1e-4, atol=1e-4)


def test_every_level_that_is_decided_lowers_the_loss(run: Run) -> None:
    real = [group.latents.clone() for group in run.groups]
    losses = []
    for levels in range(4):
        for group, latents in zip(run.groups, real, strict=True):
            group.latents.copy_(latents)
        rounding.decide(run, levels)
        losses.append(sum(loss(run, group) for group in run.groups))
        assert all(bool((group.latents == group.latents.round()).all()) for group in run.groups)
    assert losses == sorted(losses, reverse=True)
    assert losses[3] < losses[0]


def test_short_fits_decide_fewer_levels() -> None:
    assert [rounding.levels_within(ModelSettings(), passes) for passes in (20, 50, 350, 400)] == [0, 1, 2, 3]
