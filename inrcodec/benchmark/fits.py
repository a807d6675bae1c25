"""The fits of inrcodec that a comparison rests on: made here, or found where an earlier comparison saved them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inrcodec.benchmark.steps import OnStep, Step
from inrcodec.encoding.checkpoints import waiting
from inrcodec.encoding.encode import encode_with
from inrcodec.encoding.options import EncodeOptions, EncodeRun, Sources
from inrcodec.errors import UsageError
from inrcodec.images import Picture
from inrcodec.version import __version__


@dataclass(frozen=True)
class FittedFile:
    """One .inr file of the set, what it is called in a table, and the seconds it took, where they are known."""

    path: Path
    label: str
    seconds: float | None = None


@dataclass(frozen=True)
class FitName:
    """What a fit is called in tables, and how the name of its file begins."""

    label: str
    stem: str


def existing(paths: Sequence[str | Path]) -> list[FittedFile]:
    """Files that the user brought along."""
    return [FittedFile(Path(path), Path(path).name) for path in paths]


def make_folder(path: str | Path) -> Path:
    """The folder to keep fits in."""
    folder = Path(path)
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: is a file; name a folder to keep the fitted files in")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def fit_quality(
    sources: Sources, pictures: Sequence[Picture], options: EncodeOptions, folder: Path, on_step: OnStep
) -> FittedFile:
    """The file of these options, for a comparison with codecs: they store no reports, so neither does this."""
    name = FitName(label=f"quality {options.quality:g}", stem=f"q{options.quality:g}")
    return fit_kept(sources, pictures, options, folder, on_step, name, record=False)


def fit_kept(
    sources: Sources,
    pictures: Sequence[Picture],
    options: EncodeOptions,
    folder: Path,
    on_step: OnStep,
    name: FitName,
    *,
    record: bool,
) -> FittedFile:
    """The file of these options in `folder`, fitted unless it is there, from the checkpoint if one is left.

    The file's name ends in a digest of pictures, options and version, so that a file of that name is the one wanted;
    the seconds are noted beside it.
    """
    settings = _plain(options)
    path = folder / f"{name.stem}-{_digest(pictures, settings)}.inr"
    notes = path.with_suffix(".json")
    if path.exists():
        return FittedFile(path, name.label, _seconds(notes))
    resume = bool(waiting(path))
    run = EncodeRun(
        resume=resume,
        record=record,
        on_progress=lambda progress: on_step(Step(progress.phase, progress.step, progress.steps, name.label, progress)),
    )
    result = encode_with(sources, path, options, run)
    seconds = None if resume else result.seconds  # how long it took before, nobody knows
    notes.write_text(json.dumps({"seconds": seconds, **settings}, indent=2) + "\n", "utf-8")
    return FittedFile(path, name.label, seconds)


def _plain(options: EncodeOptions) -> dict[str, Any]:
    """The options as JSON holds them: equal options give equal text, a path the same as its name."""
    known = dataclasses.asdict(options)
    extra = None if options.extra is None else str(options.extra)
    return {**known, "extra": extra, "quality": float(options.quality), "version": __version__}


def _digest(pictures: Sequence[Picture], settings: dict[str, Any]) -> str:
    """Eight digits that stand for these pictures and settings."""
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for picture in pictures:
        digest.update(repr((picture.name, picture.pixels.shape)).encode())
        digest.update(picture.pixels.tobytes())
    return digest.hexdigest()[:8]


def _seconds(notes: Path) -> float | None:
    """What was noted beside an earlier fit; None where that is gone."""
    try:
        return float(json.loads(notes.read_text("utf-8"))["seconds"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
