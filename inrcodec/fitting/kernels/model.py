"""The layout of the context model for `context`: places of weights and of gradients, for every channel of any level."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from inrcodec.fitting.kernels.context import STRIDE
from inrcodec.fitting.kernels.packing import Ints, Packing, rounded_up
from inrcodec.fitting.kernels.planes import tap_columns
from inrcodec.fitting.kernels.products import OTHERS, ROWS
from inrcodec.settings import ModelSettings


class ContextModel(NamedTuple):
    """Places; arrays have one entry for every channel of every level, in order."""

    width: int  # units, rounded up to blocks
    rows: Ints  # where rows of a chunk begin: units, gradients of means, of scales, zeros
    cells: int  # floats that a chunk needs
    taps: Ints  # values that a cell is predicted from
    taps_entry: Ints  # where they stand in `Planes.taps`
    others: Ints  # how many these are, in threes
    units_place: Ints
    bias_place: Ints
    last_place: Ints
    last_bias: Ints
    back_place: Ints
    back_blocks: Ints  # fours of taps
    units_gradient: Ints
    bias_gradient: Ints
    last_gradient: Ints
    last_bias_gradient: Ints


def lay_out_context(packing: Packing, tensors: Sequence[Ints], settings: ModelSettings) -> ContextModel:
    """Lay out a context model from the ids of its tensors, in the order of `bitstream.context.context_shapes`."""
    width = rounded_up(settings.context_width, ROWS)
    columns: dict[str, list[int]] = {name: [] for name in ContextModel._fields[3:]}
    entry = most = 0
    for number, level in enumerate(settings.levels):
        taps, bias, output, output_bias = tensors[4 * number : 4 * number + 4]
        for channel in range(level.channels):
            listed = np.array(tap_columns(settings, number, channel))
            seen = listed[listed >= 0]
            matrix = np.zeros((width, len(seen)), np.int64)
            matrix[: settings.context_width] = taps[channel][:, seen]
            last = np.zeros((width, 2), np.int64)
            last[: settings.context_width] = output[channel].T
            padded = np.zeros(width, np.int64)
            padded[: settings.context_width] = bias[channel]
            by_taps = np.zeros((len(listed), width), np.int64)
            by_taps[: len(seen)] = matrix.T
            by_last = np.zeros((OTHERS, width), np.int64)
            by_last[:2] = last.T
            found = {
                "taps": len(seen),
                "taps_entry": entry,
                "others": len(listed) // OTHERS,
                "units_place": packing.blocks(matrix),
                "bias_place": packing.values(padded),
                "last_place": packing.values(last),
                "last_bias": packing.values(output_bias[channel]),
                "back_place": packing.blocks(matrix.T),
                "back_blocks": rounded_up(len(seen), ROWS) // ROWS,
                "units_gradient": packing.gradient(by_taps),
                "bias_gradient": packing.gradient(padded),
                "last_gradient": packing.gradient(by_last),
                "last_bias_gradient": packing.gradient(output_bias[channel]),
            }
            for name, value in found.items():
                columns[name].append(value)
            entry += len(listed)
            most = max(most, rounded_up(len(seen), ROWS))
    rows = np.arange(width + OTHERS, dtype=np.int64) * STRIDE
    arrays = {name: np.array(values, dtype=np.int64) for name, values in columns.items()}
    return ContextModel(width, rows, (width + OTHERS + most) * STRIDE, **arrays)
