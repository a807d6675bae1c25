"""Latents become whole numbers by what they cost: the sweep keeps its books right, and the loss gets smaller."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from inrcodec.field.conditioning import model_for
from inrcodec.fitting import rounding
from inrcodec.fitting.decisions import RoundingTask
from inrcodec.fitting.engine import Fit
from inrcodec.fitting.groups import Group
from inrcodec.fitting.objective import distortions, pixel_errors, rate
from inrcodec.fitting.pace import rounded_levels
from inrcodec.fitting.rounding import RoundingContext, batches
from inrcodec.fitting.run import Run, start
from inrcodec.fitting.torch_run import as_tensors
from inrcodec.fitting.trials import Ledger
from inrcodec.fitting.workers import Workers
from inrcodec.settings import FitSettings, ModelSettings

WEIGHT = 1e-3
SIZES = [(13, 18), (13, 18), (8, 5)]


@pytest.fixture(params=[1, 2])
def run(request: pytest.FixtureRequest) -> Run:
    """Of pixels that are points, and of areas."""
    rng = np.random.default_rng(1)
    model = ModelSettings(footprint=request.param)
    made = start([rng.random((*size, 3), dtype=np.float32) for size in SIZES], model, FitSettings(WEIGHT))
    made.footprint = request.param
    made = as_tensors(made)
    generator = torch.Generator().manual_seed(2)
    for group in made.groups:
        group.latents.copy_(3 * torch.randn(group.latents.shape, generator=generator))
    with torch.no_grad():
        for leaf in made.leaves:
            leaf += 0.1 * torch.randn(leaf.shape, generator=generator)
    return made


def rounded(run: Run, levels: int) -> None:
    context = RoundingContext(
        levels=levels, rate_weight=WEIGHT, footprint=run.footprint, weight_steps=[], released=False
    )
    for batch in batches(run, 1):
        RoundingTask(context).process(run, batch, 0, torch.empty(0))


def loss(run: Run, group: Group) -> float:
    images = torch.arange(len(group.numbers))
    with torch.no_grad():
        error = sum(float(part) for part, _ in distortions(run, group, images, group.latents))
        return error + WEIGHT * float(rate(run, group, images, group.latents))


def test_the_sweep_knows_errors_and_bits_of_what_it_chose(run: Run) -> None:
    """Decisions that are taken at once do not touch each other, or these would differ."""
    for group in run.groups:
        images = torch.arange(len(group.numbers))
        real = group.latents.clone()
        ledger = Ledger(run, group, images, real.round())
        for number in range(len(group.shapes)):
            for place in ledger.places(number)[::3]:
                other = ledger.at(place) + torch.sign(ledger.pick(real, place) - ledger.at(place))
                trial = ledger.attempt(place, other)
                ledger.accept(trial, trial.errors + WEIGHT * trial.bits < 0)
        torch.testing.assert_close(ledger._errors, pixel_errors(run, group, images, ledger._latents))
        for number, bits in enumerate(ledger._bits):
            torch.testing.assert_close(bits, ledger._level_bits(number), rtol=1e-4, atol=1e-4)


def test_every_level_that_is_decided_lowers_the_loss(run: Run) -> None:
    real = [group.latents.clone() for group in run.groups]
    losses = []
    for levels in range(4):
        for group, latents in zip(run.groups, real, strict=True):
            group.latents.copy_(latents)
        rounded(run, levels)
        losses.append(sum(loss(run, group) for group in run.groups))
        assert all(bool((group.latents == group.latents.round()).all()) for group in run.groups)
    assert losses == sorted(losses, reverse=True)
    assert losses[3] < losses[0]


def test_workers_decide_what_one_would(run: Run) -> None:
    real = [group.latents.clone() for group in run.groups]
    rounded(run, 3)
    alone = [group.latents.clone() for group in run.groups]
    for group, latents in zip(run.groups, real, strict=True):
        group.latents.copy_(latents)
    context = RoundingContext(levels=3, rate_weight=WEIGHT, footprint=run.footprint, weight_steps=[], released=False)
    with Workers(run, 2) as workers:
        for batch in batches(run, 2):
            workers.round_latents(context, batch)
    for group, latents in zip(run.groups, alone, strict=True):
        torch.testing.assert_close(group.latents, latents)


def test_short_fits_decide_fewer_levels() -> None:
    assert [rounded_levels(ModelSettings(), passes) for passes in (20, 50, 350, 400)] == [0, 1, 2, 3]
    assert rounded_levels(model_for("latent", 1000), 5000) == 0


def test_a_fit_that_is_stopped_while_it_rounds_goes_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(rounding, "BATCH_PIXELS", 64)
    pictures = [np.random.default_rng(seed).random((8, 8, 3), dtype=np.float32) for seed in range(4)]
    fits = [Fit(pictures, ModelSettings(), FitSettings(passes=60, threads=1, device="cpu")) for _ in range(2)]
    phases = []
    for progress in fits[0].steps():
        phases.append(progress.phase)
        if phases.count("round") == 2 and progress.phase == "round":
            fits[0].save(tmp_path / "checkpoint")
    assert phases.count("round") == len(pictures)
    fits[1].restore(tmp_path / "checkpoint")
    assert {progress.phase for progress in fits[1].steps()} == {"round", "freeze"}
    one, other = (fit.finish() for fit in fits)
    for ours, theirs in zip(one.latents, other.latents, strict=True):
        for level, again in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(level, again)
