"""A fit that is through is led to what it lacks: by how much, and at what cost."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from inrcodec.fitting import correction
from inrcodec.fitting.engine import Fit
from inrcodec.fitting.objective import image_errors, rate
from inrcodec.fitting.torch_run import as_tensors
from inrcodec.numerics.metrics import psnr_of_error
from inrcodec.settings import FitSettings, Gap, ModelSettings


@pytest.fixture(scope="module")
def fit() -> Fit:
    rng = np.random.default_rng(0)
    rough = rng.random((6, 8, 8, 3)).repeat(2, axis=1).repeat(2, axis=2).astype(np.float32)
    made = Fit(list(rough), ModelSettings(), FitSettings(passes=80, threads=1, device="cpu"))
    assert list(made.steps())[-1].phase == "freeze"
    return made


def figures(fit: Fit) -> tuple[float, float]:
    """Mean PSNR in dB, and the bits of all latents."""
    run = as_tensors(fit.run)
    (group,) = run.groups
    images = torch.arange(len(group.numbers))
    with torch.no_grad():
        errors = image_errors(run, group, images, group.latents)
        bits = float(rate(run, group, images, group.latents)) * len(images) * group.pixels
    return float(np.mean([psnr_of_error(float(error)) for error in errors])), bits


@pytest.mark.parametrize("missing", [-0.1, 0.05])
def test_decibels_are_added_and_taken_away(missing: float, fit: Fit) -> None:
    psnr, bits = figures(fit)
    assert {progress.phase for progress in fit.correct(Gap(psnr=missing))} == {"correct"}
    after = figures(fit)
    assert after[0] - psnr == pytest.approx(missing, abs=0.03)
    assert (after[1] > bits) == (missing > 0)


@pytest.mark.parametrize("missing", [-0.03, 0.02])
def test_bits_are_saved_and_spent(missing: float, fit: Fit) -> None:
    """As a target does it: look at what there is, and correct what is left; bargains grow dearer."""
    psnr, bits = figures(fit)
    left = [missing]
    for attempt in range(3):
        list(fit.correct(Gap(bits=left[-1]), attempt))
        left.append((1 + missing) * bits / figures(fit)[1] - 1)
        if abs(left[-1]) < 0.006:
            break
    assert abs(left[-1]) < 0.006
    assert abs(left[1]) < 0.35 * abs(missing)  # most of it at once
    assert (figures(fit)[0] > psnr) == (missing > 0)


def test_latents_stay_whole_and_workers_agree(fit: Fit) -> None:
    (group,) = fit.run.groups
    list(fit.correct(Gap(bits=-0.01)))
    assert (group.latents == group.latents.round()).all()


def test_torch_has_one_thread_for_each_of_ours(fit: Fit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else small operations wait for each other: sets of a few images took minutes to be corrected."""
    seen: list[int] = []
    before = torch.get_num_threads()
    monkeypatch.setattr(correction, "_correct", lambda *arguments: seen.append(torch.get_num_threads()))
    torch.set_num_threads(3)
    try:
        list(fit.correct(Gap(bits=-0.01)))
        assert set(seen) == {1}
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
