"""Steps on a pretended device, whose tensors have shapes and places and no values: what goes wrong there, as JSON.

A process of its own: torch's autograd takes no other device once it has begun.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import numpy as np
import pytest
import torch
from torch._subclasses import fake_tensor as fake
from torch.utils import backend_registration
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from inrcodec.field.conditioning import CONDITIONINGS, model_for
from inrcodec.fitting import devices
from inrcodec.fitting.devices import DEVICES, Device
from inrcodec.fitting.distortion import squared
from inrcodec.fitting.gpu import engine as device_engine
from inrcodec.fitting.gpu import graphs
from inrcodec.fitting.gpu.engine import DeviceEngine
from inrcodec.fitting.run import Run, start
from inrcodec.fitting.step_context import StepContext
from inrcodec.fitting.torch_run import as_tensors
from inrcodec.numerics.poses import coded_poses
from inrcodec.settings import FitSettings, Holdout, ModelSettings

NAME = "pretended"
SIZES = [(12, 12), (11, 12)]
PHASES = {  # done, and what stands still
    "noise": (0.1, {}),
    "soft rounding": (0.4, {}),
    "quantized": (0.72, {"weight_steps": -40}),
    "released": (0.6, {"released": True}),
    "areas": (0.8, {"weight_steps": -40, "released": True, "footprint": 2}),
    "frozen": (0.95, {"weight_steps": -40, "released": True, "latents_frozen": True}),
}


class HostReads(TorchDispatchMode):
    """Counts what comes from the device to the host: the host would wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        given = tree_leaves((args, kwargs))
        there = any(isinstance(one, torch.Tensor) and one.device.type == NAME for one in given)
        try:
            made = func(*args, **(kwargs or {}))
        except (fake.DataDependentOutputException, fake.DynamicOutputShapeException):
            self.found[str(func)] += 1
            raise
        read = any(isinstance(one, torch.Tensor) and one.device.type == "cpu" for one in tree_leaves(made))
        if there and read:
            self.found[str(func)] += 1
        return made


@contextmanager
def pretended(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine with a device whose tensors have shapes and places, and no values."""
    entry = Device(name=NAME, count=lambda: 1, conceivable=lambda: True, batch_pixels=600)
    monkeypatch.setattr(devices, "DEVICES", (*DEVICES, entry))
    for module in (graphs, device_engine):
        monkeypatch.setattr(module, "generator_on", lambda device: torch.Generator())
    monkeypatch.setattr(DeviceEngine, "_figures", lambda self: [])  # the one place that reads; see `engine`
    monkeypatch.setattr(fake, "CONSTANT_NUMEL_LIMIT", -1)  # the values of small tensors would be kept, and used
    with fake.FakeTensorMode(allow_non_fake_inputs=True):
        yield


def fresh(model: ModelSettings, **settings: Any) -> Run:
    rng = np.random.default_rng(3)
    pictures = [rng.random((*size, 3), dtype=np.float32) for size in SIZES]
    poses = coded_poses(pictures) if model.posed else None
    asked = FitSettings(device=NAME, holdout=Holdout(200_000, 0, "release"), **settings)
    return as_tensors(start(pictures, model, asked, None, poses))


def take_steps(run: Run, reads: HostReads, phases: int = len(PHASES)) -> None:
    """One in every phase, and another one in the first."""
    number = 0
    with DeviceEngine(run) as engine:
        for done, still in islice(PHASES.values(), phases):
            run.weight_steps = [still.get("weight_steps", 0)] * len(run.network) if still.get("weight_steps") else []
            run.latents_frozen, run.released = bool(still.get("latents_frozen")), bool(still.get("released"))
            run.footprint = still.get("footprint", 1)
            for batch in islice(engine.batches(), 1 if number else 2):
                context = StepContext(
                    done=done, learning_rate=0.5, rate_weight=1e-3, footprint=run.footprint,
                    weight_steps=run.weight_steps, latents_frozen=run.latents_frozen, released=run.released,
                    pixels=batch.pixels, seed=0, number=number, context_rate=0.5, subsample=batch.subsample,
                )  # fmt: skip
                with reads:
                    engine.step(context, batch.parts)
                number += 1
    assert number == phases + 1


MODELS = {
    **{name: model_for(name, 900, 2) for name in CONDITIONINGS},
    "smooth": ModelSettings(space="smooth", footprint=2),
}


def mixed(drawn: torch.Tensor) -> None:
    drawn + torch.ones(drawn.shape)


def indexed(drawn: torch.Tensor) -> None:
    torch.zeros(3)[drawn.reshape(-1)[:1].long()]


def joined(drawn: torch.Tensor) -> None:
    torch.cat([drawn.reshape(-1), torch.ones(1)])


FAULTS: dict[str, Callable[[torch.Tensor], object]] = {
    "mixed": mixed,
    "indexed": indexed,
    "joined": joined,
    "item": lambda drawn: drawn.sum().item(),
    "float": lambda drawn: float(drawn.sum()),
    "bool": lambda drawn: bool((drawn > 0).all()),
    "nonzero": lambda drawn: drawn.nonzero(),
    "masked": lambda drawn: drawn[drawn > 0],
    "tolist": lambda drawn: drawn.tolist(),
    "cpu": lambda drawn: drawn.cpu(),
}


def plant(fault: Callable[[torch.Tensor], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault in the middle of every step."""
    right: Any = squared.errors

    def wrong(drawn: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        fault(drawn.detach())
        errors: torch.Tensor = right(drawn, target)
        return errors

    monkeypatch.setattr(squared, "errors", wrong)


def found(model: ModelSettings, phases: int = len(PHASES), **settings: Any) -> str:
    """What goes wrong in steps; nothing where all is well."""
    reads = HostReads()
    with pytest.MonkeyPatch.context() as monkeypatch, pretended(monkeypatch):
        run = fresh(model, **settings)
        assert run.device.name == run.adam.weights.device.type == NAME
        try:
            take_steps(run, reads, phases)
        except Exception as failure:
            return f"{dict(reads.found)} {failure}".strip()
    return str(dict(reads.found)) if reads.found else ""


def main(names: list[str]) -> None:
    """Print what goes wrong in steps of the named designs, and with the named faults planted."""
    backend_registration._setup_privateuseone_for_python_backend(
        NAME
    )  # experimental, so its caller looks whether it is
    print(json.dumps({name: answer(name) for name in names}))


def answer(name: str) -> str:
    if name == "encoder":
        return found(MODELS["hypernetwork"], encoder=True)
    if name in MODELS:
        return found(MODELS[name])
    with pytest.MonkeyPatch.context() as monkeypatch:
        plant(FAULTS[name], monkeypatch)
        return found(MODELS["pyramid"], 1)


if __name__ == "__main__":
    main(sys.argv[1:])
