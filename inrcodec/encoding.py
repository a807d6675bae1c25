"""The encode path: pictures, fit, bytes, and the archive that is read back from them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from inrcodec.archive import HOLDOUT_PSNR, LATENT_BITS, PSNR, Archive
from inrcodec.bitstream.container import write_atomically
from inrcodec.bitstream.context import context_shapes
from inrcodec.bitstream.figures import Column
from inrcodec.bitstream.header import FORMAT_VERSION, Header, encode_header, pack_shapes
from inrcodec.bitstream.limits import check_limits
from inrcodec.bitstream.names import encode_names
from inrcodec.bitstream.stored import pack, pack_latents
from inrcodec.errors import UsageError
from inrcodec.field.field import field_shapes, level_shapes
from inrcodec.images import Picture, PictureSet, Skipped, load_pictures
from inrcodec.metrics import psnr, psnr_of_error
from inrcodec.settings import FitSettings, Holdout, ModelSettings, Target, model_for, passes_for, rate_weight_for
from inrcodec.version import __version__

if TYPE_CHECKING:
    from inrcodec.fitting.engine import Fit
    from inrcodec.fitting.progress import Fitted, Progress

FIXED_BYTES, FIGURE_BYTES, MINIMUM_BYTES = 140, 1.9, 3000  # header and checksums; figures per image; the rest
SECONDS_PER_SAMPLE = 0.7e-6  # of the field per pass, two CPU cores at width 32; measured, for --dry-run only
Sources = Sequence[str | Path] | str | Path


@dataclass(frozen=True)
class EncodeResult:
    """What was written, as read back from its own bytes."""

    path: Path
    archive: Archive
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    seconds: float
    source_bytes: int


@dataclass(frozen=True)
class Plan:
    """What an encode would do."""

    images: int
    pixels: int
    channels: int
    parameters: int
    estimated_seconds: float
    estimated_bytes: int
    source_bytes: int
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Request:
    """Everything one may ask of an encode; see the options of `inrcodec encode --help`."""

    quality: float = 50
    target_psnr: float | None = None
    target_size: int | None = None
    effort: int = 5
    time_limit: float | None = None
    holdout: float = 0.1
    holdout_mode: str = "release"
    max_size: int | None = None
    background: str | None = None
    conditioning: str = "pyramid"
    device: str = "auto"
    threads: int | None = None
    seed: int = 0

    def pictures(self, sources: Sources) -> PictureSet:
        """The readable pictures of the sources."""
        listed = [sources] if isinstance(sources, (str, Path)) else list(sources)
        return load_pictures(listed, max_size=self.max_size, background=self.background)

    def model(self, pixels: int) -> ModelSettings:
        """What shapes the field of a set of that many pixels."""
        return model_for(self.conditioning, pixels)

    def fit(self, pictures: Sequence[Picture]) -> FitSettings:
        """How hard to fit these pictures."""
        pixels = _count_pixels(pictures)
        if self.time_limit is not None and not self.time_limit > 0:
            raise UsageError(f"time limit {self.time_limit} s: must be more than nothing")
        if not 0 <= self.seed < 1 << 32:
            raise UsageError(f"seed {self.seed} is outside 0 to {(1 << 32) - 1}")
        return FitSettings(
            rate_weight_for(self.quality),
            self._target([picture.name for picture in pictures]),
            passes_for(self.effort, pixels),
            self.time_limit,
            self._holdout(),
            self.device,
            self.threads,
            self.seed,
        )

    def _target(self, names: list[str]) -> Target | None:
        if self.target_psnr is None and self.target_size is None:
            return None
        if self.target_psnr is not None and self.target_size is not None:
            raise UsageError("give either a target PSNR or a target size, not both")
        if self.conditioning == "grid":
            raise UsageError("grid has no latents to steer; targets need --conditioning pyramid")
        if self.holdout_mode == "strict" and self.holdout:
            raise UsageError("a target cannot be held while pixels stay hidden; use --holdout-mode release")
        if self.target_psnr is not None:
            if not 10 <= self.target_psnr <= 60:
                raise UsageError(f"target PSNR {self.target_psnr} dB is outside 10 to 60")
            return Target(psnr=self.target_psnr)
        assert self.target_size is not None
        left = self.target_size - FIXED_BYTES - len(encode_names(names)) - round(FIGURE_BYTES * len(names))
        if left < MINIMUM_BYTES:
            raise UsageError(f"target size {self.target_size} bytes is too little for {len(names)} images")
        return Target(size=left)

    def _holdout(self) -> Holdout:
        if not 0 <= self.holdout <= 0.9:
            raise UsageError(f"holdout {self.holdout} is outside 0 to 0.9, the share of hidden pixels")
        if self.holdout_mode not in ("release", "strict"):
            raise UsageError(f"holdout mode {self.holdout_mode!r} is neither release nor strict")
        fraction = round(self.holdout * 1_000_000)
        return Holdout(fraction, self.seed, self.holdout_mode) if fraction else Holdout()


def encode(
    sources: Sources,
    output: str | Path,
    *,
    overwrite: bool = False,
    resume: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
    **asked: Any,
) -> EncodeResult:
    """Encode pictures into one file and return the archive as read back; `asked` are the fields of `Request`.

    A KeyboardInterrupt between two steps leaves a checkpoint beside the output, which `resume` goes on from.
    """
    started = time.monotonic()
    path = Path(output)
    check_output(path, overwrite=overwrite)
    request = Request(**asked)
    found = request.pictures(sources)
    model, settings = request.model(_count_pixels(found.pictures)), request.fit(found.pictures)
    header = _header(found.pictures, model, settings.holdout)  # refuses, before any work, what no file can hold
    if settings.time_limit:  # reading the pictures was part of the time
        settings = replace(settings, time_limit=max(0.5, settings.time_limit - (time.monotonic() - started)))
    with _fit(found.pictures, model, settings, checkpoint_path(path), resume) as fit:
        for progress in fit.steps():
            if on_progress:
                on_progress(progress)
        if on_progress:
            on_progress(replace(progress, phase="write", remaining=0.0))
        write_atomically(path, _assemble(found.pictures, header, fit.finish()), overwrite=overwrite)
    archive = Archive.open(path)
    source_bytes = sum(picture.source_bytes for picture in found.pictures)
    return EncodeResult(path, archive, found.skipped, found.notes, time.monotonic() - started, source_bytes)


def check_output(path: Path, *, overwrite: bool) -> None:
    """Raise UsageError when an output cannot or must not be written; ask before hours of work."""
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; name a file, as in {path / 'set.inr'}")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: the folder {path.parent} does not exist; create it first")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"{path}: the folder {path.parent} may not be written to; choose another")
    if path.exists() and not overwrite:
        raise UsageError(f"{path}: exists already; use --force to replace it, or choose another name")


def plan(sources: Sources, **asked: Any) -> Plan:
    """What `encode` would do with the same arguments, from the pictures' sizes alone."""
    request = Request(**asked)
    found = request.pictures(sources)
    pixels = _count_pixels(found.pictures)
    model, settings = request.model(pixels), request.fit(found.pictures)
    channels = found.pictures[0].pixels.shape[2]
    shapes = (*field_shapes(model, channels), *context_shapes(model))
    weights = sum(int(np.prod(shape)) for shape in shapes)
    seconds = settings.passes * pixels * model.footprint**2 * SECONDS_PER_SAMPLE
    bits = weights * 6.0 + (pixels * 2.0 ** (request.quality / 45 - 0.7) if model.levels else 0.0)
    return Plan(
        len(found.pictures),
        pixels,
        channels,
        weights + sum(_latent_count(model, picture) for picture in found.pictures),
        min(seconds, settings.time_limit or seconds),
        round(bits / 8),
        sum(picture.source_bytes for picture in found.pictures),
        found.skipped,
        found.notes,
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
    check_limits(model, sizes, field_shapes(model, channels))
    return header


def _assemble(pictures: Sequence[Picture], header: Header, fitted: Fitted) -> bytes:
    ranges, blocks, bits = pack_latents(header, fitted.context, fitted.latents)
    tensors = (*fitted.network, *fitted.context)
    names = [picture.name for picture in pictures]
    bare = Archive.from_bytes(pack(header, tensors, ranges, blocks, names, ()))
    columns = [_column(PSNR, measure(bare, pictures))]
    if fitted.holdout_error is not None:
        columns.append(_column(HOLDOUT_PSNR, [psnr_of_error(error) for error in fitted.holdout_error]))
    if header.model.levels:
        columns.append(_column(LATENT_BITS, np.log2(bits + 1.0)))
    return pack(header, tensors, ranges, blocks, names, columns)


def measure(archive: Archive, pictures: Sequence[Picture]) -> list[float]:
    """PSNR of every image at its native size, decoded to 8 bits, in dB; over all channels, colours premultiplied."""
    return [
        psnr(picture.pixels, np.rint(image.render_stored() * 255) / 255)
        for image, picture in zip(archive, pictures, strict=True)
    ]


def checkpoint_path(output: Path) -> Path:
    """Where an interrupted encode of that output waits."""
    return output.with_name(output.name + ".checkpoint")


@contextmanager
def _fit(
    pictures: Sequence[Picture], model: ModelSettings, settings: FitSettings, checkpoint: Path, resume: bool
) -> Iterator[Fit]:
    """A fit, fresh or resumed; whatever ends it before its file is written leaves a checkpoint."""
    from inrcodec.fitting.engine import Fit  # torch takes seconds to load, and `plan` does without

    fit = Fit([picture.pixels for picture in pictures], model, settings)
    if resume:
        fit.restore(checkpoint)
    elif checkpoint.exists():
        raise UsageError(f"{checkpoint}: an interrupted fit waits there; add --resume to go on, or delete it")
    try:
        yield fit
    except BaseException:  # KeyboardInterrupt above all; but a full disk, too, must not cost hours of work
        if fit.meter.step:
            fit.save(checkpoint)
        raise
    checkpoint.unlink(missing_ok=True)


def _column(name: str, values: Sequence[float] | np.ndarray[Any, np.dtype[np.float64]]) -> Column:
    known = np.asarray(values, dtype=np.float32)
    finite = known[np.isfinite(known)]
    return Column(name, float(finite.mean()) if len(finite) else float("nan"), known)


def _count_pixels(pictures: Sequence[Picture]) -> int:
    return sum(picture.pixels.shape[0] * picture.pixels.shape[1] for picture in pictures)


def _latent_count(model: ModelSettings, picture: Picture) -> int:
    height, width = picture.pixels.shape[:2]
    return sum(channels * down * across for channels, down, across in level_shapes(model, height, width))
