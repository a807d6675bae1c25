"""An interrupted fit on disk: all that `run.start` does not make again from the pictures and the settings."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import torch

from inrcodec.errors import InrError, Parameter, UsageError
from inrcodec.fitting.progress import HeldOutErrors, Meter
from inrcodec.fitting.run import Run
from inrcodec.numerics.arrays import Pixels
from inrcodec.settings import FitSettings, ModelSettings
from inrcodec.version import __version__


def fingerprint(pictures: Sequence[Pixels], model: ModelSettings, settings: FitSettings) -> str:
    """What a checkpoint must share with the run that goes on from it: pictures and settings, but not where it runs."""
    place_free = replace(settings, time_limit=None, device="", threads=None)
    digest = hashlib.sha256(msgspec.msgpack.encode((__version__, model, place_free)))
    for pixels in pictures:
        digest.update(repr(pixels.shape).encode() + pixels.tobytes())
    return digest.hexdigest()


def save(path: Path, run: Run, meter: Meter, owner: str) -> None:
    """Write a checkpoint, whole or not at all."""
    contents = {
        "owner": owner,
        "tensors": [tensor.detach() for tensor in run.leaves],
        "adam": run.adam.state_dict(),
        "rows": [group.adam.state() for group in run.groups],
        "weight_steps": run.weight_steps,
        "latents_frozen": run.latents_frozen,
        "released": run.released,
        "held_out": None if run.held_out is None else [torch.from_numpy(errors) for errors in run.held_out],
        "meter": meter.state(),
        "rate_control": run.rate_control.state(),
        "order": run.order.get_state(),
    }
    unfinished = path.with_name(path.name + ".tmp")
    try:
        torch.save(contents, unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def restore(path: Path, run: Run, meter: Meter, owner: str) -> None:
    """Bring a fresh run to where the checkpoint stood; UsageError when it is of other pictures or settings."""
    contents = _read(path)
    if contents.get("owner") != owner:
        raise UsageError(f"{path}: belongs to other images or settings; repeat what made it, or delete it")
    with torch.no_grad():
        for tensor, stored in zip(run.leaves, contents["tensors"], strict=True):
            tensor.copy_(stored)
    run.adam.load_state_dict(contents["adam"])
    for group, state in zip(run.groups, contents["rows"], strict=True):
        group.adam.restore(state)
    run.weight_steps, run.latents_frozen = contents["weight_steps"], contents["latents_frozen"]
    run.released = contents["released"]
    held_out = contents["held_out"]
    run.held_out = None if held_out is None else HeldOutErrors(*(errors.numpy() for errors in held_out))
    meter.restore(contents["meter"])
    run.rate_control.restore(contents["rate_control"])
    run.order.set_state(contents["order"])


def _read(path: Path) -> dict[str, Any]:
    try:
        contents = torch.load(path, map_location="cpu", weights_only=True)  # weights_only: a checkpoint runs no code
        return dict(contents)
    except FileNotFoundError as failure:
        raise UsageError(f"{path}: no such checkpoint; start without ", Parameter("resume", True)) from failure
    except Exception as failure:  # torch's reader raises whatever its parts raise
        raise InrError(
            f"{path}: unreadable checkpoint; delete it and start without ", Parameter("resume", True)
        ) from failure
