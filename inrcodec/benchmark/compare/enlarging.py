"""Decoding at the size of high-resolution references, against the usual ways to enlarge the original thumbnails."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from inrcodec.benchmark.codecs import KERNELS, enlarged
from inrcodec.benchmark.compare.archives import images_of
from inrcodec.benchmark.compare.results import Enlargement, Enlarging
from inrcodec.benchmark.fits import FittedFile
from inrcodec.benchmark.pixels import finite_mean
from inrcodec.benchmark.references import Pair
from inrcodec.benchmark.steps import OnStep, Step
from inrcodec.images import Picture
from inrcodec.numerics.arrays import Pixels
from inrcodec.numerics.metrics import psnr, ssim


def enlarge(
    pairs: Sequence[Pair], pictures: Sequence[Picture], fits: Sequence[FittedFile], on_step: OnStep
) -> Enlarging:
    """Every file decoded at the references' sizes, and the original thumbnails enlarged by every kernel.

    References are read one at a time.
    """
    ways = [_from_file(fit, pictures) for fit in fits] + [_from_thumbnails(kernel) for kernel in KERNELS]
    figures: list[list[_Figures]] = [[] for _ in ways]
    for done, pair in enumerate(pairs):
        on_step(Step("enlarge", done, len(pairs), pair.picture.name))
        reference = pair.reference()
        for way, own in zip(ways, figures, strict=True):
            own.append(_measure(way, pair, reference))
    measured = (_mean(way, own) for way, own in zip(ways, figures, strict=True))
    return Enlarging(len(pairs), tuple(measured))


@dataclass(frozen=True, eq=False)
class _Way:
    """One way to come to a picture of the reference's size, (height, width, channels), premultiplied."""

    title: str
    bits_per_pixel: float | None
    render: Callable[[Pair], Pixels]


def _from_file(fit: FittedFile, pictures: Sequence[Picture]) -> _Way:
    images = images_of(fit.path, pictures)
    rate = images[0].archive.bits_per_pixel
    return _Way(f"inrcodec {fit.label}", rate, lambda pair: images[pair.number].render_stored(pair.size))


def _from_thumbnails(kernel: str) -> _Way:
    return _Way(kernel, None, lambda pair: enlarged(pair.picture.pixels, pair.size, kernel))


class _Figures(NamedTuple):
    """Of one picture: dB, SSIM, and the seconds that it took."""

    psnr: float
    ssim: float
    seconds: float


def _measure(way: _Way, pair: Pair, reference: Pixels) -> _Figures:
    started = time.perf_counter()
    drawn = np.rint(way.render(pair) * 255) / 255
    seconds = time.perf_counter() - started
    return _Figures(psnr(reference, drawn), ssim(reference, drawn), seconds)


def _mean(way: _Way, figures: Sequence[_Figures]) -> Enlargement:
    psnrs, ssims, seconds = zip(*figures, strict=True)
    return Enlargement(way.title, way.bits_per_pixel, finite_mean(psnrs), float(np.mean(ssims)), sum(seconds))
