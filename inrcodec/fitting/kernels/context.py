"""The context model and its bits at all cells of an image, and their gradients: what `fitting.rate` does, in one pass.

Latents lie in planes with margins of zeros (`lay_planes`), so every neighbor of a run of cells is a run of cells,
and a product takes them from where they lie.
"""

from __future__ import annotations

from typing import Any

from inrcodec.fitting.kernels.compiling import helper, inlined
from inrcodec.fitting.kernels.laplace import laplace_bits
from inrcodec.fitting.kernels.layout import CHUNK, CHUNK_STRIDE, LANES, OTHERS, PANEL, ROWS
from inrcodec.fitting.kernels.products import Block, add_outer, block, store_block, store_row
from inrcodec.fitting.kernels.vector_functions import lane_sum, where_less
from inrcodec.fitting.kernels.vectors import Vector, fma, load, spread, store, vector


@helper
def add_rate(
    lay: Any,
    table: Any,
    constants: Any,
    weights: Any,
    room: Any,
    gradient: Any,
    order: Any,
    part: int,
    scale: float,
    with_latents: bool,
    with_weights: bool,
) -> float:
    """Bits of the latents in the planes; gradients of `scale` times the bits are added."""
    bits = 0.0
    for channel in range(lay.all_channels):
        padded = table[lay.padded + channel]
        for start in range(0, table[lay.lengths + channel], CHUNK):
            points = min(CHUNK, padded - start)
            bits += _add_bits(lay, table, constants, weights, room, gradient, scale, channel, start, points)
            _add_gradients(
                lay, table, weights, room, gradient, order, part, channel, start, points, with_latents, with_weights
            )
    return bits


