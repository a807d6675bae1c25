"""The context model and its bits at all cells of an image, and their gradients: what `fitting.rate` does, in one pass.

Latents lie in planes with margins of zeros (`planes.Planes`), so every neighbour of a run of cells is a run of cells,
and a product takes them from where they lie.
"""

from __future__ import annotations

from typing import Any

from inrcodec.bitstream.laplace import HIGHEST_SCALE, LOWEST_SCALE, SCALE_BITS
from inrcodec.bitstream.rangecoder import TOTAL
from inrcodec.fitting.kernels.compiling import helper, inlined
from inrcodec.fitting.kernels.functions import LN_2, LOG2_E, exponential_less_one, log2_of, power_of_two_of
from inrcodec.fitting.kernels.products import PANEL, ROWS, Block, add_outer, block, store_block, store_row
from inrcodec.fitting.kernels.vectors import (
    Vector,
    absolute,
    fma,
    lane_sum,
    load,
    number,
    spread,
    store,
    vector,
    where_less,
    with_sign,
)

CHUNK = 240  # cells looked at together
STRIDE = CHUNK + 8  # of the rows that they need
LOWEST, HIGHEST = LOWEST_SCALE / 2**SCALE_BITS, HIGHEST_SCALE / 2**SCALE_BITS
LARGEST_DECAY = 87.0  # exp(-87) is about the smallest normal number
FIRST, SECOND, NONE = 0, 1, 2  # rows behind the units: gradients of means and scales, zeros


@helper
def add_rate(
    model: Any, planes: Any, weights: Any, latents: Any, slopes: Any, cells: Any, gradient: Any, scale: float,
    with_latents: bool, with_weights: bool,
) -> float:
    """Bits of an image's latents; gradients of `scale` times the bits are added.

    latents and slopes: planes and their gradients, flat; cells: room for the rows of a chunk; gradient: of weights.
    """
    bits = 0.0
    for channel in range(len(model.units_place)):
        for start in range(0, planes.lengths[channel], CHUNK):
            points = min(CHUNK, planes.padded[channel] - start)
            bits += _chunk_bits(model, planes, weights, latents, slopes, cells, gradient, channel, start, points, scale)
            _spread_gradients(
                model, planes, weights, latents, slopes, cells, gradient, channel, start, points,
                with_latents, with_weights,
            )
    return bits


