"""Which cells of a phase keep their other whole number: what `deciding` asks once an image is drawn with all."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from inrcodec.fitting.kernels.compiling import helper
from inrcodec.fitting.kernels.context import channel_bits
from inrcodec.fitting.kernels.functions import nearest

LOOKING = 3  # channels of a level that look at one: itself and the two behind it


@helper
def choose(
    lay: Any,
    table: Any,
    constants: Any,
    weights: Any,
    room: Any,
    state: Any,
    value: int,
    level: int,
    channel: int,
    last: int,
    behind: int,
    down: int,
    across: int,
    apart: int,
    weight_of_error: float,
    weight_of_bit: float,
    errors: Any,
    bits: Any,
    owners: Any,
    gains: Any,
) -> None:
    """Keep those cells of a phase whose other whole number is better, now that the image is drawn with all of them.

    Channels from `last` to `behind` are of the next level, which looks at this one.
    """
    count_anew(lay, table, constants, weights, room, channel, last, behind, bits)
    gains[:] = 0.0
    for keeping in range(2):
        if keeping:
            _keep_better(lay, table, room, state, value, level, channel, down, across, apart, gains)
        add_gains(
            lay, table, level, channel, last, behind, down, across, apart, weight_of_error, weight_of_bit, errors,
            bits, owners, gains, keeping,
        )  # fmt: skip


@helper
def count_anew(
    lay: Any,
    table: Any,
    constants: Any,
    weights: Any,
    room: Any,
    channel: int,
    last: int,
    behind: int,
    bits: Any,
) -> None:
    """Count the bits of all channels that look at one again, into bits[1]."""
    for one in range(channel, min(channel + LOOKING, last)):
        channel_bits(lay, table, constants, weights, room, one, bits[1])
    for one in range(last, behind):
        channel_bits(lay, table, constants, weights, room, one, bits[1])


@helper
def add_gains(
    lay: Any,
    table: Any,
    level: int,
    channel: int,
    last: int,
    behind: int,
    down: int,
    across: int,
    apart: int,
    weight_of_error: float,
    weight_of_bit: float,
    errors: Any,
    bits: Any,
    owners: Any,
    gains: Any,
    keeping: int,
) -> None:
    """Add up what the cells of a phase change, of errors and of bits; or take it over where that is negative."""
    start: Any = np.int64(0)  # a plain 0 has a type of its own
    wide, looking = (lay.across[level] - across + apart - 1) // apart, min(channel + LOOKING, last)
    _own_pixels(lay, owners, level, down, across, apart)
    _compare(errors, start, lay.height, lay.width, lay.width, owners, wide, weight_of_error, gains, keeping)
    _compare_bits(
        lay, table, bits, owners, level, level, channel, looking, down, across, apart, weight_of_bit, gains, keeping
    )
    _compare_bits(
        lay, table, bits, owners, level, level + 1, last, behind, down, across, apart, weight_of_bit, gains, keeping
    )


@helper
def _keep_better(
    lay: Any,
    table: Any,
    room: Any,
    state: Any,
    value: int,
    level: int,
    channel: int,
    down: int,
    across: int,
    apart: int,
    gains: Any,
) -> None:
    """Cells whose loss did not fall go back to the nearest whole number."""
    owners = (lay.across[level] - across + apart - 1) // apart
    for row in range(down, lay.down[level], apart):
        at = table[lay.own + channel] + row * lay.strides[level]
        for column in range(across, lay.across[level], apart):
            if not gains[(row - down) // apart * owners + (column - across) // apart] < 0.0:
                room[at + column] = nearest(state[value + row * lay.across[level] + column])


@helper
def _own_pixels(lay: Any, owners: Any, level: int, down: int, across: int, apart: int) -> None:
    """Which cell of a phase every row and column of pixels belongs to: the one that is less than apart / 2 away."""
    for row in range(lay.height):
        place = row * lay.down_scale[level] + lay.down_start[level]
        owners[0, row] = _owner(place, 0.5 * apart, down, lay.down[level], apart)
    for column in range(lay.width):
        place = column * lay.across_scale[level] + lay.across_start[level]
        owners[1, column] = _owner(place, 0.5 * apart, across, lay.across[level], apart)


@helper
def _own_cells(lay: Any, owners: Any, level: int, looking: int, down: int, across: int, apart: int) -> None:
    """The same for cells of a level that looks at it: at one before a cell, and at up to two behind it."""
    shift = lay.spread_shift[looking] if looking > level else 0
    for row in range(lay.down[looking]):
        owners[0, row] = _owner(float(row >> shift), 1.0, down, lay.down[level], apart)
    for column in range(lay.across[looking]):
        owners[1, column] = _owner(float(column >> shift), 1.0, across, lay.across[level], apart)


@helper
def _owner(place: float, reach: float, first: int, cells: int, apart: int) -> int:
    """Number of the cell, counted from `first` on in steps of `apart`; -1 for none."""
    owner = math.floor((place - first + reach) / apart)
    return owner if 0 <= owner < (cells - first + apart - 1) // apart else -1


@helper
def _compare_bits(
    lay: Any,
    table: Any,
    bits: Any,
    owners: Any,
    level: int,
    where: int,
    begin: int,
    end: int,
    down: int,
    across: int,
    apart: int,
    weight: float,
    gains: Any,
    keeping: int,
) -> None:
    """See `_compare`, of the bits of channels of level `where`, which look at the cells of a phase of `level`."""
    if begin == end:
        return
    _own_cells(lay, owners, level, where, down, across, apart)
    start, wide = lay.slopes - lay.to_slopes, (lay.across[level] - across + apart - 1) // apart
    for channel in range(begin, end):
        at = table[lay.own + channel] - start
        _compare(bits, at, lay.down[where], lay.across[where], lay.strides[where], owners, wide, weight, gains, keeping)


@helper
def _compare(
    values: Any,
    first: int,
    height: int,
    width: int,
    stride: int,
    owners: Any,
    wide: int,
    weight: float,
    gains: Any,
    keeping: int,
) -> None:
    """Add what values[1] has more than values[0] to the gains of the cells that it belongs to.

    Or, keeping, take over values[1] where that gain is negative. values (2, places), of which rows of a plane begin at
    `first`; owners: see `_own_pixels`, in rows of `wide`.
    """
    for row in range(height):
        owner, at = owners[0, row] * wide, first + row * stride
        if owner < 0:
            continue
        for column in range(width):
            cell = owners[1, column]
            if cell < 0:
                continue
            if not keeping:
                gains[owner + cell] += weight * (values[1, at + column] - values[0, at + column])
            elif gains[owner + cell] < 0.0:
                values[0, at + column] = values[1, at + column]
