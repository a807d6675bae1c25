"""A fit with a time limit, by a clock that is only pretended: it ends in time, and its schedule has no leaps."""

from __future__ import annotations

import time
from functools import partial

import pytest

from inrcodec.fitting.pace import pace_of
from inrcodec.fitting.progress import Meter
from inrcodec.settings import ModelSettings

IMAGES, PASSES = 100, 1000


class Clock:
    """Seconds that go by when they are told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    pretended = Clock()
    monkeypatch.setattr(time, "monotonic", pretended)
    return pretended


def meter_with(limit: float | None, ending: float = 0.0) -> Meter:
    meter = Meter(IMAGES, PASSES, limit, partial(pace_of, ModelSettings()))
    meter.ending = ending
    return meter


def step(meter: Meter, clock: Clock, seconds: float) -> float:
    """Take a step of ten images; how much more of the fit is done."""
    before = meter.done
    clock.now += seconds
    meter.tick("fit", 10, [(0.01, 1.0)])
    return meter.done - before


@pytest.mark.parametrize("seconds", [0.001, 0.01, 0.1, 0.7])
def test_steps_end_when_the_rest_needs_its_time(clock: Clock, seconds: float) -> None:
    meter = meter_with(8.0, ending=3.0)
    while meter.done < 1.0:
        step(meter, clock, seconds)
    assert 5.0 - seconds - 0.01 <= clock.now <= 5.0 + seconds / 2 + 0.01


def test_a_fit_that_needs_less_is_told_by_its_visits(clock: Clock) -> None:
    meter = meter_with(8.0, ending=1.0)
    for _ in range(IMAGES * PASSES // 10):
        assert step(meter, clock, 1e-4) == pytest.approx(10 / (IMAGES * PASSES), rel=1e-6)
    assert meter.done == pytest.approx(1.0)


def test_what_stands_still_is_no_leap(clock: Clock) -> None:
    """Two seconds of looking at how long writing takes, and a longer ending: the schedule goes on where it was."""
    meter = meter_with(20.0, ending=1.0)
    for _ in range(50):
        usual = step(meter, clock, 0.1)
    clock.now += 2.0
    meter.ending = 3.0
    meter.stand()
    assert usual < step(meter, clock, 0.1) < 2 * usual
    while meter.done < 1.0:
        step(meter, clock, 0.1)
    assert clock.now == pytest.approx(17.0, abs=0.2)


def test_what_is_told_ahead_is_what_comes(clock: Clock) -> None:
    """One step that was slow says little of the next ones: what they are told grows evenly."""
    meter = meter_with(10.0)
    for _ in range(100):
        step(meter, clock, 0.02)
    usual = meter.done_ahead(10) - meter.done
    step(meter, clock, 0.2)
    ahead = [meter.done_ahead(10 * number) - meter.done for number in range(1, 6)]
    assert ahead[0] < 2.5 * usual
    assert ahead == pytest.approx([number * ahead[0] for number in range(1, 6)], rel=1e-6)
    for _ in range(5):
        step(meter, clock, 0.02)
    assert meter.done_ahead(10) - meter.done < 2.5 * usual


def test_rounding_leaves_time_for_the_steps_behind_it(clock: Clock) -> None:
    meter = meter_with(10.0, ending=2.0)
    while meter.done < 0.94:
        step(meter, clock, 0.02)
    assert not meter.overdue
    clock.now = 7.99
    assert meter.overdue


def test_something_is_fitted_however_long_loading_took(clock: Clock) -> None:
    meter = meter_with(2.0, ending=1.0)
    clock.now = 5.0
    while meter.done < 1.0:
        step(meter, clock, 0.05)
    assert 5.4 < clock.now < 5.7
