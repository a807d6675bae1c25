"""Many steps in one call of the kernels: what single ones give, and interrupts, failures and looks in between."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from inrcodec.bitstream.weights import encode_weights
from inrcodec.fitting import kernel_engine, kernel_steps
from inrcodec.fitting.engine import Fit
from inrcodec.settings import FitSettings, Holdout, ModelSettings
from tests.fitting.waves import fit_by, waves

pytest.importorskip("numba")


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize(
    ("hidden", "base", "thinned"),
    [(0, None, False), (100_000, None, False), (0, 2, False), (0, None, True)],
    ids=["all", "held out", "base", "thinned"],
)
def test_steps_at_once_are_those_one_by_one(
    threads: int, hidden: int, base: int | None, thinned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through all phases; a pass of five images has a shorter last step. With a base, pulled to it in each."""
    found = []
    if thinned:
        monkeypatch.setattr(kernel_steps, "THINNED_FROM", 0)
    for most in (1, 3, 64):
        monkeypatch.setattr(kernel_engine, "MOST_STEPS", most)
        monkeypatch.setattr(kernel_engine, "STRETCH_SECONDS", 1e9)
        holdout = Holdout(hidden, 0, "release") if hidden else Holdout()
        settings = FitSettings(1e-3, passes=12, engine="kernel", threads=threads, holdout=holdout, base=base)
        fit = Fit(waves(5, 16), ModelSettings(hidden_width=8 if base is None else 32), settings)
        steps = [progress.done for progress in fit.steps() if progress.phase != "compile"]
        made = fit.finish()
        integers = b"".join(level.tobytes() for image in made.latents for level in image)
        found.append((encode_weights((*made.network, *made.context), ()), integers, fit.meter.step))
        assert len(steps) == fit.meter.step if most == 1 else len(steps) < fit.meter.step
    assert found[0] == found[1] == found[2]


def test_an_interrupt_lets_all_threads_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that comes when others are at work already and wait for this thread."""
    fit = fit_by("kernel", threads=2)
    steps = fit.steps()
    next(progress for progress in steps if fit.meter.step > 2)

    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    from inrcodec.fitting.kernels import engine

    take = engine.take_steps
    this = threading.get_ident()
    monkeypatch.setattr(
        engine, "take_steps", lambda *rest: interrupted() if threading.get_ident() == this else take(*rest)
    )
    with pytest.raises(KeyboardInterrupt):
        list(steps)
    steps.close()  # waits for all threads to end


def test_a_thread_that_fails_lets_the_others_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """They wait for it at the barrier, outside the interpreter."""
    from inrcodec.fitting.kernels import engine

    fit, take, this = fit_by("kernel", threads=2), engine.take_steps, threading.get_ident()
    steps = fit.steps()
    next(progress for progress in steps if fit.meter.step > 2)

    def failing(*given: object) -> None:
        if threading.get_ident() != this:
            raise MemoryError
        take(*given)

    monkeypatch.setattr(engine, "take_steps", failing)
    with pytest.raises(MemoryError):
        list(steps)


def test_a_clock_of_coarse_ticks_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_engine.time, "perf_counter", lambda: 7.0)
    fit = fit_by("kernel")
    assert any(progress.done > 0.2 for progress in fit.steps())


def test_a_stretch_ends_where_somebody_wants_to_look() -> None:
    fit = fit_by("kernel")
    fit.stops = frozenset({13, 21, 22})
    seen = set()
    for _ in fit.steps():
        seen.add(fit.meter.step)
        if fit.meter.step > 22:
            break
    assert seen >= fit.stops


def test_weights_of_large_sets_learn_from_a_part_of_the_points(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until latents stand still; small sets learn from all."""
    from inrcodec.fitting.kernels import engine

    orders: list[int] = []
    take = engine.take_steps

    def seen(*given: Any) -> None:
        orders.extend(given[8].orders["thinned"].tolist())
        take(*given)

    monkeypatch.setattr(engine, "take_steps", seen)
    for least, expected in ((0, {1, 4}), (1 << 30, {1})):
        orders.clear()
        monkeypatch.setattr(kernel_steps, "THINNED_FROM", least)
        list(fit_by("kernel").steps())
        assert set(orders) == expected
