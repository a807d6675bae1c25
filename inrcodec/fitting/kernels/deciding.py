"""Latents become whole numbers by what they cost, one image after the other: see `fitting.rounding`.

Every cell of a phase of a channel is tried with its other whole number at once; the image is drawn anew for each phase,
and bits are counted anew where channels look at what has changed.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from inrcodec.fitting.kernels.compiling import compiled, helper
from inrcodec.fitting.kernels.context import channel_bits
from inrcodec.fitting.kernels.grids import spread_columns
from inrcodec.fitting.kernels.latents import lay_into_planes, spread_coarser
from inrcodec.fitting.kernels.loss import store_losses
from inrcodec.fitting.kernels.tiles import draw_tile

LOOKING = 3  # channels of a level that look at one: itself and the two behind it


@compiled
def decide_images(
    lay: Any,
    table: Any,
    constants: Any,
    weights: Any,
    room: Any,
    state: Any,
    limits: Any,
    targets: Any,
    unit: float,
    visible: Any,
    frames: Any,
    scales: Any,
    margin: float,
    levels: int,
    apart: int,
    rows: Any,
    begin: int,
    end: int,
) -> None:
    """Round the latents of images rows[begin:end] of a group; those of the finest `levels` levels by what they cost.

    For most see `step.step_images`. scales (rows, 2): an image's loss is the first times its squared errors plus the
    second times its bits. apart: cells between two that are decided at once.
    """
    pixels, length = lay.height * lay.width, len(limits) // 3
    errors, bits = np.zeros((2, pixels), np.float32), np.zeros((2, lay.planes_size), np.float32)  # now, and tried
    longest = max(lay.height, lay.width)
    for level in range(lay.levels):
        longest = max(longest, max(lay.down[level], lay.across[level]))
    owners, gains = np.zeros((2, longest), np.int64), np.zeros(lay.planes_size, np.float64)
    for number in range(begin, end):
        image = rows[number]
        first, target, seen = image * length, image * lay.channels * pixels, image * pixels
        for value in range(lay.values):
            room[lay.seen + value] = np.rint(state[first + value])
        lay_into_planes(lay, room)
        _draw(
            lay, table, constants, weights, room, targets, target, unit, visible, seen, frames, 6 * image, margin,
            errors[0],
        )  # fmt: skip
        for one in range(lay.all_channels):
            channel_bits(lay, table, constants, weights, room, one, bits[0])
        value, channel = first, 0
        for level in range(lay.levels):
            last = channel + lay.level_channels[level]
            behind = last if level + 1 == lay.levels else last + lay.level_channels[level + 1]
            while channel < last:
                for phase in range(apart * apart if level >= lay.levels - levels else 0):
                    down, across = phase // apart, phase % apart
                    if down >= lay.down[level] or across >= lay.across[level]:
                        continue
                    _put_others(lay, table, room, state, value, level, channel, down, across, apart)
                    if behind > last:
                        spread_coarser(lay, room, level + 1)
                    _draw(
                        lay, table, constants, weights, room, targets, target, unit, visible, seen, frames, 6 * image,
                        margin, errors[1],
                    )  # fmt: skip
                    _choose(
                        lay, table, constants, weights, room, state, value, level, channel, last, behind, down, across,
                        apart, scales[number, 0], scales[number, 1], errors, bits, owners, gains,
                    )  # fmt: skip
                value += lay.down[level] * lay.across[level]
                channel += 1
            if behind > last:
                spread_coarser(lay, room, level + 1)
        _take_over(lay, table, room, state, first)


@helper
def _choose(
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
    looking = min(channel + LOOKING, last)
    for one in range(channel, looking):
        channel_bits(lay, table, constants, weights, room, one, bits[1])
    for one in range(last, behind):
        channel_bits(lay, table, constants, weights, room, one, bits[1])
    gains[:] = 0.0
    wide = (lay.across[level] - across + apart - 1) // apart
    for keeping in range(2):
        if keeping:
            _keep_better(lay, table, room, state, value, level, channel, down, across, apart, gains)
        _own_pixels(lay, owners, level, down, across, apart)
        _compare(errors, 0, lay.height, lay.width, lay.width, owners, wide, weight_of_error, gains, keeping)
        _compare_bits(
            lay, table, bits, owners, level, level, channel, looking, down, across, apart, weight_of_bit, gains,
            keeping,
        )  # fmt: skip
        _compare_bits(
            lay, table, bits, owners, level, level + 1, last, behind, down, across, apart, weight_of_bit, gains,
            keeping,
        )  # fmt: skip


@helper
def _draw(
    lay: Any,
    table: Any,
    constants: Any,
    weights: Any,
    room: Any,
    targets: Any,
    target: int,
    unit: float,
    visible: Any,
    seen: int,
    frames: Any,
    frame: int,
    margin: float,
    errors: Any,
) -> None:
    """Squared errors of every pixel, over its channels, as the loss has them."""
    spread_columns(lay, table, constants, room)
    for start in range(0, lay.height * lay.width, lay.tile_pixels):
        count = min(lay.tile_pixels, lay.height * lay.width - start)
        apart, _ = draw_tile(
            lay, table, constants, weights, room, targets, target, unit, visible, seen, frames, frame, start, count
        )  # fmt: skip
        store_losses(lay, room, apart, margin, count, errors, start)


@helper
def _put_others(
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
) -> None:
    """Cells of a phase become the whole number on the other side; value: place of the channel's latents in state."""
    for row in range(down, lay.down[level], apart):
        at = table[lay.own + channel] + row * lay.strides[level]
        for column in range(across, lay.across[level], apart):
            real = state[value + row * lay.across[level] + column]
            nearest = np.rint(real)
            room[at + column] = nearest + np.sign(real - nearest)


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
                room[at + column] = np.rint(state[value + row * lay.across[level] + column])


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


@helper
def _take_over(lay: Any, table: Any, room: Any, state: Any, first: int) -> None:
    """Cells become an image's latents."""
    channel = 0
    for level in range(lay.levels):
        for _ in range(lay.level_channels[level]):
            for row in range(lay.down[level]):
                at = table[lay.own + channel] + row * lay.strides[level]
                for column in range(lay.across[level]):
                    state[first + column] = room[at + column]
                first += lay.across[level]
            channel += 1
