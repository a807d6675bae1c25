"""What `report` says: the figures that the encoder measured and stored in the file, gathered and summed up."""

from __future__ import annotations

import math
from dataclasses import dataclass

from inrcodec.archive import HOLDOUT_PSNR, PSNR, Archive, ArchivedImage


@dataclass(frozen=True)
class ImageReport:
    """One image: its size in pixels, its share of the file in bits, and how well it was fitted in dB."""

    number: int
    name: str
    width: int
    height: int
    bits: float
    psnr: float | None
    holdout_psnr: float | None

    @property
    def bits_per_pixel(self) -> float:
        """The image's share of the whole file per pixel of its own."""
        return self.bits / (self.width * self.height)


@dataclass(frozen=True)
class Report:
    """A whole archive; a mean is None when the file holds no such figure."""

    file: str
    file_size: int
    pixels: int
    bits_per_pixel: float
    holdout_mode: str
    holdout_fraction: float
    mean_psnr: float | None
    mean_holdout_psnr: float | None
    best: ImageReport | None
    worst: ImageReport | None
    images: tuple[ImageReport, ...]


def evaluate(archive: Archive) -> Report:
    """Gather the stored figures of every image; no pixel is decoded."""
    images = tuple(_row(archive[number]) for number in range(len(archive)))
    measured = [image for image in images if image.psnr is not None]
    holdout = archive.header.holdout
    return Report(
        file=str(archive.path),
        file_size=archive.file_size,
        pixels=archive.pixels,
        bits_per_pixel=archive.bits_per_pixel,
        holdout_mode=holdout.mode,
        holdout_fraction=holdout.fraction_ppm / 1e6,
        mean_psnr=_known(archive.means.get(PSNR)),
        mean_holdout_psnr=_known(archive.means.get(HOLDOUT_PSNR)),
        best=max(measured, key=lambda image: image.psnr or 0.0, default=None),
        worst=min(measured, key=lambda image: image.psnr or 0.0, default=None),
        images=images,
    )


def _row(image: ArchivedImage) -> ImageReport:
    return ImageReport(
        number=image.number,
        name=image.name,
        width=image.width,
        height=image.height,
        bits=image.bits,
        psnr=_known(image.psnr),
        holdout_psnr=_known(image.holdout_psnr),
    )


def _known(figure: float | None) -> float | None:
    return None if figure is None or math.isnan(figure) else float(figure)
