"""Latents of one image between a row of numbers, as the optimizer has them, and planes, as the model looks at them."""

from __future__ import annotations

import math
from typing import Any

from inrcodec.fitting.kernels.compiling import helper, inlined
from inrcodec.fitting.kernels.functions import tanh_of
from inrcodec.fitting.kernels.layout import LANES
from inrcodec.fitting.kernels.vector_functions import floor, square_root, uniform, where_less
from inrcodec.fitting.kernels.vectors import (
    Vector,
    add_first,
    evens,
    fma,
    high_doubled,
    load,
    low_doubled,
    odds,
    store,
    vector,
)

NOISY, SOFT, ROUNDED = 0, 1, 2  # how latents become whole numbers: noise, soft rounding, to the nearest


@helper
def quantize(lay: Any, room: Any, values: Any, first: int, order: Any, one_key: int, other_key: int) -> None:
    """What the model sees of an image's latents, from values[first] on, and its derivatives; see `fitting.quantize`.

    The noise of a latent depends on two keys and on its place, and on nothing else.
    """
    mode, scale, sharpness, width = order.mode, vector(0.0), vector(0.0), vector(order.noise)
    if mode == SOFT:
        scale, sharpness = vector(0.5 / math.tanh(0.5 / order.temperature)), vector(1.0 / order.temperature)
    for at in range(0, lay.values, LANES):
        value, derivative = load(values, first + at), vector(1.0)
        if mode == ROUNDED:
            value = floor(value + vector(0.5))
        else:
            drawn = uniform(one_key, other_key, at)
            if mode == NOISY:
                value = value + drawn
            else:
                value, derivative = _soft_round(value, sharpness, scale)
                value, second = _soft_round(fma(drawn, width, value), sharpness, scale)
                derivative = derivative * second
        store(room, lay.seen + at, value)
        store(room, lay.derivatives + at, derivative)


@inlined
def _soft_round(values: Vector, sharpness: Vector, scale: Vector) -> tuple[Vector, Vector]:
    """Softly rounded values and the derivative."""
    middle = floor(values) + vector(0.5)
    bent = tanh_of((values - middle) * sharpness)
    return fma(bent, scale, middle), scale * sharpness * (vector(1.0) - bent * bent)


@helper
def lay_into_planes(lay: Any, room: Any) -> None:
    """Latents in a row into planes, and coarser levels spread over finer planes."""
    source = lay.seen
    for level in range(lay.levels):
        across = lay.across[level]
        for channel in range(lay.level_channels[level]):
            target = lay.first[level] + channel * lay.distances[level]
            for _ in range(lay.down[level]):
                _copy(room, target, source, across)
                store(room, target + across, vector(0.0))  # the margin, and cells that the next row brings
                source += across
                target += lay.strides[level]
        if lay.spread_from[level] >= 0:
            spread_coarser(lay, room, level)


@inlined
def _copy(room: Any, target: int, source: int, count: int) -> None:
    """Copy a run, and up to seven values behind it."""
    for at in range(0, count, LANES):
        store(room, target + at, load(room, source + at))


@helper
def spread_coarser(lay: Any, room: Any, level: int) -> None:
    """Spread the coarser level over planes; what comes to lie in their margins is never looked at."""
    above, shift = lay.spread_from[level], lay.spread_shift[level]
    across, stride = lay.across[level], lay.strides[level]
    for channel in range(lay.level_channels[above]):
        source = lay.first[above] + channel * lay.distances[above]
        target = lay.spread_first[level] + channel * lay.distances[level]
        for row in range(lay.down[level]):
            line = source + (row >> shift) * lay.strides[above]
            if row & ((1 << shift) - 1):
                _copy(room, target, target - stride, across)
            elif shift == 1:
                for column in range(0, across, 2 * LANES):
                    cells = load(room, line + column // 2)
                    store(room, target + column, low_doubled(cells, cells))
                    store(room, target + column + LANES, high_doubled(cells, cells))
            else:
                for column in range(across):
                    room[target + column] = room[line + (column >> shift)]
            target += stride


@helper
def gather_from_planes(lay: Any, room: Any) -> None:
    """Gradients in planes into a row, those of spread planes added to the coarser level that they show."""
    for level in range(lay.levels - 1, -1, -1):
        if lay.spread_from[level] >= 0:
            _gather_coarser(lay, room, level)
    target = lay.found
    for level in range(lay.levels):
        across = lay.across[level]
        for channel in range(lay.level_channels[level]):
            source = lay.first[level] + channel * lay.distances[level] + lay.to_slopes
            for _ in range(lay.down[level]):
                _copy(room, target, source, across)
                target += across
                source += lay.strides[level]


@helper
def _gather_coarser(lay: Any, room: Any, level: int) -> None:
    """Gradients of spread planes added to those of the level that they show; in margins there are none."""
    above, shift = lay.spread_from[level], lay.spread_shift[level]
    across = lay.across[level]
    for channel in range(lay.level_channels[above]):
        target = lay.first[above] + channel * lay.distances[above] + lay.to_slopes
        source = lay.spread_first[level] + channel * lay.distances[level] + lay.to_slopes
        for row in range(lay.down[level]):
            line = target + (row >> shift) * lay.strides[above]
            if shift == 1:
                for column in range(0, across, 2 * LANES):
                    first, second = load(room, source + column), load(room, source + column + LANES)
                    sums = evens(first, second) + odds(first, second)
                    add_first(room, line + column // 2, min(LANES, (across - column + 1) // 2), sums)
            else:
                for column in range(across):
                    room[line + (column >> shift)] += room[source + column]
            source += lay.strides[level]


@helper
def move(
    lay: Any, room: Any, state: Any, values: int, moments: int, seconds: int, limits: Any, order: Any, visits: int
) -> None:
    """A step of Adam on an image's latents, against their gradients, with Nesterov's momentum; see `fitting.optimizer`.

    state[values], state[moments] and state[seconds] begin the latents and their two moments; limits: rates of the
    latents beside each other, then the lowest and then the highest that they may be, as long as rows in the room.
    """
    decay, second_decay = order.decay, order.second_decay
    by_moment, by_gradient = decay / (1.0 - decay ** (visits + 1)), (1.0 - decay) / (1.0 - decay**visits)
    kept, added = vector(decay), vector(1.0 - decay)
    second_kept, second_added = vector(second_decay), vector(1.0 - second_decay)
    by_second, tiny = vector(1.0 / (1.0 - second_decay**visits)), vector(order.tiny)
    moment_factor, gradient_factor, pace = vector(by_moment), vector(by_gradient), vector(-order.rate)
    length = len(limits) // 3
    for at in range(0, lay.values, LANES):
        gradient = load(room, lay.found + at) * load(room, lay.derivatives + at)
        moment = fma(load(state, moments + at), kept, gradient * added)
        second = fma(load(state, seconds + at), second_kept, gradient * gradient * second_added)
        store(state, moments + at, moment)
        store(state, seconds + at, second)
        step = fma(moment, moment_factor, gradient * gradient_factor) / (square_root(second * by_second) + tiny)
        moved = fma(step, pace * load(limits, at), load(state, values + at))
        low, high = load(limits, length + at), load(limits, 2 * length + at)
        store(state, values + at, where_less(moved, low, low, where_less(high, moved, high, moved)))
