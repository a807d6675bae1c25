"""Products of small matrices with rows of points, in blocks that stay in registers.

Points come in panels of 24: a block of four rows times a panel is twelve vectors, as many as keep both multipliers of a
core busy and fit into 16 registers. A table says where rows of points begin in the room.
"""

from __future__ import annotations

from typing import Any

from inrcodec.fitting.kernels.compiling import helper, inlined
from inrcodec.fitting.kernels.layout import LANES, OTHERS, ROWS
from inrcodec.fitting.kernels.vectors import Vector, add_sums, fma, load, number, spread, store, vector

Block = tuple[Vector, ...]  # four rows of three vectors


@inlined
def block(weights: Any, first: int, bias: int, room: Any, table: Any, entry: int, count: int, point: int) -> Block:
    """Four rows of a product at a panel of points.

    weights[first + 4 * k + r] belongs to row r and column k, weights[bias + r] is added to row r; column k of the
    points begins at room[table[entry + k]].
    """
    a0 = spread(weights, bias)
    b0 = spread(weights, bias + 1)
    c0 = spread(weights, bias + 2)
    d0 = spread(weights, bias + 3)
    a1 = a2 = a0
    b1 = b2 = b0
    c1 = c2 = c0
    d1 = d2 = d0
    for k in range(count):
        at = number(table, entry + k) + point
        x0, x1, x2 = load(room, at), load(room, at + 8), load(room, at + 16)
        weight = spread(weights, first)
        a0, a1, a2 = fma(weight, x0, a0), fma(weight, x1, a1), fma(weight, x2, a2)
        weight = spread(weights, first + 1)
        b0, b1, b2 = fma(weight, x0, b0), fma(weight, x1, b1), fma(weight, x2, b2)
        weight = spread(weights, first + 2)
        c0, c1, c2 = fma(weight, x0, c0), fma(weight, x1, c1), fma(weight, x2, c2)
        weight = spread(weights, first + 3)
        d0, d1, d2 = fma(weight, x0, d0), fma(weight, x1, d1), fma(weight, x2, d2)
        first += ROWS
    return a0, a1, a2, b0, b1, b2, c0, c1, c2, d0, d1, d2


@inlined
def store_row(room: Any, at: int, first: Vector, second: Vector, third: Vector) -> None:
    """A panel of one row."""
    store(room, at, first)
    store(room, at + 8, second)
    store(room, at + 16, third)


@inlined
def store_block(room: Any, at: int, stride: int, values: Block) -> None:
    """A panel of four rows that are `stride` apart."""
    a0, a1, a2, b0, b1, b2, c0, c1, c2, d0, d1, d2 = values
    store_row(room, at, a0, a1, a2)
    store_row(room, at + stride, b0, b1, b2)
    store_row(room, at + 2 * stride, c0, c1, c2)
    store_row(room, at + 3 * stride, d0, d1, d2)


@helper
def add_outer(
    gradient: Any,
    place: int,
    room: Any,
    left: int,
    stride: int,
    blocks: int,
    table: Any,
    entry: int,
    others: int,
    start: int,
    points: int,
    times: float,
) -> None:
    """Gradient of weights: the sum over points of every row on the left times every row on the right, added.

    Left are 4 * `blocks` rows from room[left], `stride` apart; right are 3 * `others` rows, row i from
    room[table[entry + i] + start]. gradient[place + i * 4 * blocks + o] belongs to row i on the right, o on the left.
    """
    zero, factors = vector(0.0), vector(times)
    width = ROWS * blocks
    for o in range(blocks):
        for i in range(others):
            r0 = number(table, entry + 3 * i) + start
            r1 = number(table, entry + 3 * i + 1) + start
            r2 = number(table, entry + 3 * i + 2) + start
            row0 = left + ROWS * o * stride
            row1 = row0 + stride
            row2 = row1 + stride
            row3 = row2 + stride
            a0 = a1 = a2 = b0 = b1 = b2 = c0 = c1 = c2 = d0 = d1 = d2 = zero
            for p in range(0, points, LANES):
                x0, x1, x2 = load(room, r0 + p), load(room, r1 + p), load(room, r2 + p)
                factor = load(room, row0 + p)
                a0, a1, a2 = fma(factor, x0, a0), fma(factor, x1, a1), fma(factor, x2, a2)
                factor = load(room, row1 + p)
                b0, b1, b2 = fma(factor, x0, b0), fma(factor, x1, b1), fma(factor, x2, b2)
                factor = load(room, row2 + p)
                c0, c1, c2 = fma(factor, x0, c0), fma(factor, x1, c1), fma(factor, x2, c2)
                factor = load(room, row3 + p)
                d0, d1, d2 = fma(factor, x0, d0), fma(factor, x1, d1), fma(factor, x2, d2)
            target = place + OTHERS * i * width + ROWS * o
            a0, b0, c0, d0 = a0 * factors, b0 * factors, c0 * factors, d0 * factors
            a1, b1, c1, d1 = a1 * factors, b1 * factors, c1 * factors, d1 * factors
            a2, b2, c2, d2 = a2 * factors, b2 * factors, c2 * factors, d2 * factors
            add_sums(gradient, target, a0, b0, c0, d0)
            add_sums(gradient, target + width, a1, b1, c1, d1)
            add_sums(gradient, target + 2 * width, a2, b2, c2, d2)
