"""Steps of the weights: finer where the pictures feel them more, coarser where bits are dearer."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from inrcodec.bitstream.weights import LARGEST_WEIGHT, step_size
from inrcodec.fitting.arrays import host
from inrcodec.fitting.objective import mean_error
from inrcodec.fitting.run import Run, start
from inrcodec.fitting.sensitivity import rises_of, sensitive_steps
from inrcodec.fitting.torch_run import as_tensors
from inrcodec.settings import FitSettings, ModelSettings


def fresh(weight: float) -> Run:
    rng = np.random.default_rng(4)
    run = start([rng.random((16, 12, 3), dtype=np.float32) for _ in range(4)], ModelSettings(), FitSettings(weight))
    run.groups[0].latents[:] = rng.standard_normal(run.groups[0].latents.shape)
    return as_tensors(run)


def sensitive(run: Run) -> list[int]:
    return sensitive_steps(run, partial(mean_error, run))


def test_dearer_bits_make_coarser_steps() -> None:
    fine, coarse = (sensitive(fresh(weight)) for weight in (1e-5, 1e-3))
    assert all(one <= other for one, other in zip(fine, coarse, strict=True))
    assert sum(coarse) > sum(fine)


def test_steps_are_the_same_again_and_fit_into_a_file() -> None:
    run = fresh(1e-4)
    steps = sensitive(run)
    assert steps == sensitive(run)
    for tensor, step in zip(run.network, steps, strict=True):
        assert float(tensor.detach().abs().max()) / step_size(step) <= LARGEST_WEIGHT


def test_the_rise_is_what_noise_does_to_the_error() -> None:
    run = fresh(1e-4)
    steps = [-24] * len(run.network)
    spread, output = step_size(-24) / 12**0.5, len(run.network) - 1
    noise = np.random.default_rng(2)
    network = [host(tensor) for tensor in run.network]
    rises = rises_of(network, partial(mean_error, run), steps, 3, np.random.default_rng(1))
    worse = []
    for _ in range(200):
        other = list(network)
        other[output] = np.asarray(network[output] + spread * noise.standard_normal(network[output].shape), np.float32)
        worse.append(mean_error(run, other) - mean_error(run, network))
    assert rises[output] * spread**2 == pytest.approx(np.mean(worse), rel=0.3)
