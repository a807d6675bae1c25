"""An interrupted fit on disk: all that `run.start` does not make again from the pictures and the settings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from inrcodec.errors import InrError, Parameter, UsageError
from inrcodec.fitting.arrays import Array, host, put
from inrcodec.fitting.progress import HeldOutErrors, Meter
from inrcodec.fitting.run import Run
from inrcodec.numerics.arrays import AnyPixels, FloatArray
from inrcodec.settings import FitSettings, ModelSettings
from inrcodec.version import __version__

FORMAT = 4  # of what is in a checkpoint: goes up when that changes
FACTS = "facts"  # the one entry that is no array of numbers, but a message
RESUME = Parameter("resume", True)


def fingerprint(pictures: Sequence[AnyPixels], model: ModelSettings, settings: FitSettings) -> str:
    """What a checkpoint must share with the run that goes on from it: pictures and settings, but not where it runs."""
    place_free = replace(settings, time_limit=None, device="", engine="", threads=None, tune_process=True)
    digest = hashlib.sha256(msgspec.msgpack.encode((model, place_free)))
    for pixels in pictures:
        digest.update(repr((pixels.shape, pixels.dtype)).encode())
        digest.update(np.ascontiguousarray(pixels).data)
    return digest.hexdigest()


def save(path: Path, run: Run, meter: Meter, owner: str) -> None:
    """Write a checkpoint, whole or not at all; InrError when it cannot be written."""
    facts = {
        "format": FORMAT,
        "version": __version__,
        "owner": owner,
        "weight_steps": run.weight_steps,
        "latents_frozen": run.latents_frozen,
        "released": run.released,
        "meter": meter.state(),
        "rate_control": run.rate_control.state(),
        "order": _state_of(run.order),
    }
    arrays = {name: host(values) for name, values in _arrays(run).items()}
    if run.held_out is not None:
        arrays["held_out"] = np.stack(run.held_out)
    arrays[FACTS] = np.frombuffer(msgspec.msgpack.encode(facts), np.uint8)
    unfinished = path.with_name(path.name + ".tmp")
    try:
        with unfinished.open("wb") as target:
            np.savez(target, allow_pickle=False, **arrays)
        unfinished.replace(path)
    except OSError as failure:
        raise InrError(f"{path}: the checkpoint cannot be written: {_reason(failure)}") from failure
    finally:
        unfinished.unlink(missing_ok=True)


def restore(path: Path, run: Run, meter: Meter, owner: str) -> None:
    """Bring a fresh run to where the checkpoint stood; UsageError when it is of other pictures, settings or programs.

    InrError when it cannot be read, or is damaged.
    """
    facts, arrays = _read(path)
    _check_program(path, facts)
    if facts.get("owner") != owner:
        raise UsageError(f"{path}: belongs to other images or settings; repeat the command that made it, or delete it")
    try:
        _take_over(facts, arrays, run, meter)
    except (KeyError, TypeError, ValueError) as failure:
        raise _damaged(path) from failure


def _arrays(run: Run) -> dict[str, Array]:
    """Everything that steps change, by what it is called in a checkpoint."""
    named = {"weights": run.adam.weights}
    named |= {f"adam-{number}": part for number, part in enumerate(run.adam.state())}
    for number, group in enumerate(run.groups):
        named |= {f"rows-{number}-{place}": part for place, part in enumerate(group.adam.state())}
    return named


def _take_over(facts: dict[str, Any], stored: Mapping[str, FloatArray], run: Run, meter: Meter) -> None:
    for name, values in _arrays(run).items():
        put(values, stored[name])
    run.weight_steps, run.latents_frozen = facts["weight_steps"], facts["latents_frozen"]
    run.released = facts["released"]
    run.held_out = HeldOutErrors(*stored["held_out"]) if "held_out" in stored else None
    meter.restore(facts["meter"])
    run.rate_control.restore(facts["rate_control"])
    run.order.bit_generator.state = _state_from(facts["order"])


def _state_of(order: np.random.Generator) -> bytes:
    """Of a generator of random numbers; its whole numbers are longer than a message may have them."""
    return json.dumps(order.bit_generator.state).encode()


def _state_from(stored: bytes) -> dict[str, Any]:
    return dict(json.loads(stored))


def _read(path: Path) -> tuple[dict[str, Any], dict[str, FloatArray]]:
    try:
        with path.open("rb") as source, np.load(source, allow_pickle=False) as contents:  # runs no code
            arrays = {name: contents[name] for name in contents.files}
        return dict(msgspec.msgpack.decode(arrays.pop(FACTS).tobytes())), arrays
    except FileNotFoundError as failure:
        raise UsageError(f"{path}: no such checkpoint; start without ", RESUME) from failure
    except OSError as failure:  # may not be read, is a folder, lies on a disk that fails
        raise InrError(f"{path}: the checkpoint cannot be read: {_reason(failure)}") from failure
    except MemoryError as failure:
        raise InrError(f"{path}: too little memory for the checkpoint; close other programs and try again") from failure
    except Exception as failure:  # readers of damaged bytes raise whatever their parts raise
        raise _damaged(path) from failure


def _check_program(path: Path, facts: dict[str, Any]) -> None:
    made_by = facts.get("version")
    if facts.get("format") == FORMAT and made_by == __version__:
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
