"""Several processes at one fit: the same mathematics, shared memory, and no orphans."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from inrcodec.errors import InrError
from inrcodec.fitting import parts
from inrcodec.fitting.crew import Crew
from inrcodec.fitting.devices import can_fork
from inrcodec.fitting.engine import Fit
from inrcodec.fitting.parts import Moment
from inrcodec.fitting.run import Run, start
from inrcodec.settings import FitSettings, ModelSettings, model_for

pytestmark = pytest.mark.skipif(not can_fork(), reason="processes share memory on Linux only")
MOMENT = Moment(0.96, 1e-3, 2e-4, 1, [], True, False, 6 * 144, 7)  # latents stand still: no noise to differ by
BATCH = [(0, np.arange(4)), (1, np.arange(2))]


def pictures() -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    sizes = [(12, 12)] * 4 + [(18, 8)] * 2
    return [rng.random((*size, 3), dtype=np.float32) for size in sizes]


def fresh() -> Run:
    run = start(pictures(), ModelSettings(), FitSettings(device="cpu"))
    for group in run.groups:
        group.latents.copy_(torch.arange(group.latents.numel()).reshape(group.latents.shape) % 5 - 2.0)
    MOMENT.enter(run)
    return run


def test_hands_add_up_to_what_one_finds() -> None:
    with Crew(fresh(), 1) as alone:
        shares, whole = alone.step(MOMENT, BATCH)
        error, bits = shares[0].error, shares[0].bits
    with Crew(fresh(), 3) as crew:
        parts_of_it, slope = crew.step(MOMENT, BATCH)
    torch.testing.assert_close(slope, whole, rtol=1e-4, atol=1e-7)
    assert sum(share.error for share in parts_of_it) == pytest.approx(error, rel=1e-5)
    assert sum(share.bits for share in parts_of_it) == pytest.approx(bits, rel=1e-5)
    seen = sorted(int(number) for share in parts_of_it for seen in share.seen for number in seen.images)
    assert seen == list(range(6))


def test_latents_move_where_everybody_sees_them() -> None:
    run = fresh()
    moving = Moment(0.1, 1.0, 2e-4, 1, [], False, False, 6 * 144, 7)
    moving.enter(run)
    before = [group.latents.clone() for group in run.groups]
    with Crew(run, 2) as crew:
        crew.step(moving, BATCH)
    for group, latents in zip(run.groups, before, strict=True):
        assert bool((group.latents != latents).any(dim=1).all())


def fit(threads: int, passes: int = 10) -> tuple[Fit, list[int]]:
    settings = FitSettings(2e-4, passes=passes, threads=threads, device="cpu")
    made = Fit(pictures(), model_for("pyramid", 900), settings)
    list(made.steps())
    fitted = made.finish()
    return made, [int(value) for image in fitted.latents for level in image for value in level.reshape(-1)]


def test_two_processes_repeat_themselves() -> None:
    assert fit(2)[1] == fit(2)[1]


def test_a_checkpoint_of_two_processes_goes_on_to_the_same_integers(tmp_path: Path) -> None:
    settings = FitSettings(2e-4, passes=10, threads=2, device="cpu")
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


def test_a_failure_in_a_helper_is_raised_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails_elsewhere(*args: object) -> torch.Tensor:
        if os.getpid() != here:
            raise MemoryError("no room")
        return torch.zeros(())

    here = os.getpid()
    monkeypatch.setattr(parts, "rate", lambda *args: fails_elsewhere(*args) + args[0].network[0].sum())
    with Crew(fresh(), 2) as crew, pytest.raises(MemoryError, match="no room"):
        crew.step(MOMENT, BATCH)


def test_a_killed_helper_is_one_clear_line() -> None:
    with Crew(fresh(), 2) as crew:
        (helper, _), *_ = crew._helpers
        assert helper.pid is not None
        os.kill(helper.pid, signal.SIGKILL)
        helper.join()
        with pytest.raises(InrError, match="--threads 1"):
            crew.step(MOMENT, BATCH)


def test_no_process_outlives_the_fit() -> None:
    with Crew(fresh(), 3) as crew:
        crew.step(MOMENT, BATCH)
        numbers = [helper.pid for helper, _ in crew._helpers]
    time.sleep(0.05)
    assert not any(Path(f"/proc/{number}").exists() for number in numbers)
