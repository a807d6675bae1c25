"""Several processes at one fit: the same mathematics, resultd memory, and no orphans."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from inrcodec.errors import InrError
from inrcodec.field.conditioning import model_for
from inrcodec.fitting import step as step_module
from inrcodec.fitting.engine import Fit
from inrcodec.fitting.process import can_fork
from inrcodec.fitting.run import Run, start
from inrcodec.fitting.step_context import StepContext
from inrcodec.fitting.torch_run import as_tensors
from inrcodec.fitting.workers import Workers
from inrcodec.settings import FitSettings, ModelSettings

pytestmark = pytest.mark.skipif(not can_fork(), reason="processes result memory on Linux only")
CONTEXT = StepContext(  # latents stand still: no noise to differ by
    done=0.96,
    learning_rate=1e-3,
    rate_weight=2e-4,
    footprint=1,
    weight_steps=[],
    latents_frozen=True,
    released=False,
    pixels=6 * 144,
    seed=7,
    number=0,
)
BATCH = [(0, np.arange(4)), (1, np.arange(2))]


def pictures() -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    sizes = [(12, 12)] * 4 + [(18, 8)] * 2
    return [rng.random((*size, 3), dtype=np.float32) for size in sizes]


def fresh() -> Run:
    run = start(pictures(), ModelSettings(), FitSettings(device="cpu"))
    for group in run.groups:
        group.latents[:] = np.arange(group.latents.size).reshape(group.latents.shape) % 5 - 2.0
    CONTEXT.apply(run)
    return as_tensors(run)


def test_workers_add_up_to_what_one_finds() -> None:
    with Workers(fresh(), 1) as alone:
        results, whole = alone.step(CONTEXT, BATCH)
        error, bits = results[0].error, results[0].bits
    with Workers(fresh(), 3) as workers:
        parts_of_it, gradient = workers.step(CONTEXT, BATCH)
    torch.testing.assert_close(gradient, whole, rtol=1e-4, atol=1e-7)
    assert sum(result.error for result in parts_of_it) == pytest.approx(error, rel=1e-5)
    assert sum(result.bits for result in parts_of_it) == pytest.approx(bits, rel=1e-5)
    seen = sorted(int(number) for result in parts_of_it for seen in result.observations for number in seen.images)
    assert seen == list(range(6))


def test_latents_move_where_everybody_sees_them() -> None:
    run = fresh()
    moving = replace(CONTEXT, done=0.1, learning_rate=1.0, latents_frozen=False)
    moving.apply(run)
    before = [group.latents.clone() for group in run.groups]
    with Workers(run, 2) as workers:
        workers.step(moving, BATCH)
    for group, latents in zip(run.groups, before, strict=True):
        assert bool((group.latents != latents).any(dim=1).all())


def fit(threads: int, passes: int = 10) -> tuple[Fit, list[int]]:
    settings = FitSettings(2e-4, passes=passes, threads=threads, engine="torch")
    made = Fit(pictures(), model_for("pyramid", 900), settings)
    list(made.steps())
    fitted = made.finish()
    return made, [int(value) for image in fitted.latents for level in image for value in level.reshape(-1)]


def test_two_processes_repeat_themselves() -> None:
    assert fit(2)[1] == fit(2)[1]


def test_a_checkpoint_of_two_processes_goes_on_to_the_same_integers(tmp_path: Path) -> None:
    settings = FitSettings(2e-4, passes=10, threads=2, engine="torch")
    first = Fit(pictures(), model_for("pyramid", 900), settings)
    for progress in first.steps():
        if progress.passes >= 6:
            break
    first.save(tmp_path / "checkpoint")
    second = Fit(pictures(), model_for("pyramid", 900), settings)
    second.restore(tmp_path / "checkpoint")
    list(second.steps())
    fitted = second.finish()
    resumed = [int(value) for image in fitted.latents for level in image for value in level.reshape(-1)]
    assert resumed == fit(2)[1]


def test_a_failure_in_a_worker_is_raised_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails_elsewhere(*args: object) -> torch.Tensor:
        if os.getpid() != here:
            raise MemoryError("no room")
        return torch.zeros(())

    here = os.getpid()
    monkeypatch.setattr(step_module, "rate", lambda *args: fails_elsewhere(*args) + args[0].network[0].sum())
    with Workers(fresh(), 2) as workers, pytest.raises(MemoryError, match="no room"):
        workers.step(CONTEXT, BATCH)


def test_a_killed_worker_is_one_clear_line() -> None:
    with Workers(fresh(), 2) as workers:
        (process, _), *_ = workers._processes
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        with pytest.raises(InrError, match="threads=1"):
            workers.step(CONTEXT, BATCH)


def test_no_process_outlives_the_fit() -> None:
    with Workers(fresh(), 3) as workers:
        workers.step(CONTEXT, BATCH)
        numbers = [process.pid for process, _ in workers._processes]
    time.sleep(0.05)
    assert not any(Path(f"/proc/{number}").exists() for number in numbers)
