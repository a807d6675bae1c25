"""Steps of the weights: finer where the pictures feel them more, coarser where bits are dearer."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch

from inrcodec.bitstream.weights import LARGEST_WEIGHT, step_size
from inrcodec.fitting.run import Run, start
from inrcodec.fitting.sensitivity import _rises, mean_error, sensitive_steps
from inrcodec.settings import FitSettings, ModelSettings


def fresh(weight: float) -> Run:
    rng = np.random.default_rng(4)
    run = start([rng.random((16, 12, 3), dtype=np.float32) for _ in range(4)], ModelSettings(), FitSettings(weight))
    run.groups[0].latents.copy_(torch.randn(run.groups[0].latents.shape, generator=torch.Generator().manual_seed(0)))
    return run


def test_dearer_bits_make_coarser_steps() -> None:
    fine, coarse = (sensitive_steps(fresh(weight)) for weight in (1e-5, 1e-3))
    assert all(one <= other for one, other in zip(fine, coarse, strict=True))
    assert sum(coarse) > sum(fine)


def test_steps_are_the_same_again_and_fit_into_a_file() -> None:
    run = fresh(1e-4)
    steps = sensitive_steps(run)
    assert steps == sensitive_steps(run)
    for tensor, step in zip(run.network, steps, strict=True):
        assert float(tensor.detach().abs().max()) / step_size(step) <= LARGEST_WEIGHT


def test_the_rise_is_what_noise_does_to_the_error() -> None:
    run = fresh(1e-4)
    steps = [-24] * len(run.network)
    spread, output = step_size(-24) / 12**0.5, len(run.network) - 1
    noise = torch.Generator().manual_seed(2)
    worse = []
    with torch.no_grad():
        rises = _rises(run, partial(mean_error, run), steps, 3, torch.Generator().manual_seed(1))
        for _ in range(200):
            network = list(run.network)
            network[output] = network[output] + spread * torch.randn(network[output].shape, generator=noise)
            worse.append(mean_error(run, network) - mean_error(run, run.network))
    assert rises[output] * spread**2 == pytest.approx(np.mean(worse), rel=0.3)
