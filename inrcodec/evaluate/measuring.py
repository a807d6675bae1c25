"""What the encoder measures on decoded images, as columns that the file keeps for reports."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from inrcodec.archive import ArchivedImage
from inrcodec.bitstream.ends import Ends
from inrcodec.bitstream.figures import (
    FINEST,
    FITTED_MAE,
    HOLDOUT_MAE,
    HOLDOUT_PSNR,
    LATENT_BITS,
    MAE,
    PSNR,
    SSIM,
    Column,
)
from inrcodec.images import Picture
from inrcodec.numerics.arrays import BytePixels, Pixels, colors
from inrcodec.numerics.ends import met
from inrcodec.numerics.metrics import mean_absolute_error, psnr, psnr_of_error, ssims

if TYPE_CHECKING:
    from inrcodec.fitting.progress import HeldOutErrors

COARSE = 31  # resolution of figures that only a report reads
Pairs = Iterable[tuple[Pixels, Pixels]]  # originals and what is compared with them, to be gone through several times
Values = Sequence[float] | np.ndarray[Any, np.dtype[np.float64]]


class DecodedPairs:
    """Originals beside their images as 8 bits show them, (height, width, channels) in [0, 1].

    Images are drawn once and kept as octets; iterated, pairs are colors, so that no more than one lies in memory.
    """

    def __init__(self, drawn: Sequence[BytePixels], pictures: Sequence[Picture]) -> None:
        """drawn: every image at its native size, (height, width, channels), colors premultiplied."""
        self._pictures, self._drawn = pictures, drawn

    def with_ends(self, ends: Ends) -> DecodedPairs:
        """What the same images look like with ends of the scale met: see `numerics.ends`."""
        drawn = [
            to_octets(met(colors(drawn), ends.tolerance, white=ends.whitens(number)))
            for number, drawn in enumerate(self._drawn)
        ]
        return DecodedPairs(drawn, self._pictures)

    def __iter__(self) -> Iterator[tuple[Pixels, Pixels]]:
        for picture, drawn in zip(self._pictures, self._drawn, strict=True):
            yield picture.pixels, colors(drawn)


def measured(pairs: Pairs, held_out: HeldOutErrors | None, bits: Values | None) -> Iterator[Column]:
    """PSNR of images read back, and what the fit knows of them; for pairs see `decoded_pairs`.

    bits: what the latents of each image take, where there are any.
    """
    yield _column(PSNR, [psnr(*pair) for pair in pairs])
    if held_out is not None:
        yield _column(HOLDOUT_PSNR, [psnr_of_error(error) for error in held_out.squared])
    if bits is not None:
        yield _column(LATENT_BITS, np.log2(np.asarray(bits) + 1.0))


def psnrs(images: Sequence[ArchivedImage], pictures: Sequence[Picture]) -> list[float]:
    """PSNR of every image at its native size in 8 bits, in dB, over all channels, colours premultiplied."""
    return [psnr(*pair) for pair in decoded_pairs(images, pictures)]


def measured_for_reports(pairs: Pairs, held_out: HeldOutErrors | None) -> Iterator[Column]:
    """What a report likes to have and a reader can do without, coarser than the rest."""
    yield _column(SSIM, ssims(pairs), COARSE)
    yield _column(MAE, [mean_absolute_error(*pair) for pair in pairs], COARSE)
    if held_out is not None:
        yield _column(HOLDOUT_MAE, held_out.absolute, COARSE)
        yield _column(FITTED_MAE, held_out.fitted_absolute, COARSE)


def joined(known: Column, added: Column | None, count: int) -> Column:
    """A column of a set to which `count` images were added; their values are unknown where none were measured."""
    values = np.full(count, np.nan, np.float32) if added is None else added.values
    finite = values[np.isfinite(values)]
    before = int(np.isfinite(known.values).sum())
    if np.isnan(known.values).all() and math.isfinite(known.mean):
        before = len(known.values)  # of a set so large that only the mean was kept
    total = (known.mean * before if before else 0.0) + float(finite.sum())
    mean = total / (before + len(finite)) if before + len(finite) else known.mean
    return Column(known.name, mean, np.concatenate([known.values, values]))  # finest: a wide range keeps the old values


def decoded_pairs(
    images: Sequence[ArchivedImage], pictures: Sequence[Picture], drawn: Sequence[BytePixels] | None = None
) -> DecodedPairs:
    """Every original with its image as 8 bits show it, (height, width, channels) in [0, 1].

    drawn: the images, where somebody has drawn them already.
    """
    return DecodedPairs([to_octets(image.render_stored()) for image in images] if drawn is None else drawn, pictures)


def to_octets(pixels: Pixels) -> BytePixels:
    """Colors as the nearest of 256 steps."""
    octets = np.empty(pixels.shape, np.uint8)
    for row, line in enumerate(pixels):  # of a large picture, floats take four times the memory
        octets[row] = np.rint(line * 255)
    return octets


def _column(name: str, values: Values, resolution: int = FINEST) -> Column:
    known = np.asarray(values, dtype=np.float32)
    finite = known[np.isfinite(known)]
    otherwise = math.inf if np.isposinf(known).any() else math.nan
    return Column(name, float(finite.mean()) if len(finite) else otherwise, known, resolution)
