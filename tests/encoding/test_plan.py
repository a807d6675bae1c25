"""Forecasts: what a dry run says is what a run takes, and what it refuses is what a run refuses."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inrcodec
from inrcodec.encoding.encode import encode_with
from inrcodec.encoding.options import EncodeOptions
from inrcodec.encoding.outlook import Outlook
from inrcodec.encoding.plan import plan_with
from inrcodec.errors import UsageError

ONE = {"threads": 1, "device": "cpu", "seed": 1}


@pytest.fixture(scope="module")
def waves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve pictures of two sizes, 40,000 pixels."""
    folder, rng = tmp_path_factory.mktemp("waves"), np.random.default_rng(0)
    for number in range(12):
        rough = rng.integers(0, 256, (9, 9, 3), np.uint8)
        side = 56 + 4 * (number % 2)
        Image.fromarray(rough).resize((side, side), Image.Resampling.BICUBIC).save(folder / f"{number}.png")
    return folder


@pytest.mark.parametrize("asked", [{"passes": 120}, {"passes": 40, "engine": "torch"}, {"passes": 60, "footprint": 2}])
def test_a_forecast_is_what_the_run_takes(
    asked: dict[str, object], waves: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the processor's time, as other programs on this machine are not what is forecast; compiled and loaded before.

    With a wide margin, as they take the caches, too: docs/experiments.md has the figures of a quiet machine.
    """
    inrcodec.encode(waves, tmp_path / "first.inr", **{**ONE, **asked, "passes": 2})  # type: ignore[arg-type]
    monkeypatch.setattr(time, "monotonic", time.process_time)
    forecast = inrcodec.plan(waves, **ONE, **asked)  # type: ignore[arg-type]
    took = inrcodec.encode(waves, tmp_path / "set.inr", **ONE, **asked).seconds  # type: ignore[arg-type]
    assert 0.6 < forecast.estimated_seconds / took < 1.7
    assert forecast.outlook.passes == asked["passes"]


def test_a_time_limit_is_what_is_forecast_and_kept(
    waves: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the processor's time, likewise; the limit has begun a second ago."""
    inrcodec.encode(waves, tmp_path / "first.inr", **{**ONE, "passes": 2})  # type: ignore[arg-type]
    monkeypatch.setattr(time, "monotonic", time.process_time)
    hurried = EncodeOptions(**{**ONE, "passes": 1_000_000, "time_limit": 5.0})  # type: ignore[arg-type]
    forecast = plan_with(waves, hurried, started=time.process_time() - 1.0)
    assert forecast.estimated_seconds == pytest.approx(5.0, abs=0.5)
    assert 3 < forecast.outlook.passes < 100_000
    result = encode_with(waves, tmp_path / "set.inr", hurried, started=time.process_time() - 1.0)
    assert 4.0 < result.seconds < 5.5
    assert result.outlook.passes == pytest.approx(result.archive.record.passes)  # type: ignore[union-attr]


def test_a_dry_run_refuses_what_a_run_refuses(waves: Path) -> None:
    for asked, said in (
        ({"threads": 0}, "at least 1"),
        ({"device": "cuda:99"}, "no usable"),
        ({"engine": "kernel", "conditioning": "grid"}, "kernels know"),
        ({"conditioning": "grid", "augment": "flip"}, "by their numbers"),
    ):
        with pytest.raises(UsageError, match=said):
            inrcodec.plan(waves, **{**ONE, **asked})  # type: ignore[arg-type]


def outlook(passes: float, planned: int = 2600) -> Outlook:
    return Outlook(passes=passes, planned=planned, a_pass=2.0, other=10.0, images=5, longest=800)


def test_a_fit_with_too_little_time_is_warned_of_with_a_cure() -> None:
    (warning,) = outlook(12).warnings()
    assert "12 passes" in warning
    assert "6.8 s an image" in warning
    assert "some 19 dB" in warning
    assert "time_limit=232" in warning
    assert "max_size=277" in warning
    assert not list(outlook(41).warnings())
    assert not list(outlook(12, planned=12).warnings())  # as many as were asked for


def test_a_verdict_on_what_came_out() -> None:
    (short,) = outlook(12).verdicts(18.0)
    assert "cut short after 12 of 2,600 passes, at 18.0 dB" in short
    assert "time_limit=232" in short
    (poor,) = outlook(2600).verdicts(19.5)
    assert "poor, at 19.5 dB; ask for more quality" in poor
    (few,) = outlook(20, planned=20).verdicts(19.5)
    assert "passes=100" in few
    assert not list(outlook(2600).verdicts(30.0))


def test_a_library_run_tells_how_far_it_will_come(waves: Path, tmp_path: Path) -> None:
    told: list[Outlook] = []
    inrcodec.encode(waves, tmp_path / "a.inr", passes=300, on_outlook=told.append, **ONE)
    assert len(told) == 1
    assert 5 < told[0].passes <= 2000
    assert told[0].images == 12


@pytest.mark.parametrize("name", ["time_limit", "quality", "effort", "passes", "seed", "target_psnr"])
def test_text_where_a_number_is_needed_is_said(name: str, small_images: Path) -> None:
    with pytest.raises(UsageError, match=f"{name} '5s': give a"):
        inrcodec.plan(small_images, **{name: "5s"})  # type: ignore[arg-type]
