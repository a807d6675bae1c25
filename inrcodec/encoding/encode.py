"""The encode path: pictures, fit, bytes, and the archive that is read back from them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from inrcodec.archive import Archive
from inrcodec.bitstream.container import write_atomically
from inrcodec.bitstream.header import FORMAT_VERSION, Header, encode_header, pack_shapes
from inrcodec.bitstream.limits import check_limits
from inrcodec.bitstream.names import encode_names
from inrcodec.bitstream.record import Record
from inrcodec.bitstream.stored import pack, pack_latents
from inrcodec.encoding.keywords import KeywordsOf
from inrcodec.encoding.one_writer import only_writer
from inrcodec.encoding.options import EncodeKeywords, EncodeOptions, EncodeRun, Sources
from inrcodec.encoding.recorder import Recorder
from inrcodec.encoding.resolve import count_pixels, extra_images, fit_settings, model_settings, read_pictures
from inrcodec.encoding.target import corrected
from inrcodec.errors import InrError, Parameter, UsageError
from inrcodec.evaluate.measuring import decoded_pairs, measured, measured_for_reports
from inrcodec.field.field import field_shapes
from inrcodec.images import Picture, Skipped
from inrcodec.images.scan import SUFFIXES as PICTURE_SUFFIXES
from inrcodec.numerics.arrays import Pixels
from inrcodec.numerics.poses import Codes, coded_poses
from inrcodec.settings import FitSettings, Holdout, ModelSettings
from inrcodec.version import __version__

if TYPE_CHECKING:
    from inrcodec.fitting.engine import Fit
    from inrcodec.fitting.progress import Fitted


@dataclass(frozen=True, kw_only=True)
class EncodeResult:
    """What was written, as read back from its own bytes."""

    path: Path
    archive: Archive
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    seconds: float
    source_bytes: int


@KeywordsOf(EncodeKeywords)
def encode(sources: Sources, output: str | Path, keywords: EncodeKeywords) -> EncodeResult:
    """Encode pictures into one file and return what was written, as read back from its own bytes.

    sources: folders, image files or globs; output: the file to write. A KeyboardInterrupt between two steps leaves a
    checkpoint beside the output, which `resume` goes on from. Raises UsageError where this cannot be done, InputError
    where no picture can be read, and InrError where it fails.
    """
    return encode_with(sources, output, keywords, keywords)


def encode_with(
    sources: Sources, output: str | Path, options: EncodeOptions, run: EncodeRun | None = None
) -> EncodeResult:
    """The same of options that are built already; without `run`, as `encode` does by default."""
    run, path = run or EncodeRun(), Path(output)
    check_output(path, overwrite=run.overwrite)
    with only_writer(path):
        return _encoded(sources, path, options, run)


def _encoded(sources: Sources, path: Path, options: EncodeOptions, run: EncodeRun) -> EncodeResult:
    started = time.monotonic()
    found = read_pictures(sources, options)
    pictures = found.pictures
    model = model_settings(options, count_pixels(pictures))
    settings = fit_settings(options, pictures, record=run.record)
    header = _header(pictures, model, settings.holdout)  # refuses, before any work, what no file can hold
    if settings.time_limit:  # reading the pictures was part of the time
        settings = replace(settings, time_limit=max(0.5, settings.time_limit - (time.monotonic() - started)))
    extra = extra_images(options, pictures)
    poses = coded_poses(picture.pixels for picture in pictures) if model.posed else None
    with _fit(pictures, extra, model, settings, poses, checkpoint_path(path), run.resume) as fit:
        record = _fitted(fit, pictures, run)

        def made() -> tuple[bytes, Archive]:
            return _assemble(pictures, header, fit.finish(), poses, record if run.record else None)

        blob, archive = corrected(fit, made, options, run.on_progress)
        write_atomically(path, blob, overwrite=run.overwrite)
    archive = archive.reread(blob, path)
    if run.snapshots and run.snapshots.final:
        run.snapshots.show("final", {image.number: image.render_stored() for image in archive}, pictures)
    return EncodeResult(
        path=path,
        archive=archive,
        skipped=found.skipped,
        notes=found.notes,
        seconds=time.monotonic() - started,
        source_bytes=sum(picture.source_bytes for picture in pictures),
    )


def _fitted(fit: Fit, pictures: Sequence[Picture], run: EncodeRun) -> Record | None:
    """Take every step that a fit has left, telling of it; returns how it went."""
    recorder = Recorder()
    for progress in fit.steps():
        recorder.see(progress)
        if run.snapshots and fit.meter.step in run.snapshots.steps:
            run.snapshots.show(str(fit.meter.step), dict(fit.pictures()), pictures)
        if run.on_progress:
            run.on_progress(progress)
    if run.on_progress:
        run.on_progress(fit.progress("write"))
    return recorder.record()


def check_output(path: Path, *, overwrite: bool) -> None:
    """Raise UsageError when an output cannot or must not be written; ask before hours of work."""
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; name a file, as in {path / 'set.inr'}")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: the folder {path.parent} does not exist; create it first")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"{path}: the folder {path.parent} may not be written to; choose another")
    if path.suffix.lower() in PICTURE_SUFFIXES:
        raise UsageError(f"{path}: is a name for a picture; end it with .inr")
    if path.exists() and overwrite and not os.access(path, os.W_OK):
        raise UsageError(f"{path}: may not be written to; choose another name")
    if path.exists() and not overwrite:
        raise UsageError(
            f"{path}: exists already; use ", Parameter("overwrite", True), " to replace it, or choose another name"
        )


def assemble(pictures: Sequence[Picture], model: ModelSettings, holdout: Holdout, fitted: Fitted) -> bytes:
    """The file's bytes, with the figures measured on what those bytes decode to."""
    poses = coded_poses(picture.pixels for picture in pictures) if model.posed else None
    return _assemble(pictures, _header(pictures, model, holdout), fitted, poses)[0]


