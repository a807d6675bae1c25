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

FORMAT = 3  # of what is in a checkpoint: goes up when that changes
RESUME = Parameter("resume", True)


def fingerprint(pictures: Sequence[Pixels], model: ModelSettings, settings: FitSettings) -> str:
    """What a checkpoint must share with the run that goes on from it: pictures and settings, but not where it runs."""
    place_free = replace(settings, time_limit=None, device="", engine="", threads=None, tune_process=True)
    digest = hashlib.sha256(msgspec.msgpack.encode((model, place_free)))
    for pixels in pictures:
        digest.update(repr(pixels.shape).encode() + pixels.tobytes())
    return digest.hexdigest()


def save(path: Path, run: Run, meter: Meter, owner: str) -> None:
    """Write a checkpoint, whole or not at all; InrError when it cannot be written."""
    contents = {
        "format": FORMAT,
        "version": __version__,
        "owner": owner,
        "tensors": [tensor.detach() for tensor in run.leaves],
        "adam": run.adam.state(),
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
    except (OSError, RuntimeError) as failure:  # torch's writer: a RuntimeError where the disk is full
        raise InrError(f"{path}: the checkpoint cannot be written: {_reason(failure)}") from failure
    finally:
        unfinished.unlink(missing_ok=True)


def restore(path: Path, run: Run, meter: Meter, owner: str) -> None:
    """Bring a fresh run to where the checkpoint stood; UsageError when it is of other pictures, settings or programs.

    InrError when it cannot be read, or is damaged.
    """
    contents = _read(path)
    _check_program(path, contents)
    if contents.get("owner") != owner:
        raise UsageError(f"{path}: belongs to other images or settings; repeat the command that made it, or delete it")
    try:
        _take_over(contents, run, meter)
    except (KeyError, TypeError, ValueError, RuntimeError) as failure:
        raise _damaged(path) from failure


@torch.no_grad()
def _take_over(contents: dict[str, Any], run: Run, meter: Meter) -> None:
    for tensor, stored in zip(run.leaves, contents["tensors"], strict=True):
        tensor.copy_(stored)
    run.adam.restore(contents["adam"])
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
        with path.open("rb") as source:
            return dict(torch.load(source, map_location="cpu", weights_only=True))  # weights_only: it runs no code
    except FileNotFoundError as failure:
        raise UsageError(f"{path}: no such checkpoint; start without ", RESUME) from failure
    except OSError as failure:  # may not be read, is a folder, lies on a disk that fails
        raise InrError(f"{path}: the checkpoint cannot be read: {_reason(failure)}") from failure
    except MemoryError as failure:
        raise InrError(f"{path}: too little memory for the checkpoint; close other programs and try again") from failure
    except Exception as failure:  # torch's reader raises whatever its parts raise
        raise _damaged(path) from failure


def _check_program(path: Path, contents: dict[str, Any]) -> None:
    made_by = contents.get("version")
    if contents.get("format") == FORMAT and made_by == __version__:
        return
    name = f"inrcodec {made_by[:32]}" if isinstance(made_by, str) else "an older inrcodec"
    raise UsageError(
        f"{path}: was made by {name}, and this is {__version__}; go on with that one, or delete it and start without ",
        RESUME,
    )


def _damaged(path: Path) -> InrError:
    return InrError(f"{path}: the checkpoint is damaged; delete it and start without ", RESUME)


def _reason(failure: Exception) -> str:
    return getattr(failure, "strerror", None) or str(failure).partition("\n")[0]
