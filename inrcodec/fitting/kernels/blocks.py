"""Blocks of latents as bytes and back: what `bitstream.latents` defines, cell by cell and without its tables.

Both directions are one kernel: contexts, distributions and the coder's interval are the same, and it is compiled once.
Sums of the context model are whole numbers below 2**53, which float64 adds in any order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from inrcodec.bitstream.context import LARGEST_MEAN, OWN, WEIGHT_BITS
from inrcodec.bitstream.laplace import HIGHEST_SCALE, LOWEST_SCALE, MEAN_BITS, SCALE_BITS, TAIL
from inrcodec.bitstream.laplace import WEIGHT_BITS as SHARE_BITS
from inrcodec.bitstream.likeness import BINS, COSTS
from inrcodec.bitstream.rangecoder import TOTAL
from inrcodec.bitstream.references import DISTANCES, PREVIOUS_COUNTS, SAME, SAME_COUNTS, SCALE_BOUNDS
from inrcodec.fitting.kernels.compiling import compiled, helper, inlined

# Columns of the tables: of a level, of an image's plane in it, and of a channel.
CHANNELS, PLANES, SIZE, UNITS, OTHERS, COARSER, STEPS, FIRST = range(8)
CORNER, STRIDE, DOWN, ACROSS = range(4)
LOWEST, HIGHEST, TAPS, BIAS, OUTPUT, OUTPUT_BIAS = range(6)
# Words of the coder's state.
LOWER, WIDTH, POINT, NEXT, FAILED, STATE = range(6)
_SAME = tuple(SAME_COUNTS[SAME.index(offset)] if offset in SAME else 0 for offset in OWN)  # see `references`
_BEFORE = PREVIOUS_COUNTS
FULL = (1 << 64) - 1  # the interval at first
_MEAN_SHIFT, _SCALE_SHIFT = 2 * WEIGHT_BITS - MEAN_BITS, 2 * WEIGHT_BITS - SCALE_BITS
_NEWEST, _ZERO, _ONE = np.uint64(1 << 32), np.uint64(0), np.uint64(1)
_WORD, _PRECISION, _FINE = np.uint64(32), np.uint64(24), np.uint64(8)
_LAST = np.uint64((1 << 32) - 1)


@compiled
def code_block(
    levels: Any,
    places: Any,
    channels: Any,
    own: Any,
    previous: Any,
    weights: Any,
    inverse: Any,
    decay: Any,
    costs: Any,
    cells: Any,
    kept: Any,
    words: Any,
    state: Any,
    bits: Any,
    told: Any,
    chosen: Any,
    late: Any,
    shares: Any,
    decoding: bool,
) -> None:
    """Put all latents of a block into words, or take them from there, which fails with state[FAILED].

    levels (levels, 8), places (levels, images, 4), channels (channels, 6): see above; own, previous (neighbors, 2):
    down and across; weights: all of the context model, flat; inverse, decay: the tables of `laplace`; costs (TOTAL +
    1,): bits by frequency; cells: planes of all channels of all levels with margins of zeros, flat; kept: gets what
    each takes, see `likeness.Block`, or is empty; words: uint32; state (STATE,); bits (images,): of each image, which
    are added. With references (see `bitstream.references`): told (images, 2): where the symbols of these lie in TOTAL;
    chosen, late (images,): which, and with what delay; shares (levels, CLASSES): weights.
    """
    for image in range(len(told)):
        part = state[WIDTH] >> _PRECISION
        left, right = np.uint64(told[image, 0]) << _FINE, np.uint64(told[image, 1]) << _FINE
        _narrow(words, state, part, left, right - left, decoding)
    sums = np.zeros(max(1, levels[:, UNITS].max()))
    for level in range(len(levels)):
        offsets = np.empty((len(own) + len(previous), places.shape[1]), np.int64)
        for image in range(places.shape[1]):
            for number in range(len(own)):
                offsets[number, image] = own[number, 0] * places[level, image, STRIDE] + own[number, 1]
            for number in range(len(previous)):
                offsets[len(own) + number, image] = (
                    previous[number, 0] * places[level, image, STRIDE] + previous[number, 1]
                )
        waves = 0
        for image in range(places.shape[1]):
            waves = max(waves, 2 * places[level, image, DOWN] + places[level, image, ACROSS] + late[image])
        for channel in range(levels[level, CHANNELS]):
            for wave in range(waves):
                for image in range(places.shape[1]):
                    down, across, turn = places[level, image, DOWN], places[level, image, ACROSS], wave - late[image]
                    for row in range(max(0, (turn - across) // 2 + 1), min(down, turn // 2 + 1)):
                        _code_cell(
                            levels, places, channels, offsets, len(own), len(previous), weights, inverse, decay, costs,
                            cells, kept, words, state, bits, chosen, shares, decoding, sums, level, channel, image,
                            row, turn - 2 * row,
                        )  # fmt: skip
                        if state[FAILED]:
                            return


@inlined
def _code_cell(
    levels: Any,
    places: Any,
    channels: Any,
    offsets: Any,
    own: int,
    previous: int,
    weights: Any,
    inverse: Any,
    decay: Any,
    costs: Any,
    cells: Any,
    kept: Any,
    words: Any,
    state: Any,
    bits: Any,
    chosen: Any,
    shares: Any,
    decoding: bool,
    sums: Any,
    level: int,
    channel: int,
    image: int,
    row: int,
    column: int,
) -> None:
    """A latent by its distribution."""
    which = levels[level, FIRST] + channel
    lowest = channels[which, LOWEST]
    alphabet = channels[which, HIGHEST] - lowest + 1
    size = levels[level, SIZE]
    at = levels[level, PLANES] + channel * size + places[level, image, CORNER]
    at += row * places[level, image, STRIDE] + column
    if alphabet == 1:
        cells[at] = lowest
        return
    units, tap = levels[level, UNITS], channels[which, TAPS]
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
    above, covering = levels[level, COARSER], 0
    if above >= 0:
        steps = levels[level, STEPS]
        covering = levels[above, PLANES] + places[above, image, CORNER]
        covering += (row >> steps) * places[above, image, STRIDE] + (column >> steps)
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
    mean = min(max(mean, -LARGEST_MEAN), LARGEST_MEAN)
    scale = min(max(scale, LOWEST_SCALE), HIGHEST_SCALE)
    steepness, share, likely = inverse[scale - LOWEST_SCALE], 0, 0
    if chosen[image] >= 0:
        shift = places[level, chosen[image], CORNER] - places[level, image, CORNER]
        far = _apart(cells, at, shift, offsets, image, 0, _SAME)
        if channel > 0:
            far += _apart(cells, at - size, shift, offsets, image, own, _BEFORE)
        if above >= 0:
            beside = places[above, chosen[image], CORNER] - places[above, image, CORNER]
            for other in range(levels[above, CHANNELS]):
                place = covering + other * levels[above, SIZE]
                far += abs(int(cells[place]) - int(cells[place + beside]))
        share, likely = shares[level, _class_of(far, scale)], int(cells[at + shift])
    part = state[WIDTH] >> _PRECISION
    if decoding:
        target = (state[POINT] - state[LOWER]) // part
        if target >> _PRECISION:
            state[FAILED] = _ONE
            return
        wanted = int(target >> _FINE)
        symbol = min(max(((mean + (1 << (MEAN_BITS - 1))) >> MEAN_BITS) - lowest, 0), alphabet - 1)
        left = _below(symbol, mean, steepness, decay, lowest, alphabet, share, likely)
        while wanted < left:
            symbol -= 1
            left = _below(symbol, mean, steepness, decay, lowest, alphabet, share, likely)
        right = _below(symbol + 1, mean, steepness, decay, lowest, alphabet, share, likely)
        while wanted >= right:
            symbol += 1
            left, right = right, _below(symbol + 1, mean, steepness, decay, lowest, alphabet, share, likely)
        cells[at] = symbol + lowest
    else:
        symbol = cells[at] - lowest
        left = _below(symbol, mean, steepness, decay, lowest, alphabet, share, likely)
        right = _below(symbol + 1, mean, steepness, decay, lowest, alphabet, share, likely)
    bits[image] += costs[right - left]
    if len(kept):
        kept[at] = _class_of(0, scale) * COSTS + int(np.rint(costs[right - left] * BINS))
    _narrow(words, state, part, np.uint64(left) << _FINE, np.uint64(right - left) << _FINE, decoding)


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
def _class_of(far: int, scale: int) -> int:
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
def _below(
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


@helper
def _narrow(words: Any, state: Any, part: Any, left: Any, width: Any, decoding: bool) -> None:
    """The coder's interval becomes that of a symbol; a word goes out, or comes in, when it is too narrow."""
    before = state[LOWER]
    lower, width = before + part * left, part * width
    if lower < before and not decoding:  # past 2**64: the words before are one more
        place = int(state[NEXT]) - 1
        while words[place] == _LAST:
            words[place] = 0
            place -= 1
        words[place] += 1
    if width < _NEWEST:
        following = int(state[NEXT])
        if not decoding:
            words[following] = lower >> _WORD
        else:
            word = np.uint64(words[following]) if following < len(words) else _ZERO
            state[POINT] = (state[POINT] << _WORD) | word
        state[NEXT] += _ONE
        lower, width = lower << _WORD, width << _WORD
    state[LOWER], state[WIDTH] = lower, width
