"""A report for people: its rows in the wanted order, the totals below them, and the curves of the fit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from inrcodec.cli.console import decibels

if TYPE_CHECKING:
    from inrcodec.archive import AnyArchive
    from inrcodec.evaluate import ImageReport, Report

HEADINGS = ("number", "name", "size", "PSNR", "SSIM", "MAE", "held-out", "held MAE", "bytes", "bpp")
SortKey = Literal["number", "name", "psnr", "ssim", "mae", "holdout", "bits", "bpp"]
BARS = " ▁▂▃▄▅▆▇█"


def order(image: ImageReport, sort: SortKey) -> tuple[Any, int]:
    """Sort key of a row; what was not measured comes last."""
    unknown = math.inf
    keys: dict[str, Any] = {
        "number": image.number,
        "name": image.name.casefold(),
        "psnr": unknown if image.psnr is None else image.psnr,
        "ssim": unknown if image.ssim is None else image.ssim,
        "mae": unknown if image.mae is None else -image.mae,
        "holdout": unknown if image.holdout_psnr is None else image.holdout_psnr,
        "bits": -image.bits,
        "bpp": -image.bits_per_pixel,
    }
    return keys[sort], image.number


def row(image: ImageReport) -> tuple[str, ...]:
    """An image under HEADINGS."""
    return (
        str(image.number),
        image.name,
        f"{image.width}x{image.height}",
        decibels(image.psnr),
        _digits(image.ssim),
        _digits(image.mae),
        decibels(image.holdout_psnr),
        _digits(image.holdout_mae),
        f"{image.bits / 8:,.0f}",
        f"{image.bits_per_pixel:.3f}",
    )


def _digits(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.4f}"


def totals(answer: Report) -> list[tuple[str, str]]:
    """Lines below the table, as (name, value)."""
    from inrcodec.cli.info import holdout_words

    lines = [("images", f"{len(answer.images):,}")]
    whole = _errors(answer.mean_psnr, answer.mean_mae, answer.mean_ssim)
    exact = f", {answer.exact_images:,} exact" if answer.exact_images else ""
    lines.append(("whole set", whole + exact + _covering([image.psnr for image in answer.images])))
    held = _errors(answer.mean_holdout_psnr, answer.mean_holdout_mae, None)
    held += _covering([image.holdout_psnr for image in answer.images])
    if answer.mean_fitted_mae is not None:
        held += f" (fitted pixels at that moment {_digits(answer.mean_fitted_mae)})"
    lines.append(("never seen", held))
    lines.append(("held-out pixels", holdout_words(answer.holdout_mode, answer.holdout_fraction)))
    if answer.best and answer.worst:
        lines.append(("worst", f"{decibels(answer.worst.psnr)}  {answer.worst.number} {answer.worst.name}"))
        lines.append(("best", f"{decibels(answer.best.psnr)}  {answer.best.number} {answer.best.name}"))
    lines.append(("file", f"{answer.file_size:,} bytes, {answer.bits_per_pixel:.3f} bits per pixel"))
    return lines


def _covering(figures: Sequence[float | None]) -> str:
    """How many images a mean is of, where it is not all or none."""
    known = sum(figure is not None for figure in figures)
    return "" if known in (0, len(figures)) else f" (of {known:,} of {len(figures):,} images)"


def _errors(psnr: float | None, mae: float | None, ssim: float | None) -> str:
    parts = [f"mean PSNR {decibels(psnr)}"]
    parts += [] if mae is None else [f"mean absolute error {_digits(mae)}"]
    return ", ".join([*parts, *([] if ssim is None else [f"SSIM {_digits(ssim)}"])])


def course(archive: AnyArchive) -> list[tuple[str, str]]:
    """The curves of the fit in block characters."""
    if archive.record is None:
        return []
    labels = {"train_psnr": "fitted", "holdout_psnr": "held-out"}
    lines = []
    for column in archive.record.columns:
        known = [value for value in column.values.tolist() if math.isfinite(value)]
        if known:
            span = (max(known) - min(known)) or 1.0
            bars = [
                BARS[1 + round(7 * (value - min(known)) / span)] if math.isfinite(value) else BARS[0]
                for value in column.values.tolist()
            ]
            ends = f"{min(known):.1f} to {max(known):.1f} dB"
            lines.append((labels.get(column.name, column.name), f"{''.join(bars).rstrip()}  {ends}"))
    return lines
