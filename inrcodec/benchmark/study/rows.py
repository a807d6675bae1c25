"""One row of the study: all that is measured on the file of a design."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inrcodec.archive import Archive
from inrcodec.benchmark.fits import FittedFile
from inrcodec.benchmark.references import Pair
from inrcodec.evaluate import evaluate
from inrcodec.images import Skipped
from inrcodec.morph import measured as measured_morph
from inrcodec.numerics.metrics import psnr
from inrcodec.retrieval.scores import Interval
from inrcodec.retrieval.space import Judged, judge

PAIRS, SEED = 8, 0  # random pairs whose morphs are measured


@dataclass(frozen=True, kw_only=True)
class Row:
    """A design and what became of it; None where nothing was to be measured.

    psnr in dB, mean over images; reference_psnr at the size of high-resolution references, the field itself;
    precision_at_1 of neighbours by code, with its 95 % interval; blend and ghost of morphs by code (1 and 1 for a plain
    fade), medians.
    """

    design: str
    file: str
    parameters: int
    file_size: int
    bits_per_pixel: float
    psnr: float | None
    holdout_psnr: float | None
    reference_psnr: float | None
    precision_at_1: float | None
    precision_interval: tuple[float, float] | None
    blend: float | None
    ghost: float | None
    passes: float | None
    seconds: float | None
    train_curve: tuple[float, ...]
    holdout_curve: tuple[float, ...]


@dataclass(frozen=True)
class Study:
    """All rows, and what did not take part."""

    images: int
    pixels: int
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True)
class Labels:
    """A table of labels and the column that is meant."""

    path: Path
    column: str


def measured(design: str, fit: FittedFile, pairs: Sequence[Pair], labels: Labels | None) -> Row:
    """The row of a fitted file."""
    archive = Archive.open(fit.path)
    report, record = evaluate(archive), archive.record
    curves = {} if record is None else {column.name: tuple(column.values.tolist()) for column in record.columns}
    blend, ghost = _morphs(archive)
    judged = _judged(archive, labels)
    return Row(
        design=design,
        file=str(fit.path),
        parameters=_parameters(archive),
        file_size=archive.file_size,
        bits_per_pixel=archive.bits_per_pixel,
        psnr=report.mean_psnr,
        holdout_psnr=report.mean_holdout_psnr,
        reference_psnr=_enlarged(archive, pairs),
        precision_at_1=None if judged is None else judged.quality.precision_at_1,
        precision_interval=None if judged is None else _bounds(judged.interval),
        blend=blend,
        ghost=ghost,
        passes=None if record is None else record.passes,
        seconds=fit.seconds,
        train_curve=curves.get("train_psnr", ()),
        holdout_curve=curves.get("holdout_psnr", ()),
    )


def _parameters(archive: Archive) -> int:
    """Weights of the network, and the latents of all images."""
    own = sum(level.size for number in range(len(archive)) for level in archive.latents(number))
    return own + sum(int(np.prod(tensor.shape)) for tensor in archive.field.tensors)


def _enlarged(archive: Archive, pairs: Sequence[Pair]) -> float | None:
    if not pairs:
        return None
    drawn = ((pair.reference(), archive[pair.number].render_stored(pair.size, "field")) for pair in pairs)
    return float(np.mean([psnr(reference, np.rint(pixels * 255) / 255) for reference, pixels in drawn]))


def _judged(archive: Archive, labels: Labels | None) -> Judged | None:
    if labels is None:
        return None
    return next((one for one in judge(archive, labels.path, column=labels.column) if one.by == "code"), None)


def _bounds(interval: Interval) -> tuple[float, float]:
    return interval.low.precision_at_1, interval.high.precision_at_1


def _morphs(archive: Archive) -> tuple[float | None, float | None]:
    """R2 and ghost index of random pairs of one shape, medians."""
    first = archive.shape(0)
    alike = [number for number in range(len(archive)) if archive.shape(number) == first]
    if len(alike) < 2:
        return None, None
    rng = np.random.default_rng(SEED)
    chosen = [rng.choice(alike, 2, replace=False).tolist() for _ in range(PAIRS)]
    motions = [measured_morph(archive, one, other, "code") for one, other in chosen]
    return _median([one.r2 for one in motions]), _median([one.ghost for one in motions])


def _median(values: Sequence[float]) -> float | None:
    known = [value for value in values if np.isfinite(value)]
    return float(np.median(known)) if known else None