def _header(pictures: Sequence[Picture], model: ModelSettings, holdout: Holdout) -> Header:
    """The header of a file of these pictures; raises what a reader would, were it written."""
    sizes = [picture.shape[:2] for picture in pictures]
    encode_names([picture.name for picture in pictures])
    return header_of(sizes, pictures[0].shape[2], model, holdout)


def header_of(sizes: Sequence[tuple[int, int]], channels: int, model: ModelSettings, holdout: Holdout) -> Header:
    """The header of a file of images of these (height, width); raises what a reader would, were it written."""
    shapes, shape_index = pack_shapes(sizes)
    software = f"inrcodec {__version__}"
    header = Header(
        version=FORMAT_VERSION,
        channels=channels,
        images=len(sizes),
        shapes=shapes,
        shape_index=shape_index,
        model=model,
        holdout=holdout,
        software=software,
    )
    encode_header(header)
    check_limits(model, sizes, field_shapes(model, channels, len(sizes)))
    return header


def _assemble(
    pictures: Sequence[Picture], header: Header, fitted: Fitted, poses: Codes | None, record: Record | None = None
) -> tuple[bytes, Archive]:
    """The file's bytes, and what those decode to but for the figures, which are measured on it."""
    ranges, blocks, bits = pack_latents(header, fitted.context, fitted.latents)
    tensors = (*fitted.network, *fitted.context)
    names = [picture.name for picture in pictures]
    bare = Archive.from_bytes(pack(header, tensors, ranges, blocks, names, (), poses=poses, encoder=fitted.encoder))
    pairs = decoded_pairs(list(bare), pictures)
    columns = list(measured(pairs, fitted.held_out, bits if header.model.levels else None))
    if record:
        columns += measured_for_reports(pairs, fitted.held_out)
    return bare.stored.measured(columns, record), bare


def checkpoint_path(output: Path) -> Path:
    """Where an interrupted encode of that output waits."""
    return output.with_name(output.name + ".checkpoint")


@contextmanager
def _fit(
    pictures: Sequence[Picture],
    extra: Sequence[Pixels],
    model: ModelSettings,
    settings: FitSettings,
    poses: Codes | None,
    checkpoint: Path,
    resume: bool,
) -> Iterator[Fit]:
    """A fit, fresh or resumed; whatever ends it before its file is written leaves a checkpoint."""
    from inrcodec.fitting.engine import Fit  # torch takes seconds to load, and `plan` does without

    fit = Fit([picture.stored for picture in pictures], model, settings, extra, poses=poses)
    if resume:
        fit.restore(checkpoint)
    elif checkpoint.exists():
        raise UsageError(
            f"{checkpoint}: an interrupted fit waits there; add ", Parameter("resume", True), " to go on, or delete it"
        )
    try:
        yield fit
    except BaseException as failure:  # KeyboardInterrupt above all; but a full disk, too, must not cost hours of work
        if fit.meter.step:
            _save(fit, checkpoint, failure)
        raise
    checkpoint.unlink(missing_ok=True)


def _save(fit: Fit, checkpoint: Path, failure: BaseException) -> None:
    """Write a checkpoint; where that fails too, say both."""
    try:
        fit.save(checkpoint)
    except InrError as second:
        if isinstance(failure, InrError):
            raise InrError(failure.message, "; ", second.message) from failure
        raise
