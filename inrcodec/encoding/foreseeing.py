"""The quality that a target will need, foreseen from latents that a network guesses for some of the pictures."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import msgspec
import numpy as np

from inrcodec.archive import Archive
from inrcodec.bitstream.base import GUESSED, QUALITIES, WIDTH, base_for
from inrcodec.bitstream.figures import PSNR
from inrcodec.encoding.assemble import assembled, header_for
from inrcodec.encoding.options import EncodeOptions
from inrcodec.field.field import field_shapes
from inrcodec.images import Picture
from inrcodec.numerics.arrays import AnyPixels, colors
from inrcodec.numerics.holdout import filled, hidden_pixels
from inrcodec.settings import FitSettings, Holdout, ModelSettings, Target, rate_weight_for

PICTURES, SIDE = 16, 64  # of the sample, and pixels of a side that is looked at, at most
MIDDLE = len(QUALITIES) // 2  # the table that is asked first
DECIBELS, OCTAVES = 0.23, 0.035  # of PSNR and size, that a step of quality is worth; measured on fits
# What fits of so many passes come to, beside guesses: dB, and octaves of the latents' size. Measured.
PASSES, GAINED, SAVED = (0, 25, 100, 560, 1600), (0.0, 2.5, 3.5, 4.5, 5.0), (0.0, 0.1, 0.4, 0.5, 0.6)
BEST = 100.0  # quality
MOST_DECIBELS = 99.0  # of pictures that come back exactly


def foreseen_quality(
    options: EncodeOptions, pictures: Sequence[Picture], model: ModelSettings, fit: FitSettings, passes: float
) -> float:
    """What to start with; that of the options without a target or a base, or where such pictures are not guessed.

    fit: its target, and pixels that are hidden, which are not looked at; passes: that there is time for; with none,
    the quality of a table of the base.
    """
    plain = msgspec.structs.replace(model, hidden_width=WIDTH, footprint=1)
    channels, target = pictures[0].channels, fit.target
    if (
        target is None
        or options.base == "none"
        or base_for(plain, channels, field_shapes(plain, channels, 1), MIDDLE, GUESSED) is None
    ):
        return options.quality
    guess = partial(_guessed, _sample(pictures, fit.holdout), plain, max(1, round(passes)) if passes else 0)
    lack = partial(_lack, guess, target, sum(math.prod(picture.shape[:2]) for picture in pictures))
    if passes == 0:
        return float(min(QUALITIES, key=lambda quality: abs(lack(QUALITIES.index(quality), 0.0))))
    return min(BEST, max(0.0, round(QUALITIES[MIDDLE] + lack(MIDDLE, passes))))


def _lack(guess: Callable[[int], tuple[float, float]], target: Target, pixels: int, table: int, passes: float) -> float:
    """Steps of quality from what a fit of so many passes would come to with that table to the target.

    guess: see `_guessed`; pixels: of the set.
    """
    psnr, bits = guess(table)
    at = math.log1p(passes), np.log1p(PASSES)
    if target.psnr is not None:
        return (target.psnr - psnr - float(np.interp(*at, GAINED))) / DECIBELS
    assert target.size is not None
    wanted = 8 * target.size / pixels
    return (math.log2(wanted / bits) + float(np.interp(*at, SAVED))) / OCTAVES


def _guessed(sample: Sequence[Picture], model: ModelSettings, passes: int, table: int) -> tuple[float, float]:
    """PSNR, and bits per pixel of the latents, of pictures whose latents are guessed for a table of the base."""
    from inrcodec.fitting.draft import draft
    from inrcodec.fitting.run import start

    settings = FitSettings(rate_weight_for(QUALITIES[table]), passes=passes, base=table, guess=True)
    run = start([picture.stored for picture in sample], model, settings)
    fitted = draft(run, [picture.shape[:2] for picture in sample])
    blob, _ = assembled(sample, header_for(sample, model, Holdout()), fitted, None, share=False)
    archive = Archive.from_bytes(blob)
    return min(archive.means[PSNR], MOST_DECIBELS), 8 * dict(archive.parts)["latents"] / run.pixels


def _sample(pictures: Sequence[Picture], holdout: Holdout) -> list[Picture]:
    """Some from all over the set, of large ones the middle; hidden pixels show what is around them."""
    numbers = np.unique(np.linspace(0, len(pictures) - 1, PICTURES).round().astype(int)).tolist()
    return [
        replace(pictures[number], name=f"{number}", stored=_middle(pictures[number], number, holdout))
        for number in numbers
    ]


def _middle(picture: Picture, number: int, holdout: Holdout) -> AnyPixels:
    height, width = picture.shape[:2]
    down, across = (slice(max(0, side - SIDE) // 2, max(0, side - SIDE) // 2 + SIDE) for side in (height, width))
    seen = picture.stored[down, across]
    if not holdout.fraction_ppm:
        return seen
    hidden = hidden_pixels(holdout.seed, number, height, width, holdout.fraction_ppm)[down, across]
    return filled(colors(seen), hidden)
