"""Latents become whole numbers by what they cost, one image after the other: see `fitting.rounding`.

Every cell of a phase of a channel is tried with its other whole number at once; the image is drawn anew for each phase,
and bits are counted anew where channels look at what has changed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from inrcodec.fitting.kernels.choosing import choose
from inrcodec.fitting.kernels.compiling import compiled, helper
from inrcodec.fitting.kernels.context import channel_bits
from inrcodec.fitting.kernels.grids import spread_columns
from inrcodec.fitting.kernels.latents import lay_into_planes, spread_coarser
from inrcodec.fitting.kernels.loss import store_losses
from inrcodec.fitting.kernels.tiles import draw_tile


@compiled
def decide_images(
    lay: Any,
    table: Any,
    constants: Any,
    weights: Any,
    room: Any,
    state: Any,
    limits: Any,
    pictures: Any,
    scales: Any,
    margin: float,
    levels: int,
    apart: int,
    rows: Any,
    begin: int,
    end: int,
) -> None:
    """Round the latents of images rows[begin:end] of a group; those of the finest `levels` levels by what they cost.

    For most see `stretch.take_steps`. scales (rows, 2): an image's loss is the first times its squared errors plus the
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
        first = image * length
        for value in range(lay.values):
            room[lay.seen + value] = np.rint(state[first + value])
        lay_into_planes(lay, room)
        _draw(lay, table, constants, weights, room, pictures, image, margin, errors[0])
        for one in range(lay.all_channels):
            channel_bits(lay, table, constants, weights, room, one, bits[0])
        channel: Any = np.int64(0)  # a plain 0 has a type of its own, and parts would be compiled for it, too
        value = first
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
                    _draw(lay, table, constants, weights, room, pictures, image, margin, errors[1])
                    choose(
                        lay, table, constants, weights, room, state, value, level, channel, last, behind, down, across,
                        apart, scales[number, 0], scales[number, 1], errors, bits, owners, gains,
                    )  # fmt: skip
                value += lay.down[level] * lay.across[level]
                channel += 1
            if behind > last:
                spread_coarser(lay, room, level + 1)
        _take_over(lay, table, room, state, first)


@helper
def _draw(
    lay: Any,
    table: Any,
    constants: Any,
    weights: Any,
    room: Any,
    pictures: Any,
    image: int,
    margin: float,
    errors: Any,
) -> None:
    """Squared errors of every pixel, over its channels, as the loss has them."""
    spread_columns(lay, table, constants, room)
    for start in range(0, lay.height * lay.width, lay.tile_pixels):
        count = min(lay.tile_pixels, lay.height * lay.width - start)
        apart, _ = draw_tile(lay, table, constants, weights, room, pictures, image, start, count)
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
