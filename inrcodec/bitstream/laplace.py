"""Integer frequency tables of a discretized Laplace distribution: no float decides a probability.

FORMAT.md, section 9, defines every number here. The two constant tables are far enough from a rounding boundary (a test
proves it) that every machine's `exp` and `pow` give the same integers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.rangecoder import TOTAL

Ints = npt.NDArray[np.int64]

MEAN_BITS = 8  # a mean is a multiple of 1/256
SCALE_BITS = 3  # a scale is 2**(index / 8)
WEIGHT_BITS = 8  # of what is likely by itself
LOWEST_SCALE = -40  # 2**-5: all of the mass on one integer
HIGHEST_SCALE = 56  # 2**7
TAIL = 12  # exp(-12) of 65536 is below one half

# 2**16 / scale for every scale index, and 2**16 * exp(-i / 256) for every distance i / 256 below the tail
INVERSE: Ints = np.rint(2.0 ** (16 - np.arange(LOWEST_SCALE, HIGHEST_SCALE + 1) / (1 << SCALE_BITS))).astype(np.int64)
DECAY: Ints = np.append(np.rint(TOTAL * np.exp(-np.arange(TAIL << 8) / 256.0)), 0).astype(np.int64)
_HALF = (DECAY >> 1).astype(np.uint32)


def frequencies(
    means: Ints, scales: Ints, lowest: int, highest: int, expected: tuple[Ints, Ints] | None = None
) -> Ints:
    """Frequencies (n, highest - lowest + 1) of the integers from lowest to highest, each >= 1, rows summing to 65536.

    means (n,) in 1/256, scales (n,) as indices from LOWEST_SCALE to HIGHEST_SCALE; expected: integers (n,) that are
    likely by themselves, and how likely (n,), in 1/256.
    """
    alphabet = highest - lowest + 1
    edges = (np.arange(lowest + 1, highest + 1) << MEAN_BITS) - (1 << (MEAN_BITS - 1))
    offset = edges[None, :] - means[:, None]
    distance = np.abs(offset)
    distance *= INVERSE[scales - LOWEST_SCALE][:, None]
    distance >>= 16
    half = _HALF[np.minimum(distance, TAIL << 8, out=distance)]
    below = np.where(offset < 0, half, TOTAL - half)  # 32 bits: half the memory to pass through
    if expected is not None:
        values, weights = expected
        least = np.where(np.arange(lowest + 1, highest + 1)[None, :] > values[:, None], TOTAL, 0)
        moved = below.astype(np.int64)
        below = (moved + (((least - moved) * weights[:, None]) >> WEIGHT_BITS)).astype(np.uint32)
    below *= np.uint32(TOTAL - alphabet)  # at most 2**16 each, and below 2**16
    below >>= np.uint32(16)
    found = np.full((len(means), alphabet), TOTAL - alphabet + 1, dtype=np.int64)
    found[:, :-1] = below
    found[:, :-1] += 1
    found[:, 1:] -= below
    return found
