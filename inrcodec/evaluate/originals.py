"""The figures measured again, from the pictures that a file was made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from inrcodec.archive import AnyArchive
from inrcodec.evaluate.figures import ImageReport, Report, evaluate, summed_up
from inrcodec.evaluate.matching import Match, Originals
from inrcodec.numerics.holdout import hidden_pixels
from inrcodec.numerics.metrics import mean_absolute_error, psnr_of_error, ssim


def measure_again(
    archive: AnyArchive,
    folder: str | Path,
    background: str | None = None,
    on_match: Callable[[Match], None] = lambda match: None,
) -> Report:
    """A report from the originals in a folder; what did not match is in its notes, and its figures are unknown.

    background: flatten transparency of the originals on this color, as when they were encoded; None keeps it.
    on_match: gets every image with its original, one at a time; each is forgotten unless it is kept there. Raises
    UsageError where only the originals have transparency, InputError where no picture is an original.
    """
    stored = evaluate(archive).images
    rows = [
        replace(row, psnr=None, holdout_psnr=None, ssim=None, mae=None, holdout_mae=None, fitted_mae=None)
        for row in stored
    ]
    originals = Originals(archive, folder, background)
    for match in originals.matches():
        number = match.image.number
        rows[number] = _measured(match, stored[number], archive)
        on_match(match)
    return summed_up(archive, rows, notes=originals.notes)


def _measured(match: Match, stored: ImageReport, archive: AnyArchive) -> ImageReport:
    """Hidden pixels are measured again only where they stayed hidden; otherwise the file alone knows what they were."""
    fresh = replace(
        stored,
        psnr=match.psnr,
        ssim=ssim(match.original, match.decoded),
        mae=mean_absolute_error(match.original, match.decoded),
    )
    holdout = archive.holdout
    if holdout.mode != "strict":
        return fresh
    height, width = match.original.shape[:2]
    hidden = hidden_pixels(holdout.seed, stored.number, height, width, holdout.fraction_ppm)
    if not hidden.any() or hidden.all():
        return fresh
    apart = np.abs(match.original.astype(np.float64) - match.decoded)
    error = float(np.square(apart[hidden]).mean())
    return replace(
        fresh,
        holdout_psnr=psnr_of_error(error),
        holdout_mae=float(apart[hidden].mean()),
        fitted_mae=float(apart[~hidden].mean()),
    )
