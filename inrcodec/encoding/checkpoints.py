"""Where the checkpoints of an output lie: beside it, and where there was no room, in the user's folder for state."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from platformdirs import user_state_path

from inrcodec.errors import InputError, InrError, Parameter, UsageError

if TYPE_CHECKING:
    from inrcodec.fitting.checkpoint import Snapshot


Made = TypeVar("Made")
RESUME = Parameter("resume", True)


class Resumable(Protocol):
    """What a fit provides of which copies are kept."""

    @property
    def work(self) -> tuple[int, float]:
        """Steps taken, and what else a copy would keep."""

    @property
    def behind(self) -> float:
        """Share of its time that is over."""

    @property
    def torn(self) -> bool:
        """Whether something ended it in the middle of a step."""

    def snapshot(self, **told: Any) -> Snapshot:
        """A copy; told: what its caller wants to find in it again."""

    def restore(self, path: Path) -> dict[str, Any]:
        """Go on from a checkpoint; what the caller had told it."""


def checkpoint_path(output: Path) -> Path:
    """Where an interrupted encode of that output waits, if there is room."""
    return output.with_name(output.name + ".checkpoint")


def place_of_last_resort(output: Path) -> Path:
    """Where it waits otherwise; nothing is made there."""
    digest = hashlib.sha256(os.fsencode(Path(os.path.realpath(output)))).hexdigest()[:12]
    return user_state_path("inrcodec", appauthor=False) / "checkpoints" / f"{digest}.checkpoint"


def waiting(output: Path) -> list[Path]:
    """Checkpoints of an output, the latest first."""
    from inrcodec.fitting.checkpoint import elder

    found: dict[Path, int] = {}
    for path in (checkpoint_path(output), place_of_last_resort(output)):
        for one in (path, elder(path)):
            with contextlib.suppress(OSError):
                found[one] = one.stat().st_mtime_ns
    return sorted(found, key=lambda path: -found[path])


def check_waiting(output: Path, *, resume: bool) -> None:
    """Raise UsageError where an interrupted fit waits that would be lost, or where none does to go on from."""
    found = waiting(output)
    if found and not resume:
        raise UsageError(f"{found[0]}: an interrupted fit waits there; add ", RESUME, " to go on, or delete it")
    if resume and not found:
        raise UsageError(f"{output}: no interrupted fit of it waits to go on from; start without ", RESUME)


def remove(output: Path) -> None:
    """Remove all of them: their fit is in a file."""
    for path in waiting(output):
        with contextlib.suppress(OSError):
            path.unlink()


def gone_on_with(output: Path, make: Callable[[bool], Made]) -> Made:
    """What `make(resume)` makes of an output: from its checkpoint, or anew where none waits or this one is of no use.

    For who is not there to be asked; a checkpoint of another version, of other settings or that is damaged goes.
    """
    resume = bool(waiting(output))
    try:
        return make(resume)
    except InputError:
        raise
    except InrError:
        if not resume:
            raise
    remove(output)
    return make(False)


def told_to(output: Path) -> dict[str, Any]:
    """What the latest checkpoint that can be read was told; nothing where none can, which `restore` says more of."""
    from inrcodec.fitting.checkpoint import read_facts

    for path in waiting(output):
        with contextlib.suppress(InrError, KeyError, TypeError, ValueError):
            return dict(read_facts(path)["told"])
    return {}


def write(snapshot: Snapshot, output: Path) -> Path:
    """Write a checkpoint where there is room; where that is. InrError says why it is nowhere."""
    beside, other = checkpoint_path(output), place_of_last_resort(output)
    try:
        snapshot.write(beside)
        return beside
    except InrError as failure:
        try:
            other.parent.mkdir(parents=True, exist_ok=True)
            snapshot.write(other)
        except (OSError, InrError):
            raise failure from None  # the first place is the one to make room in
        return other


def restore(fit: Resumable, output: Path) -> tuple[dict[str, Any], str]:
    """Bring a fresh fit to where the latest whole checkpoint stands; what it was told, and what is to be said of it.

    Raises what `Fit.restore` does where there is none.
    """
    from inrcodec.fitting.checkpoint import Damaged

    first: Damaged | None = None
    for path in waiting(output):
        try:
            told = fit.restore(path)
        except Damaged as failure:
            first = first or failure
        else:
            return told, f"the latest checkpoint is damaged; going on from the one before it, {path}" if first else ""
    if first:
        raise first
    return fit.restore(checkpoint_path(output)), ""
