"""Latents become whole numbers by what they cost, one image after the other: see `fitting.rounding`.

Every cell of a phase of a channel is tried with its other whole number at once; the image is drawn anew for each phase,
and bits are counted anew where channels look at what has changed. So are steps of whole latents: see
`fitting.correction`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from inrcodec.fitting.kernels.choosing import add_gains, choose, count_anew
from inrcodec.fitting.kernels.compiling import compiled, helper
from inrcodec.fitting.kernels.context import channel_bits
from inrcodec.fitting.kernels.functions import nearest, sign_of
from inrcodec.fitting.kernels.grids import spread_columns
from inrcodec.fitting.kernels.latents import lay_into_planes, spread_coarser
from inrcodec.fitting.kernels.loss import store_losses
from inrcodec.fitting.kernels.packing import FloatArray
from inrcodec.fitting.kernels.tiles import draw_tile

ROUND, LOOK, ATTEMPT, ACCEPT = range(4)  # what is to be done


class Deciding(NamedTuple):
    """What is to be done to some images: their latents rounded for good, or steps of whole ones tried and made.

    LOOK fills errors[:, 0] and bits[:, 0] with what there is; ATTEMPT tries a step of the cells of a phase, which fills
    the other half, and gains[:, 0] and gains[:, 1] with what each cell would add to them; ACCEPT makes the steps of
    those cells whose gains[:, 0] is negative. Who rounds needs room for one image.

    level, channel: whose cells these are, and how many channels of all levels are before `last`, the end of its level,
    and `behind`, the end of the next; value: of the channel's first latent; down, across: the phase. errors (images, 2,
    pixels); bits (images, 2, as planes lie); gains (images, 2, cells).
    """

    doing: int
    level: int
    channel: int
    last: int
    behind: int
    value: int
    down: int
    across: int
    step: float
    errors: FloatArray
    bits: FloatArray
    gains: npt.NDArray[np.float64]


def to_round(pixels: int, cells: int) -> Deciding:
    """What rounds the latents of images; cells: floats of all planes of one."""
    return Deciding(
        doing=ROUND,
        level=0,
        channel=0,
        last=0,
        behind=0,
        value=0,
        down=0,
        across=0,
        step=0.0,
        errors=np.zeros((1, 2, pixels), np.float32),
        bits=np.zeros((1, 2, cells), np.float32),
        gains=np.zeros((1, 1, cells)),
    )


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
    asked: Any,
    owners: Any,
) -> None:
    """Round the latents of images rows[begin:end] of a group; those of the finest `levels` levels by what they cost.

    For most see `stretch.take_steps`. scales (rows, 2): an image's loss is the first times its squared errors plus the
    second times its bits. apart: cells between two that are decided at once. asked: see `Deciding`.
    owners (2, the longest side, in pixels or cells): room.
    """
    length = len(limits) // 3
    for number in range(begin, end):
        image = rows[number]
        first, place = image * length, 0 if asked.doing == ROUND else number - begin
        errors, bits, gains = asked.errors[place], asked.bits[place], asked.gains[place]
        if asked.doing != ACCEPT:
            for value in range(lay.values):
                room[lay.seen + value] = nearest(state[first + value])
            lay_into_planes(lay, room)
        if asked.doing == ATTEMPT:
            _step_cells(lay, table, room, state, limits, first, asked, apart)
            if asked.behind > asked.last:
                spread_coarser(lay, room, asked.level + 1)
        if asked.doing != ACCEPT:
            which = 1 if asked.doing == ATTEMPT else 0
            _draw(lay, table, constants, weights, room, pictures, image, margin, errors[which])
        if asked.doing >= ATTEMPT:
            _weigh(
                lay, table, constants, weights, room, state, limits, first, asked, apart, errors, bits, owners, gains
            )
            continue
        for one in range(lay.all_channels):
            channel_bits(lay, table, constants, weights, room, one, bits[0])
        if asked.doing == LOOK:
            continue
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
                        apart, scales[number, 0], scales[number, 1], errors, bits, owners, gains[0],
                    )  # fmt: skip
                value += lay.down[level] * lay.across[level]
                channel += 1
            if behind > last:
                spread_coarser(lay, room, level + 1)
        _take_over(lay, table, room, state, first)


@helper
def _weigh(
    lay: Any,
    table: Any,
    constants: Any,
    weights: Any,
    room: Any,
    state: Any,
    limits: Any,
    first: int,
    asked: Any,
    apart: int,
    errors: Any,
    bits: Any,
    owners: Any,
    gains: Any,
) -> None:
    """What a step of cells that was drawn adds to errors and bits; or, accepting, make it where it is wanted."""
    if asked.doing == ATTEMPT:
        count_anew(lay, table, constants, weights, room, asked.channel, asked.last, asked.behind, bits)
        gains[:] = 0.0
    for which in range(2 if asked.doing == ATTEMPT else 1):
        of_errors: Any = np.float32(1 - which)  # of the type that `choose` hands over
        of_bits: Any = np.float32(which)
        add_gains(
            lay, table, asked.level, asked.channel, asked.last, asked.behind, asked.down, asked.across, apart,
            of_errors, of_bits, errors, bits, owners, gains[which], 1 if asked.doing == ACCEPT else 0,
        )  # fmt: skip
    if asked.doing == ACCEPT:
        _step_latents(lay, state, limits, first, asked, apart, gains[0])


@helper
def _stepped(state: Any, limits: Any, first: int, value: int, step: float) -> float:
    """A latent of an image after a step, within its limits."""
    length = len(limits) // 3
    stepped: float = max(min(nearest(state[first + value]) + step, limits[2 * length + value]), limits[length + value])
    return stepped


@helper
def _step_cells(lay: Any, table: Any, room: Any, state: Any, limits: Any, first: int, asked: Any, apart: int) -> None:
    """Cells of a phase make a step."""
    for row in range(asked.down, lay.down[asked.level], apart):
        at = table[lay.own + asked.channel] + row * lay.strides[asked.level]
        for column in range(asked.across, lay.across[asked.level], apart):
            value = asked.value + row * lay.across[asked.level] + column
            room[at + column] = _stepped(state, limits, first, value, asked.step)


@helper
def _step_latents(lay: Any, state: Any, limits: Any, first: int, asked: Any, apart: int, gains: Any) -> None:
    """Latents of a phase make a step where gains are negative."""
    wide = (lay.across[asked.level] - asked.across + apart - 1) // apart
    for row in range(asked.down, lay.down[asked.level], apart):
        for column in range(asked.across, lay.across[asked.level], apart):
            if gains[(row - asked.down) // apart * wide + (column - asked.across) // apart] < 0.0:
                value = asked.value + row * lay.across[asked.level] + column
                state[first + value] = _stepped(state, limits, first, value, asked.step)


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
            whole = nearest(real)
            room[at + column] = whole + sign_of(real - whole)


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
