"""An interrupted fit on disk: all that `run.start` does not make again from the pictures and the settings."""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.lib.npyio import NpzFile

from inrcodec.bitstream.part_files import flush_folder, part_file
from inrcodec.errors import InrError, Parameter, UsageError
from inrcodec.fitting.arrays import Array, copy_of, host, put
from inrcodec.fitting.place import Place
from inrcodec.fitting.progress import HeldOutErrors, Meter
from inrcodec.fitting.run import FrozenModel, Run
from inrcodec.numerics.arrays import AnyPixels, FloatArray
from inrcodec.settings import FitSettings, ModelSettings
from inrcodec.version import __version__

FORMAT = 6  # of what is in a checkpoint: goes up when that changes
FACTS = "facts"  # the one entry that is no array of numbers, but a message
ROOM = 1 << 16  # bytes, for all that is no array
RESUME = Parameter("resume", True)


class Damaged(InrError):
    """Not all of a checkpoint is there, or not as it was written."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: the checkpoint is damaged; delete it and start without ", RESUME)


def fingerprint(
    pictures: Sequence[AnyPixels], model: ModelSettings, settings: FitSettings, frozen: FrozenModel | None = None
) -> str:
    """What a checkpoint must share with the run that goes on from it: pictures and settings, but not where it runs.

    frozen: the network that pictures are to be drawn with, where it is there already.
    """
    place_free = replace(settings, time_limit=None, device="", engine="", threads=None, tune_process=True)
    if settings.target is not None:
        place_free = replace(place_free, rate_weight=0.0)  # foreseen, and then led by what the checkpoint keeps
    digest = hashlib.sha256(msgspec.msgpack.encode((model, place_free)))
    for pixels in pictures:
        digest.update(repr((pixels.shape, pixels.dtype)).encode())
        digest.update(np.ascontiguousarray(pixels).data)
    if frozen is not None:
        digest.update(repr((frozen.first, list(frozen.ranges))).encode())
        for values in (*frozen.network, *frozen.context, *([] if frozen.codes is None else [frozen.codes])):
            digest.update(np.ascontiguousarray(values).data)
    return digest.hexdigest()


@dataclass(frozen=True)
class Snapshot:
    """A fit as it stood between two steps: a copy, which can be written while the fit goes on."""

    facts: dict[str, Any]
    arrays: dict[str, FloatArray]
    work: tuple[int, float] = (0, 0.0)  # what it has behind it; see `Meter.work`

    @staticmethod
    def of(run: Run, meter: Meter, place: Place, owner: str, told: Mapping[str, Any]) -> Snapshot:
        """Of a fit; told: what its caller wants to be kept along, plain values."""
        facts = {
            **program_facts(owner, told),
            "weight_steps": list(run.weight_steps),
            "latents_frozen": run.latents_frozen,
            "released": run.released,
            "watched": run.watched,
            "meter": meter.state(),
            "rate_control": run.rate_control.state(),
            "place": place.state(run),
        }
        arrays = {name: copy_of(host(values)) for name, values in _arrays(run).items()}
        if run.held_out is not None:
            arrays["held_out"] = np.stack(run.held_out)
        return Snapshot(facts, arrays, meter.work)

    def write(self, path: Path) -> None:
        """Write a checkpoint, whole or not at all; the one that is there stays as its elder.

        InrError when it cannot be written.
        """
        facts = np.frombuffer(msgspec.msgpack.encode(self.facts), np.uint8)
        unfinished = part_file(path.parent)
        try:
            with unfinished.open("xb") as target:
                np.savez(target, allow_pickle=False, **self.arrays, **{FACTS: facts})
                target.flush()
                os.fsync(target.fileno())
            if path.is_file():
                path.replace(elder(path))
            unfinished.replace(path)
            flush_folder(path.parent)
        except OSError as failure:
            raise InrError(f"{path}: the checkpoint cannot be written: {_reason(failure)}") from failure
        finally:
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)


def size_of(run: Run) -> int:
    """Bytes of a checkpoint, about."""
    return ROOM + sum(4 * int(math.prod(values.shape)) for values in _arrays(run).values())


def elder(path: Path) -> Path:
    """Where the checkpoint goes that was there before the latest one."""
    return path.with_name(path.name + ".1")


def restore(path: Path, run: Run, meter: Meter, place: Place, owner: str) -> dict[str, Any]:
    """Bring a fresh run to where the checkpoint stood; returns what the fit's caller had told it.

    UsageError when it is of other pictures, settings or programs; InrError when it cannot be read, `Damaged` when not
    all of it is there.
    """
    facts, arrays = read_own(path, owner)
    try:
        _take_over(facts, arrays, run, meter, place)
        return dict(facts["told"])
    except (KeyError, TypeError, ValueError) as failure:
        raise Damaged(path) from failure


def _arrays(run: Run) -> dict[str, Array]:
    """Everything that steps change, by what it is called in a checkpoint."""
    named = {"weights": run.adam.weights}
    named |= {f"adam-{number}": part for number, part in enumerate(run.adam.state())}
    if run.adam.pull is not None:
        named["pull"] = run.adam.pull
    for number, group in enumerate(run.groups):
        named |= {f"rows-{number}-{place}": part for place, part in enumerate(group.adam.state())}
        if group.seen is not None:
            named[f"seen-{number}"] = group.seen
    return named


def _take_over(facts: dict[str, Any], stored: Mapping[str, FloatArray], run: Run, meter: Meter, place: Place) -> None:
    for name, values in _arrays(run).items():
        put(values, stored[name])
    run.weight_steps, run.latents_frozen = facts["weight_steps"], facts["latents_frozen"]
    run.released = facts["released"]
    run.held_out = HeldOutErrors(*stored["held_out"]) if "held_out" in stored else None
    meter.restore(facts["meter"])
    run.rate_control.restore(facts["rate_control"])
    run.watched = tuple(facts["watched"]) if facts["watched"] else None
    place.restore(facts["place"], run)


def program_facts(owner: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """What every checkpoint says; told: what the caller of the fit wants to find in it again."""
    return {"format": FORMAT, "version": __version__, "owner": owner, "told": dict(told)}


def read_own(path: Path, owner: str) -> tuple[dict[str, Any], dict[str, FloatArray]]:
    """The same as `read`; UsageError where it is of another program, or of another owner."""
    facts, arrays = read(path)
    _check_program(path, facts)
    if facts.get("owner") != owner:
        raise UsageError(f"{path}: belongs to other images or settings; repeat the command that made it, or delete it")
    return facts, arrays


def read(path: Path) -> tuple[dict[str, Any], dict[str, FloatArray]]:
    """The facts and the arrays of a checkpoint, whose checksums are right; see `restore`."""
    with _opened(path) as contents:
        arrays = {name: contents[name] for name in contents.files if name != FACTS}
        return _facts(contents), arrays


def read_facts(path: Path) -> dict[str, Any]:
    """The facts alone, which take next to no memory."""
    with _opened(path) as contents:
        return _facts(contents)


def _facts(contents: Mapping[str, Any]) -> dict[str, Any]:
    return dict(msgspec.msgpack.decode(contents[FACTS].tobytes()))


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[NpzFile]:
    """The entries of a checkpoint, each of which is read and checked when it is asked for."""
    try:
        with path.open("rb") as source, np.load(source, allow_pickle=False) as contents:  # runs no code
            yield contents
    except FileNotFoundError as failure:
        raise UsageError(f"{path}: no such checkpoint; start without ", RESUME) from failure
    except OSError as failure:  # may not be read, is a folder, lies on a disk that fails
        raise InrError(f"{path}: the checkpoint cannot be read: {_reason(failure)}") from failure
    except MemoryError as failure:
        raise InrError(f"{path}: too little memory for the checkpoint; close other programs and try again") from failure
    except Exception as failure:  # readers of damaged bytes raise whatever their parts raise
        raise Damaged(path) from failure


def _check_program(path: Path, facts: dict[str, Any]) -> None:
    made_by = facts.get("version")
    if facts.get("format") == FORMAT and made_by == __version__:
        return
    name = f"inrcodec {made_by[:32]}" if isinstance(made_by, str) else "an older inrcodec"
    raise UsageError(
        f"{path}: was made by {name}, and this is {__version__}; go on with that one, or delete it and start without ",
        RESUME,
    )


def _reason(failure: Exception) -> str:
    return getattr(failure, "strerror", None) or str(failure).partition("\n")[0]
