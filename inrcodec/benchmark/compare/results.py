"""What a comparison finds: plain numbers, ready for tables, plots and JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from inrcodec.benchmark.bdrate import BdRate, Curve, front
from inrcodec.images import Skipped


@dataclass(frozen=True, kw_only=True)
class Point:
    """The whole set stored in one way: bytes of all files together, and PSNR in dB as a mean over images.

    Images that come back without any error have an infinite PSNR and are left out of the mean, as in every report;
    the mean is infinite when all of them do. Seconds are None where nobody took the time.
    """

    setting: str
    size: int
    bits_per_pixel: float
    psnr: float
    encode_seconds: float | None
    decode_seconds: float
    variant: str = ""  # settings of one variant differ in quality alone
    best: bool = True  # the codec reaches this PSNR with no fewer bits in another way


@dataclass(frozen=True)
class Contender:
    """One codec with its points by rising rate; `packing` is "files", "sheet" or, for inrcodec, "set"."""

    name: str
    title: str
    packing: str
    lossless: bool
    points: tuple[Point, ...]

    def curve(self) -> Curve:
        """Through the best points."""
        return _curve([point for point in self.points if point.best])


def ranked(points: Iterable[Point]) -> tuple[Point, ...]:
    """The same points by rising rate, each told whether it is one of the best."""
    ordered = sorted(points, key=lambda point: (point.size, -point.psnr))
    variants = sorted({point.variant for point in ordered})
    curves = [_curve([point for point in ordered if point.variant == variant]) for variant in variants]
    unbeaten = [point for point in ordered if not any(_beats(curve, point) for curve in curves)]
    kept = front([point.bits_per_pixel for point in unbeaten], [point.psnr for point in unbeaten])
    best = {unbeaten[at] for at in kept}
    return tuple(replace(point, best=point in best) for point in ordered)


def _beats(curve: Curve, point: Point) -> bool:
    """Whether a quality in between would reach the point's PSNR with fewer bits (rounding errors aside)."""
    rate = curve.rate_at(point.psnr)
    return rate is not None and rate < point.bits_per_pixel * (1 - 1e-9)


def _curve(points: Iterable[Point]) -> Curve:
    listed = list(points)
    return Curve.through([point.bits_per_pixel for point in listed], [point.psnr for point in listed])


@dataclass(frozen=True)
class Standing:
    """An image codec against inrcodec: one number per point of inrcodec, None where that would be extrapolated.

    `rates` are the bits per pixel that the codec takes for the same PSNR, `psnrs` the dB that it reaches with the same
    bits; `bd_rate` is how many percent more rate inrcodec takes than the codec (below zero: less).
    """

    codec: Contender
    rates: tuple[float | None, ...]
    psnrs: tuple[float | None, ...]
    bd_rate: BdRate | None


@dataclass(frozen=True)
class Enlargement:
    """Pictures at the size of their references, from a file or from the original thumbnails: means over images."""

    title: str
    bits_per_pixel: float | None  # None where the thumbnails themselves were enlarged
    psnr: float
    ssim: float
    seconds: float


@dataclass(frozen=True)
class Enlarging:
    """Decoding at the size of references: how many images had one, and how each way did."""

    images: int
    ways: tuple[Enlargement, ...]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Everything that `compare` found out about one set of images."""

    images: int
    pixels: int
    channels: int
    inrcodec: Contender
    standings: tuple[Standing, ...]
    enlarging: Enlarging | None
    notes: tuple[str, ...]
    skipped: tuple[Skipped, ...]
