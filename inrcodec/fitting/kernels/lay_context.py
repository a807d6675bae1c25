"""The layout of the context model: places of weights and of gradients, for every channel of every level."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inrcodec.fitting.kernels.lay_planes import tap_columns
from inrcodec.fitting.kernels.layout import CHUNK_STRIDE, OTHERS, ROWS, Draft
from inrcodec.fitting.kernels.packing import Ints, Packing, rounded_up
from inrcodec.settings import ModelSettings

LISTS = (
    "taps taps_others units_place bias_place last_place last_bias back_place back_blocks units_gradient bias_gradient "
    "last_gradient last_bias_gradient"
).split()


def lay_out_context(draft: Draft, packing: Packing, tensors: Sequence[Ints], model: ModelSettings) -> None:
    """Lay out a context model from the ids of its tensors, in the order of `bitstream.context.context_shapes`."""
    units = rounded_up(model.context_width, ROWS)
    lists: dict[str, list[int]] = {name: [] for name in LISTS}
    for number, level in enumerate(model.levels):
        of_level = tensors[4 * number : 4 * number + 4]
        for channel in range(level.channels):
            columns = np.array(tap_columns(model, number, channel))
            for name, value in _channel(packing, [tensor[channel] for tensor in of_level], columns, units).items():
                lists[name].append(value)
    rows = units + OTHERS + ROWS * max(lists["back_blocks"])
    cells = draft.take(rows * CHUNK_STRIDE)
    draft.put(
        units=units,
        cells=cells,
        chunk_stride=CHUNK_STRIDE,
        last_others=1,
        cells_entry=draft.numbers(cells + np.arange(units + OTHERS) * CHUNK_STRIDE),
        **{name: draft.numbers(values) for name, values in lists.items()},
    )


def _channel(packing: Packing, tensors: Sequence[Ints], columns: Ints, units: int) -> dict[str, int]:
    """Places of one channel's weights: taps (units, taps), biases, means and scales (2, units), their biases."""
    taps, bias, output, output_bias = tensors
    seen = columns[columns >= 0]
    matrix = np.zeros((units, len(seen)), np.int64)
    matrix[: len(taps)] = taps[:, seen]
    padded_bias = np.pad(bias, (0, units - len(bias)))
    last = np.pad(output.T, ((0, units - len(bias)), (0, 0)))
    by_taps = np.pad(matrix.T, ((0, len(columns) - len(seen)), (0, 0)))
    by_last = np.pad(last.T, ((0, OTHERS - 2), (0, 0)))
    return {
        "taps": len(seen),
        "taps_others": len(columns) // OTHERS,
        "units_place": packing.blocks(matrix),
        "bias_place": packing.values(padded_bias),
        "last_place": packing.values(last),
        "last_bias": packing.values(output_bias),
        "back_place": packing.blocks(matrix.T),
        "back_blocks": rounded_up(len(seen), ROWS) // ROWS,
        "units_gradient": packing.gradient(by_taps),
        "bias_gradient": packing.gradient(padded_bias),
        "last_gradient": packing.gradient(by_last),
        "last_bias_gradient": packing.gradient(output_bias),
    }
