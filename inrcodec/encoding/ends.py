"""How near to an end of the scale pixels of a set are drawn at that end: as near as makes flat areas flat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.ends import Ends
from inrcodec.evaluate.measuring import Pairs
from inrcodec.numerics.arrays import Pixels
from inrcodec.numerics.ends import met
from inrcodec.numerics.metrics import psnr

LARGEST = 8  # levels: a larger step in a gradient could be seen
WANTED = 0.992  # of the pixels at an end, exact
DEAREST = 0.08  # dB of the mean PSNR that it may cost
LEAST_SHARE = 0.01  # of all pixels; where fewer lie at an end, as in photographs, there is nothing flat to keep
HIGHEST_PSNR = 100.0  # dB, of images that are exact
Mask = npt.NDArray[np.bool_]


def ends_for(pairs: Pairs) -> Ends:
    """The least tolerance that makes enough white, transparent and opaque pixels exact, and the images with white.

    Where none does for little enough, the largest that costs no more. pairs: originals and what they decode to in 8
    bits without any; see `measuring.decoded_pairs`.
    """
    plain = Ends().of([has_white(source) for source, _ in pairs])
    best, (before, shares) = plain, _judged(pairs, plain)
    for tolerance in range(1, LARGEST + 1):
        if all(share >= WANTED for share in shares):
            break
        tried = Ends(tolerance, plain.white)
        after, reached = _judged(pairs, tried)
        if after < before - DEAREST:
            break
        if reached != shares:
            best, shares = tried, reached
    return best


def has_white(source: Pixels) -> bool:
    """Whether a picture has more pixels that are white than such as are nearly white and would be taken for it."""
    near = int((source >= 1 - (LARGEST + 0.5) / 255).all(axis=2).sum())
    return 2 * int((source == 1.0).all(axis=2).sum()) >= near


def _judged(pairs: Pairs, ends: Ends) -> tuple[float, list[float]]:
    """Mean PSNR, and the exact share of every kind of pixel at an end that the set has enough of."""
    decibels, counts, pixels = [], {"white": [0, 0], "transparent": [0, 0], "opaque": [0, 0]}, 0
    for number, (source, untouched) in enumerate(pairs):
        drawn = met(untouched, ends.tolerance, white=ends.whitens(number))
        decibels.append(min(HIGHEST_PSNR, psnr(source, drawn)))
        pixels += source.shape[0] * source.shape[1]
        for kind, channels, at_end in _ends(source):
            counts[kind][0] += int((source[at_end][:, channels] == drawn[at_end][:, channels]).all(axis=1).sum())
            counts[kind][1] += int(at_end.sum())
    shares = [exact / count for exact, count in counts.values() if count and count >= LEAST_SHARE * pixels]
    return float(np.mean(decibels)), shares


def _ends(source: Pixels) -> Iterator[tuple[str, Sequence[int], Mask]]:
    """Kinds of pixels at an end of the scale: the channels that should be exact there, and where they lie."""
    yield "white", range(source.shape[2]), (source == 1.0).all(axis=2)
    if source.shape[2] == 4:
        yield "transparent", [3], source[..., 3] == 0.0
        yield "opaque", [3], source[..., 3] == 1.0
