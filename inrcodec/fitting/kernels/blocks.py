"""Blocks of latents as bytes and back: what `bitstream.latents` defines, cell by cell and without its tables.

Both directions are one kernel: contexts, distributions and the coder's interval are the same, and it is compiled once.
Sums of the context model are whole numbers below 2**53, which float64 adds in any order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from inrcodec.bitstream.laplace import LOWEST_SCALE, MEAN_BITS
from inrcodec.bitstream.likeness import BINS, COSTS
from inrcodec.fitting.kernels.chances import (
    ACROSS,
    CHANNELS,
    CORNER,
    DOWN,
    FIRST,
    HIGHEST,
    LOWEST,
    PLANES,
    SIZE,
    STRIDE,
    below,
    class_of,
    covering_cell,
    distribution,
    shared,
)
from inrcodec.fitting.kernels.compiling import compiled, helper, inlined
from inrcodec.fitting.kernels.functions import nearest

# Words of the coder's state.
LOWER, WIDTH, POINT, NEXT, FAILED, STATE = range(6)
FULL = (1 << 64) - 1  # the interval at first
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
    sums: Any,
    offsets: Any,
) -> None:
    """Put all latents of a block into words, or take them from there, which fails with state[FAILED].

    levels (levels, 8), places (levels, images, 4), channels (channels, 6): see above; own, previous (neighbors, 2):
    down and across; weights: all of the context model, flat; inverse, decay: the tables of `laplace`; costs (TOTAL +
    1,): bits by frequency; cells: planes of all channels of all levels with margins of zeros, flat; kept: gets what
    each takes, see `likeness.Block`, or is empty; words: uint32; state (STATE,); bits (images,): of each image, which
    are added. With references (see `bitstream.references`): told (images, 2): where the symbols of these lie in TOTAL;
    chosen, late (images,): which, and with what delay; shares (levels, CLASSES): weights. sums (units,), offsets (own
    and previous neighbors, images): room, as kernels that take some themselves take longer to compile.
    """
    for image in range(len(told)):
        part = state[WIDTH] >> _PRECISION
        left, right = np.uint64(told[image, 0]) << _FINE, np.uint64(told[image, 1]) << _FINE
        _narrow(words, state, part, left, right - left, decoding)
    for level in range(len(levels)):
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
    at = levels[level, PLANES] + channel * levels[level, SIZE] + places[level, image, CORNER]
    at += row * places[level, image, STRIDE] + column
    if alphabet == 1:
        cells[at] = lowest
        return
    covering = covering_cell(levels, places, level, image, row, column)
    mean, scale = distribution(
        levels, channels, offsets, own, previous, weights, cells, sums, level, channel, image, at, covering
    )
    steepness, share, likely = inverse[scale - LOWEST_SCALE], 0, 0
    if chosen[image] >= 0:
        share, likely = shared(
            levels, places, offsets, own, cells, shares, level, channel, image, chosen[image], at, covering, scale
        )
    part = state[WIDTH] >> _PRECISION
    if decoding:
        target = (state[POINT] - state[LOWER]) // part
        if target >> _PRECISION:
            state[FAILED] = _ONE
            return
        symbol, left, right = _symbol_at(int(target >> _FINE), mean, steepness, decay, lowest, alphabet, share, likely)
        cells[at] = symbol + lowest
    else:
        symbol = cells[at] - lowest
        left = below(symbol, mean, steepness, decay, lowest, alphabet, share, likely)
        right = below(symbol + 1, mean, steepness, decay, lowest, alphabet, share, likely)
    bits[image] += costs[right - left]
    if len(kept):
        kept[at] = class_of(0, scale) * COSTS + int(nearest(costs[right - left] * BINS))
    _narrow(words, state, part, np.uint64(left) << _FINE, np.uint64(right - left) << _FINE, decoding)


@inlined
def _symbol_at(
    wanted: int, mean: int, steepness: int, decay: Any, lowest: int, alphabet: int, share: int, likely: int
) -> tuple[int, int, int]:
    """The symbol whose frequencies hold a place in TOTAL, and where these begin and end; from the likeliest on."""
    symbol = min(max(((mean + (1 << (MEAN_BITS - 1))) >> MEAN_BITS) - lowest, 0), alphabet - 1)
    left = below(symbol, mean, steepness, decay, lowest, alphabet, share, likely)
    while wanted < left:
        symbol -= 1
        left = below(symbol, mean, steepness, decay, lowest, alphabet, share, likely)
    right = below(symbol + 1, mean, steepness, decay, lowest, alphabet, share, likely)
    while wanted >= right:
        symbol += 1
        left, right = right, below(symbol + 1, mean, steepness, decay, lowest, alphabet, share, likely)
    return symbol, left, right


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