@helper
def _add_bits(
    lay: Any,
    table: Any,
    constants: Any,
    weights: Any,
    room: Any,
    gradient: Any,
    scale: float,
    channel: int,
    start: int,
    points: int,
) -> float:
    """Bits of some cells; leaves the units in the chunk, and behind them the gradients of means and scales."""
    taps, entry = table[lay.taps + channel], table[lay.taps_entry + channel]
    units_place, bias_place = table[lay.units_place + channel], table[lay.bias_place + channel]
    last_place, last_bias = table[lay.last_place + channel], table[lay.last_bias + channel]
    own, mask = table[lay.own + channel] + start, table[lay.mask + channel] + start
    behind = lay.cells + lay.units * CHUNK_STRIDE
    factor, zero = vector(scale), vector(0.0)
    sums = zero, zero, zero
    for point in range(0, points, PANEL):
        for part in range(lay.units // ROWS):
            values = block(
                weights,
                units_place + part * ROWS * taps,
                bias_place + part * ROWS,
                room,
                table,
                entry,
                taps,
                start + point,
            )
            _store_rectified(room, lay.cells + part * ROWS * CHUNK_STRIDE + point, values)
        m0, m1, m2, s0, s1, s2 = _distribution(weights, last_place, last_bias, room, lay.cells + point, lay.units)
        at, inside, target = own + point, mask + point, behind + point
        sums = _cell_bits(room, at, at + lay.to_slopes, target, constants, inside, m0, s0, factor, sums)
        at, inside, target = at + 8, inside + 8, target + 8
        sums = _cell_bits(room, at, at + lay.to_slopes, target, constants, inside, m1, s1, factor, sums)
        at, inside, target = at + 8, inside + 8, target + 8
        sums = _cell_bits(room, at, at + lay.to_slopes, target, constants, inside, m2, s2, factor, sums)
    total, first_sum, second_sum = sums
    place = table[lay.last_bias_gradient + channel]
    gradient[place] += lane_sum(first_sum)
    gradient[place + 1] += lane_sum(second_sum)
    return float(lane_sum(total))


@helper
def channel_bits(lay: Any, table: Any, constants: Any, weights: Any, room: Any, channel: int, bits: Any) -> None:
    """Bits of a channel's cells, as far from the beginning of `bits` as the cells are from that of the planes."""
    taps, entry = table[lay.taps + channel], table[lay.taps_entry + channel]
    units_place, bias_place = table[lay.units_place + channel], table[lay.bias_place + channel]
    last_place, last_bias = table[lay.last_place + channel], table[lay.last_bias + channel]
    own, mask = table[lay.own + channel], table[lay.mask + channel]
    target = own - (lay.slopes - lay.to_slopes)
    for start in range(0, table[lay.padded + channel], PANEL):
        for part in range(lay.units // ROWS):
            place, bias = units_place + part * ROWS * taps, bias_place + part * ROWS
            values = block(weights, place, bias, room, table, entry, taps, start)
            _store_rectified(room, lay.cells + part * ROWS * CHUNK_STRIDE, values)
        m0, m1, m2, s0, s1, s2 = _distribution(weights, last_place, last_bias, room, lay.cells, lay.units)
        _store_bits(room, own + start, bits, target + start, constants, mask + start, m0, s0)
        _store_bits(room, own + start + 8, bits, target + start + 8, constants, mask + start + 8, m1, s1)
        _store_bits(room, own + start + 16, bits, target + start + 16, constants, mask + start + 16, m2, s2)


@inlined
def _store_bits(
    room: Any, at: int, bits: Any, target: int, constants: Any, inside: int, mean: Vector, scale: Vector
) -> None:
    found, _, _ = laplace_bits(load(room, at) - mean, scale)
    store(bits, target, found * load(constants, inside))


@inlined
def _store_rectified(room: Any, at: int, sums: Block) -> None:
    a0, a1, a2, b0, b1, b2, c0, c1, c2, d0, d1, d2 = sums
    store_row(room, at, _rectified(a0), _rectified(a1), _rectified(a2))
    store_row(room, at + CHUNK_STRIDE, _rectified(b0), _rectified(b1), _rectified(b2))
    store_row(room, at + 2 * CHUNK_STRIDE, _rectified(c0), _rectified(c1), _rectified(c2))
    store_row(room, at + 3 * CHUNK_STRIDE, _rectified(d0), _rectified(d1), _rectified(d2))


@inlined
def _rectified(values: Vector) -> Vector:
    return where_less(values, vector(0.0), vector(0.0), values)


@inlined
def _distribution(
    weights: Any, place: int, bias: int, room: Any, at: int, units: int
) -> tuple[Vector, Vector, Vector, Vector, Vector, Vector]:
    """Means and scales of a panel, three vectors each, from its units."""
    m0, s0 = spread(weights, bias), spread(weights, bias + 1)
    m1 = m2 = m0
    s1 = s2 = s0
    for _ in range(units):
        u0, u1, u2 = load(room, at), load(room, at + 8), load(room, at + 16)
        first, second = spread(weights, place), spread(weights, place + 1)
        m0, m1, m2 = fma(first, u0, m0), fma(first, u1, m1), fma(first, u2, m2)
        s0, s1, s2 = fma(second, u0, s0), fma(second, u1, s1), fma(second, u2, s2)
        at += CHUNK_STRIDE
        place += 2
    return m0, m1, m2, s0, s1, s2


@inlined
def _cell_bits(
    room: Any,
    at: int,
    slopes: int,
    target: int,
    constants: Any,
    inside: int,
    mean: Vector,
    scale: Vector,
    factor: Vector,
    sums: tuple[Vector, Vector, Vector],
) -> tuple[Vector, Vector, Vector]:
    """Bits of eight cells, and their gradients, which are stored; all three added to sums."""
    total, first, second = sums
    bits, by_value, by_scale = laplace_bits(load(room, at) - mean, scale)
    counts = load(constants, inside)
    weight = counts * factor
    by_value, by_scale = by_value * weight, by_scale * weight
    store(room, target, vector(0.0) - by_value)
    store(room, target + CHUNK_STRIDE, by_scale)
    store(room, slopes, load(room, slopes) + by_value)
    return fma(bits, counts, total), first - by_value, second + by_scale


@helper
def _add_gradients(
    lay: Any,
    table: Any,
    weights: Any,
    room: Any,
    gradient: Any,
    order: Any,
    part: int,
    channel: int,
    start: int,
    points: int,
    with_latents: bool,
    with_weights: bool,
) -> None:
    """From gradients of means and scales to those of the weights and of the latents that were looked at."""
    units, cells, blocks = lay.units, lay.cells, lay.units // ROWS
    entry = table[lay.taps_entry + channel]
    first = points * part // order.thinned // LANES * LANES
    seen = points * (part + 1) // order.thinned // LANES * LANES - first
    if with_weights:
        add_outer(
            gradient,
            table[lay.last_gradient + channel],
            room,
            cells + first,
            lay.chunk_stride,
            blocks,
            table,
            lay.cells_entry + units,
            lay.last_others,
            first,
            seen,
            float(order.thinned),
        )
    bias = table[lay.bias_gradient + channel]
    _by_units(weights, table[lay.last_place + channel], room, cells, units, gradient, bias, points)
    if with_weights:
        add_outer(
            gradient,
            table[lay.units_gradient + channel],
            room,
            cells + first,
            lay.chunk_stride,
            blocks,
            table,
            entry,
            table[lay.taps_others + channel],
            start + first,
            seen,
            float(order.thinned),
        )
    if not with_latents:
        return
    behind = cells + (units + OTHERS) * CHUNK_STRIDE
    place = table[lay.back_place + channel]
    for point in range(0, points, PANEL):
        for part in range(table[lay.back_blocks + channel]):
            values = block(
                weights, place + part * ROWS * units, lay.nothing, room, table, lay.cells_entry, units, point
            )
            store_block(room, behind + part * ROWS * CHUNK_STRIDE + point, lay.chunk_stride, values)
    for tap in range(table[lay.taps + channel]):
        source, target = behind + tap * CHUNK_STRIDE, table[entry + tap] + start + lay.to_slopes
        for point in range(0, points, LANES):
            store(room, target + point, load(room, target + point) + load(room, source + point))


@helper
def _by_units(
    weights: Any, place: int, room: Any, cells: int, units: int, gradient: Any, bias: int, points: int
) -> None:
    """Gradients of the units' sums take the place of the units."""
    behind = cells + units * CHUNK_STRIDE
    zero = vector(0.0)
    for unit in range(units):
        first, second = spread(weights, place + 2 * unit), spread(weights, place + 2 * unit + 1)
        total = zero
        row = cells + unit * CHUNK_STRIDE
        for point in range(0, points, LANES):
            slope = first * load(room, behind + point)
            slope = fma(second, load(room, behind + CHUNK_STRIDE + point), slope)
            slope = where_less(zero, load(room, row + point), slope, zero)
            store(room, row + point, slope)
            total = total + slope
        gradient[bias + unit] += lane_sum(total)
