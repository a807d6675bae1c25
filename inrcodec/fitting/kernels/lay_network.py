"""The layout of the sine network: rows of a tile, places of weights, places of gradients."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inrcodec.fitting.kernels.layout import OTHERS, ROWS, Draft
from inrcodec.fitting.kernels.packing import Ints, Packing, outer_ids, rounded_up

COORDINATES = 2  # of the inputs; the others are latents


def lay_out_network(draft: Draft, packing: Packing, tensors: Sequence[Ints], channels: int, stride: int) -> int:
    """Lay out a network from the ids of its tensors, in the order of `field.siren.Siren.tensors`.

    Where the row of a tile begins that must hold ones.
    """
    first, first_bias, *between, output = tensors
    width, inputs = len(first) - channels, first.shape[1]
    hidden = [(first[:width], first_bias[:width]), *zip(between[::2], between[1::2], strict=True)]
    rows = _Rows(inputs, [len(bias) for _, bias in hidden], channels)
    start = draft.take(rows.count * stride)
    made_of = [list(range(inputs)), *(rows.sines(layer) for layer in range(len(hidden)))]
    made_of[-1] = [*made_of[-1], *range(inputs)]  # colors, with the skip
    skip = np.concatenate([_widened(output, rows.widths[-1]), first[width:]], axis=1)
    matrices = [_widened(matrix, len(before)) for (matrix, _), before in zip(hidden, made_of, strict=False)] + [skip]
    biases = [*(bias for _, bias in hidden), first_bias[width:]]

    def listed(numbers: Sequence[int]) -> int:
        return draft.numbers([start + number * stride for number in numbers])

    colors = list(range(rows.colors, rows.colors + channels))
    above = [*(rows.phases(layer) for layer in range(1, len(hidden))), colors]
    backward = [matrix for matrix, _ in hidden[1:]] + [output]
    back = [(after, _widened(matrix.T, len(after))) for after, matrix in zip(above, backward, strict=True)]
    of_inputs = np.concatenate([_widened(first[:width].T, rows.widths[0]), first[width:].T], axis=1)
    back.append(([*rows.phases(0), *colors], of_inputs[COORDINATES:]))
    draft.put(
        stride=stride,
        layers=len(hidden),
        inputs=start,
        latent_rows=rounded_up(inputs - COORDINATES, ROWS),
        widths=rows.widths,
        sines=[start + rows.sines(layer)[0] * stride for layer in range(len(hidden))],
        phases=[start + rows.phases(layer)[0] * stride for layer in range(len(hidden))],
        colors=start + rows.colors * stride,
        input_slopes=start + rows.slopes * stride,
        entries=[listed([*before, *rows.ones_after(len(before))]) for before in made_of],
        sources=[len(before) for before in made_of],
        others=[rounded_up(len(before) + 1, OTHERS) // OTHERS for before in made_of],
        back_entries=[listed(after) for after, _ in back],
        back_sources=[len(after) for after, _ in back],
        weights=[packing.blocks(matrix) for matrix in matrices],
        biases=[packing.values(bias) for bias in biases],
        back_weights=[packing.blocks(matrix) for _, matrix in back],
        gradients=[packing.gradient(outer_ids(matrix, bias)) for matrix, bias in zip(matrices, biases, strict=True)],
    )
    return start + rows.ones * stride


class _Rows:
    """Rows of a tile by number: inputs, ones, every layer's sines and cosines, colors, gradients of latents."""

    def __init__(self, inputs: int, widths: Sequence[int], channels: int) -> None:
        self.ones = inputs
        self.widths = [rounded_up(width, ROWS) for width in widths]
        self._layers = np.cumsum([inputs + 1, *(2 * width for width in self.widths)]).tolist()
        self.colors: int = self._layers[-1]
        self.slopes = self.colors + ROWS
        self.count = self.slopes + rounded_up(inputs - COORDINATES, ROWS)

    def sines(self, layer: int) -> list[int]:
        first: int = self._layers[layer]
        return list(range(first, first + self.widths[layer]))

    def phases(self, layer: int) -> list[int]:
        return [row + self.widths[layer] for row in self.sines(layer)]

    def ones_after(self, count: int) -> list[int]:
        """Ones behind that many rows, at least one, up to a multiple of three."""
        return [self.ones] * (rounded_up(count + 1, OTHERS) - count)


def _widened(matrix: Ints, columns: int) -> Ints:
    """With columns of no weights, as many as layers are filled up with."""
    return np.pad(matrix, ((0, 0), (0, columns - matrix.shape[1])))
