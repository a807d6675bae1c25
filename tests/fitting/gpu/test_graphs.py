"""Captured steps, here on the CPU: by a recorder that repeats operations on the very same memory, as graphs do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from inrcodec.bitstream.weights import encode_weights
from inrcodec.field.conditioning import CONDITIONINGS, model_for
from inrcodec.fitting import engine as engine_module
from inrcodec.fitting.engine import Fit
from inrcodec.fitting.gpu import engine as device_engine
from inrcodec.fitting.gpu.engine import DeviceEngine
from inrcodec.fitting.gpu.graphs import Capture, Work
from inrcodec.fitting.run import Run
from inrcodec.settings import FitSettings, Holdout, Target

SIZES = [(12, 12), (12, 12), (16, 10), (11, 12), (12, 12), (10, 10)]


def drawing(number: int, height: int, width: int) -> np.ndarray:
    rows, columns = np.mgrid[0:height, 0:width] / max(height, width)
    disc = (rows - 0.3 - 0.05 * number) ** 2 + (columns - 0.5) ** 2 < 0.08
    planes = [np.where(disc, 0.1 * number + 0.2, rows), np.where(disc, 0.9, 0.3), columns * (0.5 + 0.08 * number)]
    return np.stack(planes, axis=-1).astype(np.float32)


class Recorder(TorchDispatchMode):
    """Keeps every operation with the tensors that it reads and makes."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[Any, Any, Any, Any]] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = func(*args, **(kwargs or {}))
        self.calls.append((func, args, kwargs or {}, made))
        return made


class Recorded:
    """A `Capture` that needs no device: numbers that are no tensors are built in, and memory stays where it is."""

    def __init__(self) -> None:
        self.state: Callable[[], list[torch.Tensor]] = list  # what recorded work changes
        self.pieces = self.repeats = 0

    def captured(self, work: Work, noise: torch.Generator) -> Work:
        before = [(tensor, tensor.clone()) for tensor in self.state()]
        with Recorder() as recorder:
            result = work()
        for tensor, value in before:
            tensor.copy_(value)  # a graph's work is not done while it is recorded
        self.pieces += 1

        @torch.no_grad()
        def again() -> torch.Tensor:
            for func, args, kwargs, made in recorder.calls:
                new = func(*args, **kwargs)
                if any(one.alias_info for one in func._schema.returns):
                    continue  # a view, or what was changed in place
                for old, value in zip(tree_leaves(made), tree_leaves(new), strict=True):
                    if isinstance(old, torch.Tensor):
                        old.copy_(value)
            self.repeats += 1
            return result

        return again

    def wait(self) -> None:
        pass


class Refused:
    """A device whose driver cannot capture."""

    def captured(self, work: Work, noise: torch.Generator) -> Work:
        raise RuntimeError("operation not permitted when stream is capturing\nmore of it")

    def wait(self) -> None:
        pass


def fit_on_device(
    monkeypatch: pytest.MonkeyPatch, capture: Capture | None, name: str = "pyramid", passes: int = 8, **settings: Any
) -> tuple[Fit, bytes, list[str]]:
    """A whole fit by the engine of devices, on the CPU: integers, and what it said of itself."""

    def engine_named(engine: str, run: Run, workers: int) -> DeviceEngine:
        made = DeviceEngine(run, capture)
        if isinstance(capture, Recorded):
            capture.state = lambda: [
                run.adam.weights, *run.adam.state()[:2], made._gradient,
                *(tensor for group in run.groups for tensor in group.adam.state()),
            ]  # fmt: skip
        return made

    monkeypatch.setattr(engine_module, "engine_named", engine_named)
    usual = model_for(name, 900, settings.pop("footprint", 1))
    asked = FitSettings(2e-4, passes=passes, threads=1, device="cpu", engine="torch", **settings)
    fit = Fit([drawing(number, *size) for number, size in enumerate(SIZES)], usual, asked)
    notes = [news.note for news in fit.steps()]
    made = fit.finish()
    latents = b"".join(level.tobytes() for image in made.latents for level in image)
    return fit, encode_weights((*made.network, *made.context), ()) + latents, notes


FEW = ("pyramid", "latent", "hypernetwork")  # grids, phases, and weights of their own; the others are like these


@pytest.mark.parametrize(
    "name", [name if name in FEW else pytest.param(name, marks=pytest.mark.slow) for name in CONDITIONINGS]
)
def test_captured_steps_are_the_plain_ones(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    holdout = Holdout(100_000, 0, "release")
    _, plain, _ = fit_on_device(monkeypatch, None, name, holdout=holdout)
    capture = Recorded()
    _, captured, notes = fit_on_device(monkeypatch, capture, name, holdout=holdout)
    assert captured == plain
    assert capture.repeats > 2 * capture.pieces > 0
    assert notes[-1] == "steps on cpu are captured as graphs"


@pytest.mark.parametrize(
    ("name", "changes"),
    [("pyramid", {"footprint": 2}), ("latent", {"footprint": 2}), ("hypernetwork", {"encoder": True}),
     ("pyramid", {"target": Target(psnr=30.0)})],
)  # fmt: skip
def test_so_they_are_in_other_phases(name: str, changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    _, plain, _ = fit_on_device(monkeypatch, None, name, **changes)
    assert fit_on_device(monkeypatch, Recorded(), name, **changes)[1] == plain


@pytest.mark.parametrize(
    "dial", ["latent_rate", *(pytest.param(one, marks=pytest.mark.slow) for one in ("first_slot", "temperature"))]
)
def test_a_number_that_is_built_in_is_found(dial: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test of the tests above: a step that takes a dial to the host is the same plainly, and another one captured."""
    right = device_engine.accumulate

    def wrong(run: Run, canvas: Any, tiles: Any, phase: Any, dials: Any, *rest: Any) -> torch.Tensor:
        built_in = torch.tensor(float(getattr(dials, dial)))
        return right(run, canvas, tiles, phase, dials._replace(**{dial: built_in}), *rest)

    _, plain, _ = fit_on_device(monkeypatch, None)
    monkeypatch.setattr(device_engine, "accumulate", wrong)
    assert fit_on_device(monkeypatch, None)[1] == plain
    assert fit_on_device(monkeypatch, Recorded())[1] != plain


def test_where_steps_cannot_be_captured_they_are_done_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    _, plain, notes = fit_on_device(monkeypatch, None)
    assert notes[-1] == "steps on cpu start one operation at a time; there are no graphs on cpu"
    _, refused, notes = fit_on_device(monkeypatch, Refused())
    assert refused == plain
    reason = "operation not permitted when stream is capturing"
    assert notes[0] == "steps on cpu are captured as graphs"
    assert notes[-1] == f"steps on cpu start one operation at a time; {reason}"
