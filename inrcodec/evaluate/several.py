"""Several files side by side, such as fits of one set with different seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inrcodec.evaluate.figures import Report, mean_of

FIGURES = ("mean_psnr", "mean_holdout_psnr", "mean_ssim", "mean_mae", "mean_holdout_mae", "mean_fitted_mae")


@dataclass(frozen=True)
class Spread:
    """One figure over several files: values by file, their mean, and their standard deviation (of a sample, n - 1)."""

    figure: str
    values: tuple[float | None, ...]
    mean: float | None
    deviation: float | None


def side_by_side(reports: Sequence[Report]) -> tuple[Spread, ...]:
    """Every figure of whole files, in the order of the files."""
    names = ("file_size", "bits_per_pixel", *FIGURES)
    return tuple(_spread(name, [getattr(report, name) for report in reports]) for name in names)


def _spread(figure: str, values: Sequence[float | None]) -> Spread:
    known = [value for value in values if value is not None and np.isfinite(value)]
    deviation = float(np.std(known, ddof=1)) if len(known) > 1 else None
    return Spread(figure, tuple(values), mean_of(known), deviation)
