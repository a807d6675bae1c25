"""How near to an end of the scale pixels of a set are drawn at that end: as near as makes flat areas flat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from inrcodec.evaluate.measuring import Pairs
from inrcodec.numerics.arrays import Pixels
from inrcodec.numerics.ends import met
from inrcodec.numerics.metrics import psnr

LARGEST = 8  # levels: a larger step in a gradient could be seen
WANTED = 0.992  # of the pixels at an end, exact
DEAREST = 0.08  # dB of the mean PSNR that it may cost
LEAST_SHARE = 0.05  # of all pixels; where fewer lie at an end, as in photographs, there is nothing flat to keep
HIGHEST_PSNR = 100.0  # dB, of images that are exact
Mask = npt.NDArray[np.bool_]


def tolerance_for(pairs: Pairs) -> int:
    """The least tolerance, in levels, that makes enough white, transparent and opaque pixels exact; 0 for none.

    Where none does for little enough, the largest that costs no more. pairs: originals and what they decode to in 8
    bits without any; see `measuring.decoded_pairs`.
    """
    before, shares = _judged(pairs, 0)
    for tolerance in range(1, LARGEST + 1):
        if all(share >= WANTED for share in shares):
            return tolerance - 1
        after, shares = _judged(pairs, tolerance)
        if after < before - DEAREST:
            return tolerance - 1
    return LARGEST


def _judged(pairs: Pairs, tolerance: int) -> tuple[float, list[float]]:
    """Mean PSNR, and the exact share of every kind of pixel at an end that the set has enough of."""
    decibels, counts, pixels = [], {"white": [0, 0], "transparent": [0, 0], "opaque": [0, 0]}, 0
    for source, untouched in pairs:
        drawn = met(untouched, tolerance)
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
