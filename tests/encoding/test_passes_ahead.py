"""How many passes a limit allows, by a clock that goes on by pixels alone: what is told of it, and done about it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import inrcodec
from inrcodec.encoding import start, steps
from inrcodec.encoding.encode import EncodeResult
from inrcodec.encoding.outlook import Outlook
from inrcodec.fitting import engine
from inrcodec.fitting.batches import Batch
from tests.conftest import draw
from tests.encoding.stopped import Stop, stop_at

ONE: dict[str, Any] = {"threads": 1, "device": "cpu", "share": "none", "record": False}
SIZES = ((64, 64), (64, 64), (60, 64), (60, 64))  # two, as with one of them time says how many steps are one call
A_PASS = sum(width * height for width, height in SIZES)


class Clock:
    """Stands still, but for steps: these take as long as their pixels, and what they are told beside."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.steps = 100.0, 0
        self.pixels_per_second: float = 1.5e6
        self.stalls: dict[int, float] = {}  # seconds, by number of the call
        self.slower_after: int | None = None  # steps
        take = engine.take_steps

        def taking(run: Any, by: Any, batches: Sequence[Batch], meter: Any) -> Any:
            figures = take(run, by, batches, meter)
            self.steps += 1
            slow = 20.0 if self.slower_after is not None and self.steps > self.slower_after else 1.0
            seconds = slow * sum(batch.seen for batch in batches) / self.pixels_per_second
            self.now += seconds + self.stalls.get(self.steps, 0.0)
            return figures

        monkeypatch.setattr(engine, "take_steps", taking)
        for name in ("monotonic", "thread_time", "process_time"):
            monkeypatch.setattr(time, name, lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("few")
    for number, size in enumerate(SIZES):
        draw(folder / f"{number}.png", *size, 1.7 * number)
    return folder


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture that steps look at in windows, and thumbnails."""
    folder = tmp_path_factory.mktemp("mixed")
    draw(folder / "large.png", 500, 300, 0.0)
    for number in range(30):
        draw(folder / f"{number}.png", 24, 24, 1.7 * number)
    return folder


def limited(folder: Path, output: Path, seconds: float, **asked: Any) -> EncodeResult:
    return inrcodec.encode(folder, output / "set.inr", time_limit=seconds, **{**ONE, **asked})


@pytest.mark.parametrize("seed", range(4))
def test_a_thumbnail_is_less_than_a_window(seed: int, mixed: Path, tmp_path: Path, clock: Clock) -> None:
    pytest.importorskip("numba")
    clock.pixels_per_second = 14 * (500 * 300 + 30 * 24 * 24) / 3.0
    result = limited(mixed, tmp_path, 3.0, holdout=0, seed=seed)
    assert result.start == "guess"
    assert 11 < result.outlook.passes < 17


def test_a_stall_is_no_reason_to_give_up(few: Path, tmp_path: Path, clock: Clock) -> None:
    clock.pixels_per_second, clock.stalls = 100 * A_PASS / 3.0, {2: 0.5}
    result = limited(few, tmp_path, 3.5, holdout=0.1)
    assert result.outlook.passes > 70
    assert result.archive.header.holdout.mode == "release"


def test_few_passes_are_told_in_time(few: Path, tmp_path: Path, clock: Clock) -> None:
    clock.pixels_per_second = 4 * A_PASS / 3.0
    result = limited(few, tmp_path, 3.0)
    assert (result.start, result.outlook.passes) == ("guess", 0)
    assert clock.now < 102.5


@pytest.mark.parametrize("passes", [30, 64])
def test_few_enough_hide_no_pixels(passes: int, few: Path, tmp_path: Path, clock: Clock) -> None:
    """Rounding takes a tenth of what there would be time for."""
    clock.pixels_per_second = passes * A_PASS / 3.0
    result = limited(few, tmp_path, 3.0)
    assert 0.7 * passes < result.outlook.passes < 1.1 * passes
    assert result.archive.header.holdout.mode == "none"


@pytest.mark.parametrize("in_time", [True, False])
def test_guesses_are_made_instead_while_there_is_time(
    in_time: bool, few: Path, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Steps become much slower: what comes of so few is kept where guesses would be made beyond the limit."""
    clock.pixels_per_second, clock.slower_after = 20 * A_PASS / 6.0, 12
    if not in_time:
        monkeypatch.setattr(steps, "guesses_per_second", lambda options: A_PASS / 100.0)
    result = limited(few, tmp_path, 6.0, holdout=0, passes=200)
    assert (result.outlook.passes == 0) is in_time
    assert clock.now < 106.5
    if not in_time:
        (said,) = result.outlook.verdicts(30.0)
        assert "too few to gain from" in said


def test_compiling_is_not_told_as_what_every_fit_takes(
    few: Path, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("numba")
    from inrcodec.fitting.kernel_engine import KernelEngine

    def compile_slowly(self: KernelEngine) -> None:
        clock.now += 1000.0

    monkeypatch.setattr(KernelEngine, "compiles", True)
    monkeypatch.setattr(KernelEngine, "compile", compile_slowly)
    clock.pixels_per_second = 10 * A_PASS
    told: list[Outlook] = []
    inrcodec.encode(few, tmp_path / "set.inr", passes=20, engine="kernel", on_outlook=told.append, **ONE)
    assert told[0].other < 100.0


@pytest.mark.parametrize("threads", [(4, 1), (1, 4)])
def test_how_latents_began_does_not_hang_on_who_goes_on(
    threads: tuple[int, int], few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a limit, latents are guessed where so many threads have the time for it."""
    monkeypatch.setattr(start, "GUESSES_PER_SECOND", A_PASS / (0.4 * 3600 * 2))  # two would just have
    before, behind = threads
    monkeypatch.setattr(start, "threads_for_products", lambda asked: before)
    with pytest.raises(Stop):
        limited(few, tmp_path, 3600.0, passes=20, on_progress=stop_at(0.5))
    monkeypatch.setattr(start, "threads_for_products", lambda asked: behind)
    result = limited(few, tmp_path, 3600.0, passes=20, resume=True)
    assert result.start == ("guess" if before == 4 else "base")
    assert result.outlook.passes == pytest.approx(20, abs=1)
