"""The sine network with its linear skip at a tile of points: values, and gradients of its weights and its inputs.

A tile is a set of rows of points, all of the network's activations together, small enough for the first caches. A row
that holds the cosines of a layer holds the gradient of its phases once that is known.
"""

from __future__ import annotations

from typing import Any

from inrcodec.fitting.kernels.compiling import helper, inlined
from inrcodec.fitting.kernels.functions import LARGEST_PHASE, far_sine_cosine, near_sine_cosine
from inrcodec.fitting.kernels.layout import PANEL, ROWS
from inrcodec.fitting.kernels.products import Block, add_outer, block, store_block, store_row
from inrcodec.fitting.kernels.vector_functions import absolute, where_less, within
from inrcodec.fitting.kernels.vectors import Vector, load


@helper
def forward(lay: Any, table: Any, weights: Any, room: Any, points: int) -> None:
    """Colors of all points from their inputs; also every layer's sines and cosines."""
    stride = lay.stride
    for point in range(0, points, PANEL):
        for layer in range(lay.layers):
            columns = lay.sources[layer]
            for part in range(lay.widths[layer] // ROWS):
                place, bias = lay.weights[layer] + part * columns * ROWS, lay.biases[layer] + part * ROWS
                phases = block(weights, place, bias, room, table, lay.entries[layer], columns, point)
                at = part * ROWS * stride + point
                _store_waves(room, lay.sines[layer] + at, lay.phases[layer] + at, stride, phases)
        last = lay.layers
        colors = block(
            weights, lay.weights[last], lay.biases[last], room, table, lay.entries[last], lay.sources[last], point
        )
        store_block(room, lay.colors + point, stride, colors)


@helper
def backward(lay: Any, table: Any, weights: Any, room: Any, points: int, with_latents: bool) -> None:
    """Gradients of all phases from those of the colors, which stand in their place; with latents, theirs too."""
    stride = lay.stride
    for point in range(0, points, PANEL):
        for layer in range(lay.layers - 1, -1, -1):
            columns = lay.back_sources[layer]
            for part in range(lay.widths[layer] // ROWS):
                place = lay.back_weights[layer] + part * columns * ROWS
                values = block(weights, place, lay.nothing, room, table, lay.back_entries[layer], columns, point)
                _store_scaled(room, lay.phases[layer] + part * ROWS * stride + point, stride, values)
        if with_latents:
            last = lay.layers
            columns = lay.back_sources[last]
            for part in range(lay.latent_rows // ROWS):
                place = lay.back_weights[last] + part * columns * ROWS
                values = block(weights, place, lay.nothing, room, table, lay.back_entries[last], columns, point)
                store_block(room, lay.input_slopes + part * ROWS * stride + point, stride, values)


@helper
def add_weight_gradients(lay: Any, table: Any, room: Any, first: int, points: int, gradient: Any, times: float) -> None:
    """Add the gradients of all weights at these points."""
    stride = lay.stride
    for layer in range(lay.layers + 1):
        rows, blocks = lay.colors, 1
        if layer < lay.layers:
            rows, blocks = lay.phases[layer], lay.widths[layer] // ROWS
        add_outer(
            gradient,
            lay.gradients[layer],
            room,
            rows + first,
            stride,
            blocks,
            table,
            lay.entries[layer],
            lay.others[layer],
            first,
            points,
            times,
        )


@inlined
def _store_waves(room: Any, sines: int, cosines: int, stride: int, phases: Block) -> None:
    """Sines and cosines of a block of phases."""
    a0, a1, a2, b0, b1, b2, c0, c1, c2, d0, d1, d2 = phases
    largest = _larger(
        _larger(_largest(a0, a1, a2), _largest(b0, b1, b2)), _larger(_largest(c0, c1, c2), _largest(d0, d1, d2))
    )
    if within(largest, LARGEST_PHASE):
        _store_near(room, sines, cosines, a0, a1, a2)
        _store_near(room, sines + stride, cosines + stride, b0, b1, b2)
        _store_near(room, sines + 2 * stride, cosines + 2 * stride, c0, c1, c2)
        _store_near(room, sines + 3 * stride, cosines + 3 * stride, d0, d1, d2)
    else:
        _store_far(room, sines, cosines, stride, phases)


@inlined
def _larger(one: Vector, other: Vector) -> Vector:
    return where_less(one, other, other, one)


@inlined
def _largest(first: Vector, second: Vector, third: Vector) -> Vector:
    return _larger(_larger(absolute(first), absolute(second)), absolute(third))


@inlined
def _store_near(room: Any, sines: int, cosines: int, first: Vector, second: Vector, third: Vector) -> None:
    s0, c0 = near_sine_cosine(first)
    s1, c1 = near_sine_cosine(second)
    s2, c2 = near_sine_cosine(third)
    store_row(room, sines, s0, s1, s2)
    store_row(room, cosines, c0, c1, c2)


@helper
def _store_far(room: Any, sines: int, cosines: int, stride: int, phases: Block) -> None:
    """The same for phases of any size, which a sound fit never sees."""
    store_block(room, sines, stride, phases)
    for row in range(ROWS):
        far_sine_cosine(room, sines + row * stride, cosines + row * stride, PANEL)


@inlined
def _store_scaled(room: Any, at: int, stride: int, values: Block) -> None:
    """A block times what stands in its place."""
    a0, a1, a2, b0, b1, b2, c0, c1, c2, d0, d1, d2 = values
    _scale_row(room, at, a0, a1, a2)
    _scale_row(room, at + stride, b0, b1, b2)
    _scale_row(room, at + 2 * stride, c0, c1, c2)
    _scale_row(room, at + 3 * stride, d0, d1, d2)


@inlined
def _scale_row(room: Any, at: int, first: Vector, second: Vector, third: Vector) -> None:
    store_row(room, at, first * load(room, at), second * load(room, at + 8), third * load(room, at + 16))