@helper
def _chunk_bits(
    model: Any, planes: Any, weights: Any, latents: Any, slopes: Any, cells: Any, gradient: Any, channel: int,
    start: int, points: int, scale: float,
) -> float:
    """Bits of some cells; leaves the units in `cells`, and behind them the gradients of means and scales."""
    taps, entry = model.taps[channel], model.taps_entry[channel]
    own, mask = planes.own[channel] + start, planes.mask[channel] + start
    behind = model.width * STRIDE
    factor, zero = vector(scale), vector(0.0)
    sums = zero, zero, zero
    for point in range(0, points, PANEL):
        for part in range(model.width // ROWS):
            first = model.units_place[channel] + part * ROWS * taps
            bias = model.bias_place[channel] + part * ROWS
            values = block(weights, first, bias, latents, planes.taps, entry, taps, start + point)
            _store_rectified(cells, part * ROWS * STRIDE + point, values)
        m0, m1, m2, s0, s1, s2 = _distribution(model, weights, cells, channel, point)
        at = own + point
        inside = mask + point
        sums = _cell_bits(latents, slopes, cells, planes.masks, at, inside, behind + point, m0, s0, factor, sums)
        sums = _cell_bits(
            latents, slopes, cells, planes.masks, at + 8, inside + 8, behind + point + 8, m1, s1, factor, sums
        )
        sums = _cell_bits(
            latents, slopes, cells, planes.masks, at + 16, inside + 16, behind + point + 16, m2, s2, factor, sums
        )
    total, first_sum, second_sum = sums
    place = model.last_bias_gradient[channel]
    gradient[place] += lane_sum(first_sum)
    gradient[place + 1] += lane_sum(second_sum)
    return float(lane_sum(total))


@inlined
def _store_rectified(cells: Any, at: int, sums: Block) -> None:
    a0, a1, a2, b0, b1, b2, c0, c1, c2, d0, d1, d2 = sums
    store_row(cells, at, _rectified(a0), _rectified(a1), _rectified(a2))
    store_row(cells, at + STRIDE, _rectified(b0), _rectified(b1), _rectified(b2))
    store_row(cells, at + 2 * STRIDE, _rectified(c0), _rectified(c1), _rectified(c2))
    store_row(cells, at + 3 * STRIDE, _rectified(d0), _rectified(d1), _rectified(d2))


@inlined
def _rectified(values: Vector) -> Vector:
    return where_less(values, vector(0.0), vector(0.0), values)


@inlined
def _distribution(
    model: Any, weights: Any, cells: Any, channel: int, point: int
) -> tuple[Vector, Vector, Vector, Vector, Vector, Vector]:
    """Means and scales of a panel, three vectors each, from its units."""
    place, bias = model.last_place[channel], model.last_bias[channel]
    m0, s0 = spread(weights, bias), spread(weights, bias + 1)
    m1 = m2 = m0
    s1 = s2 = s0
    for unit in range(model.width):
        at = unit * STRIDE + point
        u0, u1, u2 = load(cells, at), load(cells, at + 8), load(cells, at + 16)
        first, second = spread(weights, place + 2 * unit), spread(weights, place + 2 * unit + 1)
        m0, m1, m2 = fma(first, u0, m0), fma(first, u1, m1), fma(first, u2, m2)
        s0, s1, s2 = fma(second, u0, s0), fma(second, u1, s1), fma(second, u2, s2)
    return m0, m1, m2, s0, s1, s2


@inlined
def _cell_bits(
    latents: Any, slopes: Any, cells: Any, masks: Any, at: int, inside: int, target: int, mean: Vector, scale: Vector,
    factor: Vector, sums: tuple[Vector, Vector, Vector],
) -> tuple[Vector, Vector, Vector]:
    """Bits of eight cells, and their gradients, which are stored; all three added to sums."""
    total, first, second = sums
    bits, by_value, by_scale = laplace_bits(load(latents, at) - mean, scale)
    counts = load(masks, inside)
    weight = counts * factor
    by_value, by_scale = by_value * weight, by_scale * weight
    store(cells, target, vector(0.0) - by_value)
    store(cells, target + STRIDE, by_scale)
    store(slopes, at, load(slopes, at) + by_value)
    return fma(bits, counts, total), first - by_value, second + by_scale


@inlined
def laplace_bits(offset: Vector, log_scale: Vector) -> tuple[Vector, Vector, Vector]:
    """-log2 of the mass of a Laplace distribution within 1/2 of an offset from its mean.

    Also its gradients by the offset and by the scale, given as its log2, both cut off as the file cuts them off.
    """
    low, high, zero, half = vector(LOWEST), vector(HIGHEST), vector(0.0), vector(0.5)
    clipped = where_less(log_scale, low, low, where_less(high, log_scale, high, log_scale))
    inverse = power_of_two_of(zero - clipped)
    upper_at, lower_at = offset + half, offset - half
    upper, lower = upper_at * inverse, lower_at * inverse
    above, below = _decay_less_one(upper), _decay_less_one(lower)
    mass = half * (with_sign(below, zero - lower) - with_sign(above, zero - upper))
    floor = vector(1.0 / TOTAL)
    counted = where_less(mass, floor, floor, mass)
    factor = where_less(mass, floor, zero, vector(-0.5 * LOG2_E) / counted)
    above, below = above + vector(1.0), below + vector(1.0)
    by_offset = factor * inverse * (above - below)
    by_scale = vector(-LN_2) * factor * inverse * (upper_at * above - lower_at * below)
    by_scale = where_less(log_scale, low, zero, where_less(high, log_scale, zero, by_scale))
    return zero - log2_of(counted), by_offset, by_scale


@inlined
def _decay_less_one(values: Vector) -> Vector:
    """exp(-|value|) - 1."""
    size = absolute(values)
    limit = vector(LARGEST_DECAY)
    return exponential_less_one(vector(0.0) - where_less(size, limit, size, limit))


@helper
def _spread_gradients(
    model: Any, planes: Any, weights: Any, latents: Any, slopes: Any, cells: Any, gradient: Any, channel: int,
    start: int, points: int, with_latents: bool, with_weights: bool,
) -> None:
    """From gradients of means and scales to those of the weights and of the latents that were looked at."""
    blocks = model.width // ROWS
    entry = model.taps_entry[channel]
    if with_weights:
        add_outer(
            gradient, model.last_gradient[channel], cells, 0, STRIDE, blocks, cells, model.rows, model.width, 1, 0, points
        )
    _by_units(model, weights, cells, gradient, channel, points)
    if with_weights:
        add_outer(
            gradient, model.units_gradient[channel], cells, 0, STRIDE, blocks,
            latents, planes.taps, entry, model.others[channel], start, points,
        )
    if with_latents:
        first = model.back_place[channel]
        room = (model.width + 3) * STRIDE
        for point in range(0, points, PANEL):
            for part in range(model.back_blocks[channel]):
                place = first + part * ROWS * model.width
                values = block(weights, place, 0, cells, model.rows, 0, model.width, point)
                store_block(cells, room + part * ROWS * STRIDE + point, STRIDE, values)
        for tap in range(model.taps[channel]):
            source, target = room + tap * STRIDE, number(planes.taps, entry + tap) + start
            for point in range(0, points, 8):
                store(slopes, target + point, load(slopes, target + point) + load(cells, source + point))


@helper
def _by_units(model: Any, weights: Any, cells: Any, gradient: Any, channel: int, points: int) -> None:
    """Gradients of the units' sums take the place of the units."""
    place, behind = model.last_place[channel], model.width * STRIDE
    zero = vector(0.0)
    for unit in range(model.width):
        first, second = spread(weights, place + 2 * unit), spread(weights, place + 2 * unit + 1)
        total = zero
        for point in range(0, points, 8):
            at = unit * STRIDE + point
            slope = first * load(cells, behind + point)
            slope = fma(second, load(cells, behind + STRIDE + point), slope)
            slope = where_less(zero, load(cells, at), slope, zero)
            store(cells, at, slope)
            total = total + slope
        gradient[model.bias_gradient[channel] + unit] += lane_sum(total)
