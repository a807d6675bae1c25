"""The quality that a target will need, foreseen from latents that a network guesses for some of the pictures."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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
SOME_BYTES = 16  # that figures of images take more or fewer
LEAST_BITS = 1e-3  # a pixel, of pictures without anything in them


@dataclass(frozen=True)
class Guessed:
    """What comes of guesses: mean PSNR, bits per pixel of the latents, and what the network takes, in bytes."""

    psnr: float
    bits: float
    network: int

    def beats(self, other: Guessed, pixels: int) -> bool:
        """Whether it is finer in no more bytes, or as fine in fewer; pixels: of the set."""
        ours, theirs = (one.network + pixels * one.bits / 8 for one in (self, other))
        if self.psnr == other.psnr:
            return ours < theirs
        return self.psnr > other.psnr and ours <= theirs + SOME_BYTES


@dataclass(frozen=True)
class Foreseen:
    """Qualities: what a fit is to begin with, and what its file will look as if it had been made with."""

    begun_with: float
    comes_to: float


def foreseen_quality(
    options: EncodeOptions, pictures: Sequence[Picture], model: ModelSettings, fit: FitSettings, passes: float
) -> Foreseen:
    """Those of the options without a target or a base, or where such pictures are not guessed.

    fit: its target, and pixels that are hidden, which are not looked at; passes: that there is time for; with none it
    begins with that of a table of the base.
    """
    plain = msgspec.structs.replace(model, hidden_width=WIDTH, footprint=1)
    channels, target = pictures[0].channels, fit.target
    if (
        target is None
        or options.base == "none"
        or base_for(plain, channels, field_shapes(plain, channels, 1), MIDDLE, GUESSED) is None
    ):
        return Foreseen(options.quality, options.quality)
    guess = partial(_guessed, _sample(pictures, fit.holdout), plain, max(1, round(passes)) if passes else 0)
    pixels = sum(math.prod(picture.shape[:2]) for picture in pictures)
    lack = partial(_lack, target, pixels)
    if passes == 0:
        return _nearest(list(map(guess, range(len(QUALITIES)))), lack, pixels)
    needed = float(round(_possible(QUALITIES[MIDDLE] + lack(guess(MIDDLE), passes))))
    return Foreseen(needed, needed)


def _nearest(guessed: Sequence[Guessed], lack: Callable[[Guessed, float], float], pixels: int) -> Foreseen:
    """Those of the table that comes nearest to the target.

    Tables that are finer than others with no more bytes are nearer than these, however far: pictures of one color may
    come back exactly. guessed: what comes of each table; lack: see `_lack`; pixels: of the set.
    """
    best = [at for at, one in enumerate(guessed) if not any(other.beats(one, pixels) for other in guessed)]
    table = min(best, key=lambda table: abs(lack(guessed[table], 0.0)))
    return Foreseen(QUALITIES[table], _possible(QUALITIES[table] + lack(guessed[table], 0.0)))


def _possible(quality: float) -> float:
    """The nearest that there is."""
    return min(BEST, max(0.0, quality))


def _lack(target: Target, pixels: int, guessed: Guessed, passes: float) -> float:
    """Steps of quality from what a fit of so many passes would come to, beside guesses, to the target.

    pixels: of the set.
    """
    at = math.log1p(passes), np.log1p(PASSES)
    if target.psnr is not None:
        return (target.psnr - guessed.psnr - float(np.interp(*at, GAINED))) / DECIBELS
    assert target.size is not None
    wanted = 8 * target.size / pixels
    return (math.log2(wanted / max(guessed.bits, LEAST_BITS)) + float(np.interp(*at, SAVED))) / OCTAVES


def _guessed(sample: Sequence[Picture], model: ModelSettings, passes: int, table: int) -> Guessed:
    """What comes of pictures whose latents are guessed for a table of the base."""
    from inrcodec.fitting.draft import draft
    from inrcodec.fitting.run import start

    settings = FitSettings(rate_weight_for(QUALITIES[table]), passes=passes, base=table, guess=True)
    run = start([picture.stored for picture in sample], model, settings)
    fitted = replace(draft(run, [picture.shape[:2] for picture in sample]), base=run.base)
    blob, _ = assembled(sample, header_for(sample, model, Holdout()), fitted, None, share=False)
    archive = Archive.from_bytes(blob)
    parts = dict(archive.parts)
    return Guessed(min(archive.means[PSNR], MOST_DECIBELS), 8 * parts["latents"] / run.pixels, parts["network"])


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
