"""The layout of the sine network for `siren`: rows of a tile, places of weights, places of gradients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from inrcodec.fitting.kernels.packing import Ints, Packing, outer_ids, rounded_up
from inrcodec.fitting.kernels.products import OTHERS, ROWS

COORDINATES = 2  # of the inputs; the others are latents


class Network(NamedTuple):
    """Numbers of rows in a tile, and places; arrays have one entry per layer, some one more for the colours."""

    stride: int  # from row to row
    rows: int  # of a tile
    layers: int
    channels: int
    inputs: int
    ones: int  # row that is always 1
    latents: int  # of the inputs, rounded up to blocks
    widths: Ints  # units, rounded up to blocks
    sines: Ints  # first row of each layer's sines
    phases: Ints  # first row of its cosines, later of the gradients of its phases
    colours: int  # four rows of colours, later of their gradients
    gradients: int  # first row of the gradients of the latents' inputs
    table: Ints  # beginnings of rows
    entries: Ints  # in the table: rows that a layer, or the colours, is made of, then a row of ones
    sources: Ints  # how many these are, without the ones
    others: Ints  # the same with the ones, in threes
    back_entries: Ints  # in the table: gradients that those of a layer, or of the latents, are made of
    back_sources: Ints
    weights: Ints
    biases: Ints
    back_weights: Ints
    places: Ints  # of gradients


def lay_out_network(packing: Packing, tensors: Sequence[Ints], channels: int, stride: int) -> Network:
    """Lay out a network from the ids of its tensors in the order of `field.siren.Siren.tensors`."""
    first, first_bias, *between, output = tensors
    width, inputs = len(first) - channels, first.shape[1]
    hidden = [(first[:width], first_bias[:width]), *zip(between[::2], between[1::2], strict=True)]
    rows = _Rows(inputs, [len(bias) for _, bias in hidden], channels)
    table = _Table(stride)
    entries, sources, others, places = [], [], [], []
    back_entries, back_sources = [], []
    weights, biases, back_weights = [], [], []
    before = list(range(inputs))
    skip = first[width:]
    for layer, (matrix, bias) in enumerate(hidden):
        columns = _widened(matrix, len(before))
        entries.append(table.add([*before, *rows.padding(len(before))]))
        sources.append(len(before))
        others.append(rounded_up(len(before) + 1, OTHERS) // OTHERS)
        weights.append(packing.blocks(columns))
        biases.append(packing.values(bias))
        places.append(packing.gradient(outer_ids(columns, bias)))
        before = rows.sines(layer)
    columns = np.concatenate([_widened(output, len(before)), skip], axis=1)
    sides = [*before, *range(inputs)]
    entries.append(table.add([*sides, *rows.padding(len(sides))]))
    sources.append(len(sides))
    others.append(rounded_up(len(sides) + 1, OTHERS) // OTHERS)
    weights.append(packing.blocks(columns))
    biases.append(packing.values(first_bias[width:]))
    places.append(packing.gradient(outer_ids(columns, first_bias[width:])))
    colours = list(range(rows.colours, rows.colours + channels))
    above = [(rows.phases(layer + 1), matrix) for layer, (matrix, _) in enumerate(hidden[1:])] + [(colours, output)]
    for after, matrix in above:
        back_entries.append(table.add(after))
        back_sources.append(len(after))
        back_weights.append(packing.blocks(_widened(matrix.T, len(after))))
    back_entries.append(table.add([*rows.phases(0), *colours]))
    back_sources.append(rows.widths[0] + channels)
    both = np.concatenate([_widened(first[:width].T, rows.widths[0]), skip.T], axis=1)
    back_weights.append(packing.blocks(both[COORDINATES:]))
    layers = len(hidden)
    return Network(
        stride, rows.count, layers, channels, inputs, rows.ones, rounded_up(inputs - COORDINATES, ROWS),
        _ints(rows.widths), _ints([rows.sines(layer)[0] for layer in range(layers)]),
        _ints([rows.phases(layer)[0] for layer in range(layers)]), rows.colours, rows.gradients, _ints(table.starts),
        _ints(entries), _ints(sources), _ints(others), _ints(back_entries), _ints(back_sources),
        _ints(weights), _ints(biases), _ints(back_weights), _ints(places),
    )  # fmt: skip


class _Rows:
    """Rows of a tile by number: inputs, ones, every layer's sines and cosines, colours, gradients of latents."""

    def __init__(self, inputs: int, widths: Sequence[int], channels: int) -> None:
        self.ones = inputs
        self.widths = [rounded_up(width, ROWS) for width in widths]
        self._layers = np.cumsum([inputs + 1, *(2 * width for width in self.widths)]).tolist()
        self.colours = self._layers[-1]
        self.gradients = self.colours + ROWS
        self.count = self.gradients + rounded_up(inputs - COORDINATES, ROWS)

    def sines(self, layer: int) -> list[int]:
        first = self._layers[layer]
        return list(range(first, first + self.widths[layer]))

    def phases(self, layer: int) -> list[int]:
        return [row + self.widths[layer] for row in self.sines(layer)]

    def padding(self, count: int) -> list[int]:
        """Ones behind that many rows, up to a multiple of three."""
        return [self.ones] * (rounded_up(count + 1, OTHERS) - count)


class _Table:
    def __init__(self, stride: int) -> None:
        self.starts: list[int] = []
        self._stride = stride

    def add(self, rows: Sequence[int]) -> int:
        """List where rows begin; the entry of the first."""
        entry = len(self.starts)
        self.starts += [row * self._stride for row in rows]
        return entry


def _widened(matrix: Ints, columns: int) -> Ints:
    """With columns of no weights, as many as layers are filled up with."""
    return np.pad(matrix, ((0, 0), (0, columns - matrix.shape[1])))


def _ints(values: Sequence[int]) -> Ints:
    return np.asarray(values, dtype=np.int64)
