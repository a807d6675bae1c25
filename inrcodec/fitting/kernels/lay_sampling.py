"""How the samples of an image are read out of its levels: weights by rows and by columns, only of cells in reach.

Samples of a row are sorted by their place within a pixel, then by column, so that neighbors in memory are read alike.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from inrcodec.fitting.kernels.layout import LANES, REACH, ROWS, Draft
from inrcodec.fitting.kernels.packing import FloatArray, Ints, rounded_up
from inrcodec.numerics.coordinates import Axis, keys
from inrcodec.settings import ModelSettings


def lay_out_sampling(draft: Draft, model: ModelSettings, height: int, width: int, footprint: int) -> None:
    """Lay out the samples of an image of that size; see `coordinates.interpolation`."""
    columns = rounded_up(width, LANES) + LANES
    names = ("identity", "lines", "to_entry", "to_reach", "to_constant")
    fields: dict[str, list[int]] = {name: [] for name in (*names, "back_entry", "back_reach", "back_constant")}
    rows_first, rows_weights = [], []
    start = draft.room
    for level in model.levels:
        down, across = level.cells(height), level.cells(width)
        identity = footprint == 1 and down == height and across == width
        fields["identity"].append(int(identity))
        lines = 0 if identity else (level.channels * down + REACH) * footprint * columns
        fields["lines"].append(draft.take(lines))
        first, weights = _in_reach(height * footprint, down)
        rows_first.append(first)
        rows_weights.append(np.pad(weights, ((0, 0), (0, REACH - weights.shape[1]))))
        matrices = [np.zeros((1, columns), np.float32)] if identity else _matrices(width, footprint, across, columns)
        for name, (cells, table) in (("to", _by_columns(matrices)), ("back", _by_cells(matrices))):
            fields[f"{name}_entry"].append(draft.numbers(cells))
            fields[f"{name}_reach"].append(table.shape[2])
            fields[f"{name}_constant"].append(draft.constants(table))
    size = draft.room - start
    slopes = draft.take(size)
    centers = np.zeros((footprint, columns), np.float32)
    centers[:, :width] = Axis(width).finer(footprint).centers().reshape(width, footprint).T
    draft.put(
        columns=columns,
        to_line_slopes=slopes - start,
        line_slopes=slopes,
        lines_size=size,
        rows_entry=draft.numbers(np.concatenate(rows_first)),
        rows_constant=draft.constants(np.concatenate(rows_weights)),
        across_constant=draft.constants(centers),
        down_constant=draft.constants(Axis(height).finer(footprint).centers()),
        **fields,
    )


def _in_reach(samples: int, cells: int) -> tuple[Ints, FloatArray]:
    """First cell (samples,) and weights (samples, cells in reach) that read samples out of that many cells."""
    places = (np.arange(samples) + 0.5) * (cells / samples) - 0.5
    reach = min(REACH, cells)
    nearest = np.floor(places).astype(np.int64) - 1
    first = np.clip(nearest, 0, cells - reach)
    weights = np.zeros((samples, reach))
    for offset in range(REACH):
        cell = nearest + offset
        np.add.at(weights, (np.arange(samples), np.clip(cell, 0, cells - 1) - first), keys(places - cell))
    return first, weights.astype(np.float32)


def _matrices(width: int, footprint: int, cells: int, columns: int) -> list[FloatArray]:
    """For each place within a pixel, weights (cells, columns) of its samples."""
    first, weights = _in_reach(width * footprint, cells)
    matrices = []
    for place in range(footprint):
        matrix = np.zeros((cells, columns), np.float32)
        for tap in range(weights.shape[1]):
            matrix[first[place::footprint] + tap, np.arange(width)] = weights[place::footprint, tap]
        matrices.append(matrix)
    return matrices


def _by_columns(matrices: Sequence[FloatArray]) -> tuple[Ints, FloatArray]:
    """First cells (places, vectors) and weights (places, vectors, cells, 8) that make eight columns at a time."""
    cells, columns = matrices[0].shape
    parts = [matrix.reshape(cells, -1, LANES) for matrix in matrices]  # (cells, vectors, 8)
    first, reach = _spans([(part != 0).any(axis=2) for part in parts])
    first = np.minimum(first, cells - reach)
    weights = np.zeros((len(parts), columns // LANES, reach, LANES), np.float32)
    for place, part in enumerate(parts):
        for number, start in enumerate(first[place].tolist()):
            weights[place, number] = part[start : start + reach, number]
    return first, weights


def _by_cells(matrices: Sequence[FloatArray]) -> tuple[Ints, FloatArray]:
    """First columns (places, cells) and weights (places, cells, vectors, 8) that gather what a cell gave."""
    cells, columns = matrices[0].shape
    first, reach = _spans([matrix.T != 0 for matrix in matrices])
    reach, room = rounded_up(reach, LANES), rounded_up(cells, ROWS)
    first = np.pad(np.minimum(first, columns - reach), ((0, 0), (0, room - cells)))
    weights = np.zeros((len(matrices), room, reach), np.float32)
    for place, matrix in enumerate(matrices):
        for cell in range(cells):
            weights[place, cell] = matrix[cell, first[place, cell] : first[place, cell] + reach]
    return first, weights.reshape(len(matrices), room, -1, LANES)


def _spans(used: Sequence[npt.NDArray[np.bool_]]) -> tuple[Ints, int]:
    """First row that each column uses, (matrices, columns), and the longest stretch of rows that any uses."""
    stacked = np.stack(used)  # (matrices, rows, columns)
    first = stacked.argmax(axis=1)
    last = stacked.shape[1] - stacked[:, ::-1].argmax(axis=1)
    spans = np.where(stacked.any(axis=1), last - first, 0)
    return first.astype(np.int64), max(1, int(spans.max()))
