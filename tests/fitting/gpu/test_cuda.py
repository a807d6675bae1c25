"""Steps on a real card, captured and not: `make gpu`. None has been met yet."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
import torch

from inrcodec.field.conditioning import CONDITIONINGS, model_for
from inrcodec.fitting import devices
from inrcodec.fitting.engine import Fit
from inrcodec.settings import FitSettings, Holdout

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")]
SIZES = [(48, 48)] * 40 + [(48, 44)] * 10
PASSES = 60


def waves(number: int, height: int, width: int) -> np.ndarray:
    rng = np.random.default_rng(number)
    down, across = np.mgrid[0:height, 0:width]
    planes = [np.sin(rng.uniform(0, 0.6) * down + rng.uniform(0, 0.6) * across) for _ in range(3)]
    return (0.5 + 0.6 * np.stack(planes, -1)).clip(0, 1).astype(np.float32)


def fitted(name: str, device: str, graphs: bool, monkeypatch: pytest.MonkeyPatch) -> tuple[float, float, str]:
    """Mean PSNR in dB as the network draws now, passes a second, and what the engine says of its steps."""
    monkeypatch.setattr(devices, "DEVICES", tuple(replace(one, graphs=graphs) if one.graphs else one for one in WHOLE))
    pictures = [waves(number, *size) for number, size in enumerate(SIZES)]
    settings = FitSettings(3e-4, passes=PASSES, device=device, engine="torch", holdout=Holdout(50_000, 0, "release"))
    fit = Fit(pictures, model_for(name, sum(h * w for h, w in SIZES)), settings)
    started, note = time.perf_counter(), ""
    for news in fit.steps():
        note = news.note
    seconds = time.perf_counter() - started
    errors = [np.square(pixels - pictures[number]).mean() for number, pixels in fit.pictures()]
    fit.finish()
    return float(np.mean(-10 * np.log10(errors))), fit.meter.passes / seconds, note


WHOLE = devices.DEVICES


@pytest.mark.parametrize("name", CONDITIONINGS)
def test_graphs_and_plain_steps_fit_alike(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plain, plain_speed, plain_note = fitted(name, "cuda", False, monkeypatch)
    captured, speed, note = fitted(name, "cuda", True, monkeypatch)
    with capsys.disabled():
        print(f"\n{name}: {plain:.2f} dB, {plain_speed:.1f} passes/s; captured {captured:.2f} dB, {speed:.1f} passes/s")
    assert note == "steps on cuda are captured as graphs"
    assert "start one operation at a time" in plain_note
    assert captured == pytest.approx(plain, abs=0.3)  # sums in another order, and TF32


def test_it_fits_as_the_cpu_does(monkeypatch: pytest.MonkeyPatch) -> None:
    cpu, cuda = (fitted("pyramid", device, True, monkeypatch)[0] for device in ("cpu", "cuda"))
    assert cuda == pytest.approx(cpu, abs=0.5)
