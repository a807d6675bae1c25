"""Latents of one image between a row of numbers, as the optimiser has them, and planes, as the model looks at them."""

from __future__ import annotations

import math
from typing import Any

from inrcodec.fitting.kernels.compiling import helper, inlined
from inrcodec.fitting.kernels.functions import tanh_of
from inrcodec.fitting.kernels.planes import LANES
from inrcodec.fitting.kernels.vectors import (
    Vector,
    floor,
    fma,
    load,
    number,
    spread,
    square_root,
    store,
    uniform,
    vector,
    where_less,
)

NOISY, SOFT, ROUNDED = 0, 1, 2  # how latents become whole numbers: noise, soft rounding, none any more


@helper
def quantise(
    values: Any, first: int, count: int, mode: int, temperature: float, noise: float, keys: Any, image: int,
    seen: Any, derivatives: Any,
) -> None:
    """What the model sees of values[first:first + count], and the derivative of it; see `fitting.quantise`.

    The noise of a latent depends on the two keys of its image's entry in `keys` and on its place, and nothing else.
    """
    one_key, other_key = keys[2 * image], keys[2 * image + 1]
    if mode == SOFT:
        scale = vector(0.5 / math.tanh(0.5 / temperature))
        sharpness = vector(1.0 / temperature)
    else:
        scale = sharpness = vector(0.0)
    width = vector(noise)
    for at in range(0, count, LANES):
        value = load(values, first + at)
        if mode == ROUNDED:
            store(seen, at, value)
            continue
        drawn = uniform(one_key, other_key, at)
        if mode == NOISY:
            store(seen, at, value + drawn)
            store(derivatives, at, vector(1.0))
        else:
            value, derivative = _soft_round(value, sharpness, scale)
            value, second = _soft_round(fma(drawn, width, value), sharpness, scale)
            store(seen, at, value)
            store(derivatives, at, derivative * second)


@inlined
def _soft_round(values: Vector, sharpness: Vector, scale: Vector) -> tuple[Vector, Vector]:
    """Softly rounded values and the derivative."""
    middle = floor(values) + vector(0.5)
    bent = tanh_of((values - middle) * sharpness)
    return fma(bent, scale, middle), scale * sharpness * (vector(1.0) - bent * bent)


@helper
def lay_into_planes(planes: Any, seen: Any, latents: Any) -> None:
    """A row of values into planes, and coarser levels spread over finer planes."""
    at = 0
    for level in range(len(planes.channels)):
        across = planes.across[level]
        for channel in range(planes.channels[level]):
            place = planes.first[level] + channel * planes.distances[level]
            for _ in range(planes.down[level]):
                for column in range(across):
                    latents[place + column] = seen[at + column]
                at += across
                place += planes.strides[level]
        if planes.spread_from[level] >= 0:
            _spread_coarser(planes, latents, level)


@helper
def _spread_coarser(planes: Any, latents: Any, level: int) -> None:
    above, shift = planes.spread_from[level], planes.spread_shift[level]
    across, stride = planes.across[level], planes.strides[level]
    for channel in range(planes.channels[above]):
        source = planes.first[above] + channel * planes.distances[above]
        target = planes.spread_first[level] + channel * planes.distances[level]
        for row in range(planes.down[level]):
            line = source + (row >> shift) * planes.strides[above]
            if row & ((1 << shift) - 1) == 0:
                for column in range(across):
                    latents[target + column] = latents[line + (column >> shift)]
            else:
                for column in range(across):
                    latents[target + column] = latents[target - stride + column]
            target += stride


@helper
def gather_from_planes(planes: Any, slopes: Any, found: Any) -> None:
    """Gradients in planes into a row, those of spread planes added to the coarser level that they show."""
    for level in range(len(planes.channels) - 1, -1, -1):
        if planes.spread_from[level] >= 0:
            _gather_coarser(planes, slopes, level)
    at = 0
    for level in range(len(planes.channels)):
        across = planes.across[level]
        for channel in range(planes.channels[level]):
            place = planes.first[level] + channel * planes.distances[level]
            for _ in range(planes.down[level]):
                for column in range(across):
                    found[at + column] = slopes[place + column]
                at += across
                place += planes.strides[level]


@helper
def _gather_coarser(planes: Any, slopes: Any, level: int) -> None:
    above, shift = planes.spread_from[level], planes.spread_shift[level]
    across, stride = planes.across[level], planes.strides[level]
    for channel in range(planes.channels[above]):
        target = planes.first[above] + channel * planes.distances[above]
        source = planes.spread_first[level] + channel * planes.distances[level]
        for row in range(planes.down[level]):
            line = target + (row >> shift) * planes.strides[above]
            for column in range(across):
                slopes[line + (column >> shift)] += slopes[source + column]
            source += stride


@helper
def move(
    values: Any, first_moments: Any, second_moments: Any, first: int, count: int, gradients: Any, derivatives: Any,
    rates: Any, lowest: Any, highest: Any, adam: Any, rate: float, visits: int,
) -> None:
    """A step of Adam on values[first:first + count], against gradients times derivatives; see `fitting.optimise`.

    rates: of every value, beside the others; lowest, highest: what it may be; adam: the two decays, what is added to
    the spread, and 1 for Nesterov's momentum as in Dozat, "Incorporating Nesterov momentum into Adam", 2016.
    """
    decay, second_decay, nesterov = adam[0], adam[1], adam[3] > 0
    unbiased = 1.0 - decay**visits
    by_moment, by_gradient = 1.0 / unbiased, 0.0
    if nesterov:
        by_moment, by_gradient = decay / (1.0 - decay ** (visits + 1)), (1.0 - decay) / unbiased
    kept, added = vector(decay), vector(1.0 - decay)
    second_kept, second_added = vector(second_decay), vector(1.0 - second_decay)
    by_second, tiny = vector(1.0 / (1.0 - second_decay**visits)), vector(adam[2])
    moment_factor, gradient_factor, pace = vector(by_moment), vector(by_gradient), vector(-rate)
    for at in range(0, count, LANES):
        place = first + at
        gradient = load(gradients, at) * load(derivatives, at)
        moment = fma(load(first_moments, place), kept, gradient * added)
        second = fma(load(second_moments, place), second_kept, gradient * gradient * second_added)
        store(first_moments, place, moment)
        store(second_moments, place, second)
        step = fma(moment, moment_factor, gradient * gradient_factor) / (square_root(second * by_second) + tiny)
        moved = fma(step, pace * load(rates, at), load(values, place))
        low, high = load(lowest, at), load(highest, at)
        moved = where_less(moved, low, low, where_less(high, moved, high, moved))
        store(values, place, moved)
