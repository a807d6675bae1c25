"""How likely the values of a latent are, as `blocks` codes them: what `bitstream.context` and `references` define."""

from __future__ import annotations

from typing import Any

import numpy as np

from inrcodec.bitstream.context import LARGEST_MEAN, OWN, WEIGHT_BITS
from inrcodec.bitstream.laplace import HIGHEST_SCALE, LOWEST_SCALE, MEAN_BITS, SCALE_BITS, TAIL
from inrcodec.bitstream.laplace import WEIGHT_BITS as SHARE_BITS
from inrcodec.bitstream.rangecoder import TOTAL
from inrcodec.bitstream.references import DISTANCES, PREVIOUS_COUNTS, SAME, SAME_COUNTS, SCALE_BOUNDS
from inrcodec.fitting.kernels.compiling import helper, inlined

# Columns of the tables: of a level, of an image's plane in it, and of a channel.
CHANNELS, PLANES, SIZE, UNITS, OTHERS, COARSER, STEPS, FIRST = range(8)
CORNER, STRIDE, DOWN, ACROSS = range(4)
LOWEST, HIGHEST, TAPS, BIAS, OUTPUT, OUTPUT_BIAS = range(6)
_SAME = tuple(SAME_COUNTS[SAME.index(offset)] if offset in SAME else 0 for offset in OWN)  # see `references`
_BEFORE = PREVIOUS_COUNTS
_MEAN_SHIFT, _SCALE_SHIFT = 2 * WEIGHT_BITS - MEAN_BITS, 2 * WEIGHT_BITS - SCALE_BITS


@inlined
def covering_cell(levels: Any, places: Any, level: int, image: int, row: int, column: int) -> int:
    """Where the cell of the coarser level lies that covers one, in its first channel; 0 where none is looked at."""
    above = levels[level, COARSER]
    if above < 0:
        return 0
    steps = levels[level, STEPS]
    covering: int = levels[above, PLANES] + places[above, image, CORNER]
    covering += (row >> steps) * places[above, image, STRIDE] + (column >> steps)
    return covering


@inlined
def distribution(
    levels: Any,
    channels: Any,
    offsets: Any,
    own: int,
    previous: int,
    weights: Any,
    cells: Any,
    sums: Any,
    level: int,
    channel: int,
    image: int,
    at: int,
    covering: int,
) -> tuple[int, int]:
    """Mean and scale that the context model has for a latent; see `blocks.code_block`."""
    which, size, units = levels[level, FIRST] + channel, levels[level, SIZE], levels[level, UNITS]
    tap = channels[which, TAPS]
    for unit in range(units):
        sums[unit] = weights[channels[which, BIAS] + unit]
    for number in range(own):
        _add(sums, weights, tap + number * units, units, cells[at + offsets[number, image]])
    tap += own * units
    if levels[level, OTHERS]:
        if channel > 0:
            for number in range(previous):
                _add(sums, weights, tap + number * units, units, cells[at - size + offsets[own + number, image]])
        if channel > 1:
            _add(sums, weights, tap + previous * units, units, cells[at - 2 * size])
        tap += (previous + 1) * units
    above = levels[level, COARSER]
    if above >= 0:
        for other in range(levels[above, CHANNELS]):
            _add(sums, weights, tap + other * units, units, cells[covering + other * levels[above, SIZE]])
    output, last = channels[which, OUTPUT], channels[which, OUTPUT_BIAS]
    mean_sum, scale_sum = weights[last] * (1 << WEIGHT_BITS), weights[last + 1] * (1 << WEIGHT_BITS)
    for unit in range(units):
        value = max(sums[unit], 0.0)
        mean_sum += value * weights[output + unit]
        scale_sum += value * weights[output + units + unit]
    mean = (int(mean_sum) + (1 << (_MEAN_SHIFT - 1))) >> _MEAN_SHIFT
    scale = (int(scale_sum) + (1 << (_SCALE_SHIFT - 1))) >> _SCALE_SHIFT
    return min(max(mean, -LARGEST_MEAN), LARGEST_MEAN), min(max(scale, LOWEST_SCALE), HIGHEST_SCALE)


@inlined
def shared(
    levels: Any,
    places: Any,
    offsets: Any,
    own: int,
    cells: Any,
    shares: Any,
    level: int,
    channel: int,
    image: int,
    reference: int,
    at: int,
    covering: int,
    scale: int,
) -> tuple[int, int]:
    """The weight of what an image's reference has in the same place, and what that is."""
    shift, size = places[level, reference, CORNER] - places[level, image, CORNER], levels[level, SIZE]
    far = _apart(cells, at, shift, offsets, image, 0, _SAME)
    if channel > 0:
        far += _apart(cells, at - size, shift, offsets, image, own, _BEFORE)
    above = levels[level, COARSER]
    if above >= 0:
        beside = places[above, reference, CORNER] - places[above, image, CORNER]
        for other in range(levels[above, CHANNELS]):
            place = covering + other * levels[above, SIZE]
            far += abs(int(cells[place]) - int(cells[place + beside]))
    return shares[level, class_of(far, scale)], int(cells[at + shift])


@helper
def _apart(cells: Any, at: int, shift: int, offsets: Any, image: int, first: int, counts: Any) -> int:
    """How far an image is from its reference around a cell; counts (neighbors,): of offsets[first:]."""
    far = 0
    for number in range(len(counts)):
        if counts[number]:
            place = at + offsets[first + number, image]
            far += counts[number] * abs(int(cells[place]) - int(cells[place + shift]))
    return far


@helper
def class_of(far: int, scale: int) -> int:
    """See `references.class_of`."""
    distance = 0
    while far > 0 and distance < DISTANCES - 1:
        far >>= 1
        distance += 1
    found = distance * (len(SCALE_BOUNDS) + 1)
    for bound in SCALE_BOUNDS:
        found += 1 if scale >= bound else 0
    return found


@inlined
def _add(sums: Any, weights: Any, start: int, units: int, latent: int) -> None:
    """Add what a latent gives to the units' sums; most are zero."""
    if latent != 0:
        value, first = float(latent), np.uint64(start)
        for unit in range(np.uint64(units)):  # without a sign there is no check for one, and vectors come of it
            sums[unit] += weights[first + unit] * value


@inlined
def below(
    symbol: int, mean: int, steepness: int, decay: Any, lowest: int, alphabet: int, share: int, likely: int
) -> int:
    """The sum of the frequencies of the symbols before one; see `laplace.frequencies`."""
    if symbol <= 0:
        return 0
    if symbol >= alphabet:
        return TOTAL
    offset = ((lowest + symbol) << MEAN_BITS) - (1 << (MEAN_BITS - 1)) - mean
    half: int = decay[min((abs(offset) * steepness) >> 16, TAIL << 8)] >> 1
    below: int = half if offset < 0 else TOTAL - half
    below += (((TOTAL if lowest + symbol > likely else 0) - below) * share) >> SHARE_BITS
    return ((below * (TOTAL - alphabet)) >> 16) + symbol
