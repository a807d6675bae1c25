"""The encode path: pictures, fit, bytes, and the archive that is read back from them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inrcodec.archive import Archive
from inrcodec.bitstream.container import write_atomically
from inrcodec.bitstream.header import FORMAT_VERSION, Header, encode_header, pack_shapes
from inrcodec.bitstream.limits import check_limits
from inrcodec.bitstream.names import encode_names
from inrcodec.bitstream.record import Record
from inrcodec.bitstream.stored import pack, pack_latents
from inrcodec.encoding.options import Request, Sources, count_pixels
from inrcodec.encoding.recorder import Recorder
from inrcodec.errors import Parameter, UsageError
from inrcodec.evaluate.measuring import decoded_pairs, measured, measured_for_reports
from inrcodec.field.field import field_shapes
from inrcodec.images import Picture, Skipped
from inrcodec.images.scan import SUFFIXES as PICTURE_SUFFIXES
from inrcodec.numerics.arrays import Pixels
from inrcodec.numerics.poses import coded_poses
from inrcodec.settings import FitSettings, Holdout, ModelSettings
from inrcodec.version import __version__

if TYPE_CHECKING:
    from inrcodec.fitting.engine import Fit
    from inrcodec.fitting.progress import Fitted, Progress


@dataclass(frozen=True)
class EncodeResult:
    """What was written, as read back from its own bytes."""

    path: Path
    archive: Archive
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    seconds: float
    source_bytes: int


def encode(
    sources: Sources,
    output: str | Path,
    *,
    overwrite: bool = False,
    resume: bool = False,
    record: bool = True,
    on_progress: Callable[[Progress], None] | None = None,
    snapshots: Snapshots | None = None,
    **asked: Any,
) -> EncodeResult:
    """Encode pictures into one file and return the archive as read back; `asked` are the fields of `Request`.

    With `record`, the file also says how the fit went, for a report. A KeyboardInterrupt between two steps leaves a
    checkpoint beside the output, which `resume` goes on from.
    """
    started = time.monotonic()
    path = Path(output)
    check_output(path, overwrite=overwrite)
    request = Request(**asked)
    found = request.pictures(sources)
    model, settings = request.model(count_pixels(found.pictures)), request.fit(found.pictures)
    header = _header(found.pictures, model, settings.holdout)  # refuses, before any work, what no file can hold
    if settings.time_limit:  # reading the pictures was part of the time
        settings = replace(settings, time_limit=max(0.5, settings.time_limit - (time.monotonic() - started)))
    extra = request.extra_images(found.pictures)
    with _fit(found.pictures, extra, model, settings, checkpoint_path(path), resume) as fit:
        recorder = Recorder()
        for progress in fit.steps():
            recorder.see(progress)
            if snapshots and fit.meter.step in snapshots.steps:
                snapshots.show(str(fit.meter.step), dict(fit.pictures()), found.pictures)
            if on_progress:
                on_progress(progress)
        if on_progress:
            on_progress(replace(progress, phase="write", remaining=0.0))
        blob = _assemble(found.pictures, header, fit.finish(), recorder.record() if record else None)
        write_atomically(path, blob, overwrite=overwrite)
    archive = Archive.open(path)
    if snapshots and snapshots.final:
        snapshots.show("final", {image.number: image.render_stored() for image in archive}, found.pictures)
    source_bytes = sum(picture.source_bytes for picture in found.pictures)
    return EncodeResult(path, archive, found.skipped, found.notes, time.monotonic() - started, source_bytes)


@dataclass(frozen=True)
class Snapshots:
    """Steps at which `show` gets what the network sees: the step in a word, pictures by number, and the originals."""

    steps: frozenset[int]
    final: bool
    show: Callable[[str, dict[int, Pixels], Sequence[Picture]], None]


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
    return _assemble(pictures, _header(pictures, model, holdout), fitted)


def _header(pictures: Sequence[Picture], model: ModelSettings, holdout: Holdout) -> Header:
    """The header of a file of these pictures; raises what a reader would, were it written."""
    sizes = [(picture.pixels.shape[0], picture.pixels.shape[1]) for picture in pictures]
    channels = pictures[0].pixels.shape[2]
    shapes, shape_index = pack_shapes(sizes)
    encoder = f"inrcodec {__version__}"
    header = Header(FORMAT_VERSION, channels, len(pictures), shapes, shape_index, model, holdout, encoder)
    encode_header(header)
    encode_names([picture.name for picture in pictures])
    check_limits(model, sizes, field_shapes(model, channels, len(pictures)))
    return header


def _assemble(pictures: Sequence[Picture], header: Header, fitted: Fitted, record: Record | None = None) -> bytes:
    ranges, blocks, bits = pack_latents(header, fitted.context, fitted.latents)
    tensors = (*fitted.network, *fitted.context)
    names = [picture.name for picture in pictures]
    poses = coded_poses(picture.pixels for picture in pictures) if header.model.posed else None
    bare = Archive.from_bytes(pack(header, tensors, ranges, blocks, names, (), poses=poses))
    pairs = decoded_pairs(list(bare), pictures)
    columns = list(measured(pairs, fitted.held_out, bits if header.model.levels else None))
    if record:
        columns += measured_for_reports(pairs, fitted.held_out)
    return pack(header, tensors, ranges, blocks, names, columns, record, poses, fitted.encoder)


def checkpoint_path(output: Path) -> Path:
    """Where an interrupted encode of that output waits."""
    return output.with_name(output.name + ".checkpoint")


@contextmanager
def _fit(
    pictures: Sequence[Picture],
    extra: Sequence[Pixels],
    model: ModelSettings,
    settings: FitSettings,
    checkpoint: Path,
    resume: bool,
) -> Iterator[Fit]:
    """A fit, fresh or resumed; whatever ends it before its file is written leaves a checkpoint."""
    from inrcodec.fitting.engine import Fit  # torch takes seconds to load, and `plan` does without

    fit = Fit([picture.pixels for picture in pictures], model, settings, extra)
    if resume:
        fit.restore(checkpoint)
    elif checkpoint.exists():
        raise UsageError(
            f"{checkpoint}: an interrupted fit waits there; add ", Parameter("resume", True), " to go on, or delete it"
        )
    try:
        yield fit
    except BaseException:  # KeyboardInterrupt above all; but a full disk, too, must not cost hours of work
        if fit.meter.step:
            fit.save(checkpoint)
        raise
    checkpoint.unlink(missing_ok=True)
