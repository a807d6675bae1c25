"""The encode path: pictures, fit, bytes, and the archive that is read back from them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from inrcodec.archive import Archive
from inrcodec.bitstream.files import write_atomically
from inrcodec.bitstream.one_writer import only_writer
from inrcodec.encoding.assemble import assembled
from inrcodec.encoding.checkpoints import RESUME, check_waiting, place_of_last_resort, waiting
from inrcodec.encoding.foretelling import Foretelling
from inrcodec.encoding.job import Job
from inrcodec.encoding.keeping import Keeper
from inrcodec.encoding.keywords import KeywordsOf
from inrcodec.encoding.options import EncodeKeywords, EncodeOptions, EncodeRun, Sources
from inrcodec.encoding.outlook import Outlook
from inrcodec.encoding.prepare import Prepared
from inrcodec.encoding.recorder import Recorder
from inrcodec.encoding.room import Room, look_for_checkpoints
from inrcodec.encoding.short_limits import Beginning
from inrcodec.encoding.steps import take_steps
from inrcodec.encoding.target import Made, corrected
from inrcodec.errors import Parameter, UsageError
from inrcodec.images import Picture, Skipped
from inrcodec.images.scan import SUFFIXES as PICTURE_SUFFIXES
from inrcodec.settings import FitSettings
from inrcodec.signals import kind_of

if TYPE_CHECKING:
    from inrcodec.fitting.engine import Fit

FEW_BYTES = 1 << 15  # of a file: header, names, figures


@dataclass(frozen=True, kw_only=True)
class EncodeResult:
    """What was written, as read back from its own bytes; outlook: how far the fit came; pictures: as they went in.

    start: what it began with, a network of the "base" and zeros for latents, a "guess" of latents beside it, or "none".
    """

    path: Path
    archive: Archive
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    seconds: float
    source_bytes: int
    outlook: Outlook
    start: Literal["guess", "base", "none"]
    pictures: Sequence[Picture]


@KeywordsOf(EncodeKeywords)
def encode(sources: Sources, output: str | Path, keywords: EncodeKeywords) -> EncodeResult:
    """Encode pictures into one file and return what was written, as read back from its own bytes.

    sources: folders, image files or globs; output: the file to write. A KeyboardInterrupt between two steps leaves a
    checkpoint beside the output, which `resume` goes on from. One network holds at most 100,000 images; for more, or
    for several processes or machines, there is `inrcodec.encode_collection`. Raises UsageError where this cannot be
    done, InputError where no picture can be read, and InrError where it fails.
    """
    return encode_with(sources, output, keywords, keywords)


def encode_with(
    sources: Sources,
    output: str | Path,
    options: EncodeOptions,
    run: EncodeRun | None = None,
    started: float | None = None,
) -> EncodeResult:
    """The same of options that are built already; without `run`, as `encode` does by default.

    started: when the time that it takes began, by the monotonic clock; None: now.
    """
    started = time.monotonic() if started is None else started
    run, path = run or EncodeRun(), Path(output)
    check_output(path, overwrite=run.overwrite, resume=run.resume)
    with only_writer(path):
        check_waiting(path, resume=run.resume)
        job = Job.of(sources, path, options, run, started)
        made = _encoded(job)
        while isinstance(made, Beginning):
            job = job.begun_anew(made)
            made = _encoded(job)
        return made


def _encoded(job: Job) -> EncodeResult | Beginning:
    """The file of what was prepared; or how to begin instead, where time turns out to be too short for that."""
    run, path, asked = job.run, job.path, job.asked
    with _kept(job) as (fit, keeper, recorder, room):
        foretelling = Foretelling(fit, asked, record=run.record)
        instead = take_steps(fit, keeper, recorder, job, foretelling)
        if instead is None:
            blob, archive = _made(fit, recorder, job, foretelling)
            _report(run, fit, "write")
            room.release()
            write_atomically(path, blob, overwrite=run.overwrite)
            outlook = job.outlook(fit)
    if instead is not None:
        return instead
    archive = archive.reread(blob, path)
    if run.snapshots and run.snapshots.final:
        run.snapshots.show("final", {image.number: image.render_stored() for image in archive}, asked.pictures)
    return EncodeResult(
        path=path,
        archive=archive,
        skipped=asked.found.skipped,
        notes=asked.found.notes,
        seconds=time.monotonic() - job.started,
        source_bytes=sum(picture.source_bytes for picture in asked.pictures),
        outlook=outlook,
        start=_start(asked.settings),
        pictures=asked.pictures,
    )


def _made(fit: Fit, recorder: Recorder, job: Job, foretelling: Foretelling) -> Made:
    """The bytes of a fit that is through, led to its target, and what they decode to."""
    asked = job.asked
    record = recorder.record() if job.run.record else None

    def made(like: Archive | None = None) -> Made:
        _report(job.run, fit, "measure")
        fitted = fit.finish()
        return assembled(
            asked.pictures, asked.header, fitted, asked.poses, record, fit.files,
            share=asked.share, rate_weight=fit.run.rate_control.weight, allowance=foretelling.allowance, like=like,
        )  # fmt: skip

    return corrected(fit, made, job.options, job.run.on_progress)


def _start(settings: FitSettings) -> Literal["guess", "base", "none"]:
    if settings.base is None:
        return "none"
    return "guess" if settings.guess else "base"


def _report(run: EncodeRun, fit: Fit, phase: str) -> None:
    if run.on_progress:
        run.on_progress(fit.progress(phase))


def check_output(path: Path, *, overwrite: bool, resume: bool = False) -> None:
    """Raise UsageError when an output cannot or must not be written; ask before hours of work.

    resume: whether an interrupted fit is to be gone on with, which a file without one has behind it.
    """
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; name a file, as in {path / 'set.inr'}")
    if path.exists() and not path.is_file():
        raise UsageError(f"{path}: exists and is not a file; choose another name")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: the folder {path.parent} does not exist; create it first")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"{path}: the folder {path.parent} may not be written to; choose another")
    if path.suffix.lower() in PICTURE_SUFFIXES:
        raise UsageError(f"{path}: is a name for a picture; end it with .inr")
    if (kind := kind_of(path)) is not None:
        raise UsageError(f"{path}: is a name for a {kind}; end it with .inr")
    if path.exists() and overwrite and not os.access(path, os.W_OK):
        raise UsageError(f"{path}: may not be written to; choose another name")
    if path.exists() and not overwrite:
        if resume and not waiting(path):
            raise UsageError(
                f"{path}: is finished, and no interrupted fit of it waits to go on from; to make it anew, use ",
                Parameter("overwrite", True), " without ", RESUME,
            )  # fmt: skip
        raise UsageError(
            f"{path}: exists already; use ", Parameter("overwrite", True), " to replace it, or choose another name"
        )


@contextmanager
def _kept(job: Job) -> Iterator[tuple[Fit, Keeper, Recorder, Room]]:
    """A fit, fresh or resumed; whatever ends it before its file is written leaves a checkpoint."""
    from inrcodec.fitting.engine import Fit  # torch takes seconds to load, and `plan` does without

    run, path, asked = job.run, job.path, job.asked
    say = run.on_notice or (lambda line: None)
    pictures = [picture.stored for picture in asked.pictures]
    fit = Fit(pictures, asked.model, asked.settings, asked.extra, poses=asked.poses)
    recorder = Recorder()
    keeper = Keeper(fit, path, say, lambda: {"recorder": recorder.state(), "beginning": asdict(job.beginning)})
    if run.resume:
        recorder.restore(keeper.restore()["recorder"])
    room = Room(path, _largest_file(asked))
    look_for_checkpoints(path, place_of_last_resort(path).parent, fit.checkpoint_bytes, say)
    if asked.settings.time_limit is not None:  # reading and loading were part of the time
        fit.meter.limit = asked.settings.time_limit - (time.monotonic() - job.started)
    try:
        yield fit, keeper, recorder, room
    except BaseException as failure:  # KeyboardInterrupt above all; but a full disk, too, must not cost hours of work
        room.release()
        keeper.keep_after(failure)
        raise
    finally:
        room.release()
    keeper.remove()


def _largest_file(asked: Prepared) -> int:
    """Bytes that a file will hardly have more than: the network as it is in memory, and pixels as octets."""
    return FEW_BYTES + 4 * asked.weights + asked.pixels * asked.header.channels
