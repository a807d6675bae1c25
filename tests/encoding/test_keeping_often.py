"""How often a fit is kept: what a kill at any moment can take is bounded, and so is the time that copies take."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from inrcodec.encoding import checkpoints, keeping
from inrcodec.encoding.keeping import Keeper
from inrcodec.errors import InrError

STEP = 0.5  # seconds


class Clock:
    """Which goes as a test lets it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


class Taken:
    """What a fit gives to be written."""

    def __init__(self, work: tuple[int, float]) -> None:
        self.work = work


class Fit:
    """One of so many seconds, whose copies stop it for `cost` of them."""

    torn = False

    def __init__(self, clock: Clock, seconds: float, cost: float) -> None:
        self._clock, self._seconds, self._cost = clock, seconds, cost
        self.steps, self.stopped, self.copies = 0, 0.0, 0

    @property
    def work(self) -> tuple[int, float]:
        return self.steps, 0.0

    @property
    def behind(self) -> float:
        return self.steps * STEP / self._seconds

    def snapshot(self, **told: Any) -> Any:
        self._clock.now += self._cost
        self.stopped, self.copies = self.stopped + self._cost, self.copies + 1
        return Taken(self.work)

    def restore(self, path: Path) -> dict[str, Any]:
        raise InrError("nothing is kept")

    def step(self) -> None:
        self.steps += 1
        self._clock.now += STEP


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Of a keeper that writes at once, without a thread."""
    clock = Clock()
    monkeypatch.setattr(keeping, "time", clock)
    monkeypatch.setattr(checkpoints, "write", lambda _, output: checkpoints.checkpoint_path(output))
    monkeypatch.setattr(threading.Thread, "start", threading.Thread.run)
    monkeypatch.setattr(threading.Thread, "is_alive", lambda _: False)
    monkeypatch.setattr(threading.Thread, "join", lambda _: None)
    return clock


@pytest.mark.parametrize("seconds", [90.0, 600.0, 3000.0, 20_000.0])
def test_a_kill_takes_a_minute_or_two_of_a_hundred_parts(seconds: float, clock: Clock, tmp_path: Path) -> None:
    fit = Fit(clock, seconds, cost=0.05)
    keeper = Keeper(fit, tmp_path / "set.inr", lambda _: None, dict)
    lost, usual = 0.0, max(keeping.EVERY, keeping.SHARE * seconds)
    while fit.behind < 1:
        fit.step()
        keeper.see()
        lost = max(lost, (fit.steps - keeper._kept[0]) * STEP)
    assert usual - 2 * STEP <= lost <= usual + 2 * STEP  # and not more often, which would only cost time
    assert lost <= max(60.0, 0.03 * seconds)  # what SECURITY.md promises
    assert fit.stopped <= 0.01 * seconds


def test_copies_that_take_long_are_made_less_often(clock: Clock, tmp_path: Path) -> None:
    """Of a large fit: a copy of 2 s every minute would be 3 % of the time."""
    fit = Fit(clock, 3000.0, cost=2.0)
    keeper = Keeper(fit, tmp_path / "set.inr", lambda _: None, dict)
    while fit.behind < 1:
        fit.step()
        keeper.see()
    assert 10 <= fit.copies <= 15
    assert fit.stopped <= 0.01 * 3000.0


def test_what_is_fitted_is_kept_before_it_is_measured(clock: Clock, tmp_path: Path) -> None:
    fit, written = Fit(clock, 0.75 * keeping.EVERY, cost=0.0), 0
    keeper = Keeper(fit, tmp_path / "set.inr", lambda _: None, dict)
    while fit.behind < 1:
        fit.step()
        keeper.see()
        written += keeper._kept[0]
    assert not written  # so few seconds are not worth it
    keeper.through()
    assert keeper._kept == fit.work
