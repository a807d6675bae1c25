"""The figures that the encoder measured and stored in the file, gathered and summed up; no pixel is decoded."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from inrcodec.archive import AnyArchive, ArchivedImage
from inrcodec.bitstream.figures import FITTED_MAE, HOLDOUT_MAE, HOLDOUT_PSNR, MAE, PSNR, SSIM


@dataclass(frozen=True, kw_only=True)
class ImageReport:
    """One image: size in pixels, its share of the file in bits, and how well it was fitted; None where unknown.

    PSNRs are in dB, mean absolute errors (mae) on colours from 0 to 1. `holdout_...` are errors on hidden pixels, and
    `fitted_mae` the error on the others at that moment.
    """

    number: int
    name: str
    width: int
    height: int
    bits: float
    psnr: float | None
    holdout_psnr: float | None
    ssim: float | None = None
    mae: float | None = None
    holdout_mae: float | None = None
    fitted_mae: float | None = None

    @property
    def is_exact(self) -> bool:
        """Whether it comes back without any error, which is an infinite PSNR."""
        return self.psnr == math.inf

    @property
    def bits_per_pixel(self) -> float:
        """The image's share of the whole file per pixel of its own."""
        return self.bits / (self.width * self.height)


@dataclass(frozen=True, kw_only=True)
class Report:
    """A whole archive; a mean is None when the file holds no such figure.

    Images without any error have an infinite PSNR. They are left out of means, which are infinite when all are exact.
    """

    file: str
    file_size: int
    pixels: int
    bits_per_pixel: float
    holdout_mode: str
    holdout_fraction: float
    mean_psnr: float | None
    mean_holdout_psnr: float | None
    mean_ssim: float | None
    mean_mae: float | None
    mean_holdout_mae: float | None
    mean_fitted_mae: float | None
    best: ImageReport | None
    worst: ImageReport | None
    images: tuple[ImageReport, ...]
    notes: tuple[str, ...] = ()

    @property
    def exact_images(self) -> int:
        """How many come back without any error."""
        return sum(image.is_exact for image in self.images)


def evaluate(archive: AnyArchive) -> Report:
    """Gather the stored figures of every image."""
    images = tuple(_row(archive[number]) for number in range(len(archive)))
    return summed_up(archive, images, lambda name: archive.means.get(name))


def summed_up(
    archive: AnyArchive,
    images: Sequence[ImageReport],
    mean: Callable[[str], float | None] | None = None,
    notes: Sequence[str] = (),
) -> Report:
    """A report of these rows; `mean` knows exact means by the name of the figure, else they are taken from the rows."""
    measured = [image for image in images if image.psnr is not None]
    holdout = archive.holdout
    means = {
        name: (known(mean(name)) if mean else None) or mean_of(getattr(image, name) for image in images)
        for name in (PSNR, HOLDOUT_PSNR, SSIM, MAE, HOLDOUT_MAE, FITTED_MAE)
    }
    return Report(
        file=archive.called,
        file_size=archive.file_size,
        pixels=archive.pixels,
        bits_per_pixel=archive.bits_per_pixel,
        holdout_mode=holdout.mode,
        holdout_fraction=holdout.fraction_ppm / 1e6,
        mean_psnr=means[PSNR],
        mean_holdout_psnr=means[HOLDOUT_PSNR],
        mean_ssim=means[SSIM],
        mean_mae=means[MAE],
        mean_holdout_mae=means[HOLDOUT_MAE],
        mean_fitted_mae=means[FITTED_MAE],
        best=max(measured, key=lambda image: image.psnr or 0.0, default=None),
        worst=min(measured, key=lambda image: image.psnr or 0.0, default=None),
        images=tuple(images),
        notes=tuple(notes),
    )


def mean_of(figures: Iterable[float | None]) -> float | None:
    """Mean of what is known and finite; infinite where all that is known is."""
    given = [figure for figure in figures if figure is not None and not math.isnan(figure)]
    finite = [figure for figure in given if math.isfinite(figure)]
    if finite:
        return float(np.mean(finite))
    return math.inf if given else None


def known(figure: float | None) -> float | None:
    """None in place of NaN."""
    return None if figure is None or math.isnan(figure) else float(figure)


def _row(image: ArchivedImage) -> ImageReport:
    return ImageReport(
        number=image.number,
        name=image.name,
        width=image.width,
        height=image.height,
        bits=image.bits,
        psnr=known(image.psnr),
        holdout_psnr=known(image.holdout_psnr),
        ssim=image.figure(SSIM),
        mae=image.figure(MAE),
        holdout_mae=image.figure(HOLDOUT_MAE),
        fitted_mae=image.figure(FITTED_MAE),
    )
