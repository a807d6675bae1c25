"""Decoding at the size of high-resolution references, against the usual ways to enlarge the original thumbnails."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
    """Every file decoded at the references' sizes, and the original thumbnails enlarged by every kernel."""
    ways = [_from_file(fit, pictures) for fit in fits] + [_from_thumbnails(kernel) for kernel in KERNELS]
    measured = []
    for done, way in enumerate(ways):
        on_step(Step("enlarge", done, len(ways), way.title))
        measured.append(_measure(way, pairs))
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


def _measure(way: _Way, pairs: Sequence[Pair]) -> Enlargement:
    psnrs, ssims, seconds = [], [], 0.0
    for pair in pairs:
        started = time.perf_counter()
        levels = np.rint(way.render(pair) * 255) / 255
        seconds += time.perf_counter() - started
        psnrs.append(psnr(pair.reference, levels))
        ssims.append(ssim(pair.reference, levels))
    return Enlargement(way.title, way.bits_per_pixel, finite_mean(psnrs), float(np.mean(ssims)), seconds)
