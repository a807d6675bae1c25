"""The sine network with its linear skip at a tile of points: values, and gradients of its weights and its inputs.

A tile is a set of rows of points in one array, all of the network's activations together, small enough for the first
level of cache or nearly so; `layout.NetworkLayout` says which row is what. A row that holds the cosines of a layer
holds the gradient of its phases once that is known.
"""

from __future__ import annotations

from typing import Any

from inrcodec.fitting.kernels.compiling import helper, inlined
from inrcodec.fitting.kernels.functions import LARGEST_PHASE, far_sine_cosine, near_sine_cosine
from inrcodec.fitting.kernels.products import PANEL, ROWS, Block, add_outer, block, store_block, store_row
from inrcodec.fitting.kernels.vectors import Vector, absolute, load, vector, where_less, within


@helper
def forward(net: Any, weights: Any, tile: Any, points: int) -> None:
    """Colours of all points from their inputs; also every layer's sines and cosines."""
    stride = net.stride
    for point in range(0, points, PANEL):
        for layer in range(net.layers):
            columns = net.sources[layer]
            for part in range(net.widths[layer] // ROWS):
                first = net.weights[layer] + part * columns * ROWS
                bias = net.biases[layer] + part * ROWS
                phases = block(weights, first, bias, tile, net.table, net.entries[layer], columns, point)
                at = part * ROWS * stride + point
                _store_waves(tile, net.sines[layer] * stride + at, net.phases[layer] * stride + at, stride, phases)
        last = net.layers
        colours = block(
            weights, net.weights[last], net.biases[last], tile, net.table, net.entries[last], net.sources[last], point
        )
        store_block(tile, net.colours * stride + point, stride, colours)


@helper
def backward_inputs(net: Any, weights: Any, tile: Any, points: int, with_latents: bool) -> None:
    """Gradients of all phases from those of the colours, which stand in their place; with latents, theirs too."""
    stride = net.stride
    for point in range(0, points, PANEL):
        for layer in range(net.layers - 1, -1, -1):
            columns = net.back_sources[layer]
            for part in range(net.widths[layer] // ROWS):
                first = net.back_weights[layer] + part * columns * ROWS
                values = block(weights, first, 0, tile, net.table, net.back_entries[layer], columns, point)
                _store_scaled(tile, (net.phases[layer] + part * ROWS) * stride + point, stride, values)
        if with_latents:
            last = net.layers
            columns = net.back_sources[last]
            for part in range(net.latents // ROWS):
                first = net.back_weights[last] + part * columns * ROWS
                values = block(weights, first, 0, tile, net.table, net.back_entries[last], columns, point)
                store_block(tile, (net.gradients + part * ROWS) * stride + point, stride, values)


@helper
def add_weight_gradients(net: Any, tile: Any, points: int, gradient: Any) -> None:
    """Add the gradients of all weights at these points, laid out as `NetworkLayout` says."""
    stride = net.stride
    for layer in range(net.layers + 1):
        rows = net.colours if layer == net.layers else net.phases[layer]
        blocks = 1 if layer == net.layers else net.widths[layer] // ROWS
        add_outer(
            gradient, net.places[layer], tile, rows * stride, stride, blocks,
            tile, net.table, net.entries[layer], net.others[layer], 0, points,
        )


@inlined
def _store_waves(tile: Any, sines: int, cosines: int, stride: int, phases: Block) -> None:
    """Sines and cosines of a block of phases."""
    a0, a1, a2, b0, b1, b2, c0, c1, c2, d0, d1, d2 = phases
    largest = _larger(_larger(_largest(a0, a1, a2), _largest(b0, b1, b2)),
                      _larger(_largest(c0, c1, c2), _largest(d0, d1, d2)))
    if within(largest, LARGEST_PHASE):
        _store_near(tile, sines, cosines, a0, a1, a2)
        _store_near(tile, sines + stride, cosines + stride, b0, b1, b2)
        _store_near(tile, sines + 2 * stride, cosines + 2 * stride, c0, c1, c2)
        _store_near(tile, sines + 3 * stride, cosines + 3 * stride, d0, d1, d2)
    else:
        _store_far(tile, sines, cosines, stride, phases)


@inlined
def _larger(one: Vector, other: Vector) -> Vector:
    return where_less(one, other, other, one)


@inlined
def _largest(first: Vector, second: Vector, third: Vector) -> Vector:
    return _larger(_larger(absolute(first), absolute(second)), absolute(third))


@inlined
def _store_near(tile: Any, sines: int, cosines: int, first: Vector, second: Vector, third: Vector) -> None:
    s0, c0 = near_sine_cosine(first)
    s1, c1 = near_sine_cosine(second)
    s2, c2 = near_sine_cosine(third)
    store_row(tile, sines, s0, s1, s2)
    store_row(tile, cosines, c0, c1, c2)


@helper
def _store_far(tile: Any, sines: int, cosines: int, stride: int, phases: Block) -> None:
    """The same for phases of any size, which a sound fit never sees."""
    store_block(tile, sines, stride, phases)
    for row in range(ROWS):
        far_sine_cosine(tile, sines + row * stride, cosines + row * stride, PANEL)


@inlined
def _store_scaled(tile: Any, at: int, stride: int, values: Block) -> None:
    """A block times what stands in its place."""
    a0, a1, a2, b0, b1, b2, c0, c1, c2, d0, d1, d2 = values
    _scale_row(tile, at, a0, a1, a2)
    _scale_row(tile, at + stride, b0, b1, b2)
    _scale_row(tile, at + 2 * stride, c0, c1, c2)
    _scale_row(tile, at + 3 * stride, d0, d1, d2)


@inlined
def _scale_row(tile: Any, at: int, first: Vector, second: Vector, third: Vector) -> None:
    store_row(tile, at, first * load(tile, at), second * load(tile, at + 8), third * load(tile, at + 16))
