"""How the samples of an image are read out of its levels: weights by rows and by columns, only of cells in reach.

Samples of a row are sorted by their place within a pixel, then by column, so that neighbors in memory are read alike.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from inrcodec.fitting.kernels.layout import LANES, REACH, ROWS, Draft
from inrcodec.fitting.kernels.packing import FloatArray, Ints, rounded_up
from inrcodec.fitting.kernels.view import Stretch, View
from inrcodec.numerics.coordinates import Axis, keys
from inrcodec.settings import ModelSettings


def lay_out_sampling(draft: Draft, model: ModelSettings, view: View, footprint: int) -> None:
    """Lay out the samples of what is drawn of an image; see `coordinates.interpolation`."""
    width = view.across.count
    columns = rounded_up(width, LANES) + LANES
    names = ("identity", "lines", "to_entry", "to_reach", "to_constant")
    fields: dict[str, list[int]] = {name: [] for name in (*names, "back_entry", "back_reach", "back_constant")}
    rows_first, rows_weights = [], []
    shifts: list[list[int]] = []
    start = draft.room
    for number, level in enumerate(model.levels):
        down = view.down.counts()[number]
        sides = view.down, view.across
        identity = footprint == 1 and all(one.cells[number] == one.side for one in sides)
        shifts.append([one.start - one.read[number][0] if identity else 0 for one in sides])
        fields["identity"].append(int(identity))
        lines = 0 if identity else (level.channels * down + REACH) * footprint * columns
        fields["lines"].append(draft.take(lines))
        first, weights = _in_reach(view.down, number, footprint)
        rows_first.append(first)
        rows_weights.append(np.pad(weights, ((0, 0), (0, REACH - weights.shape[1]))))
        matrices = (
            [np.zeros((1, columns), np.float32)] if identity else _matrices(view.across, number, footprint, columns)
        )
        for name, (cells, table) in (("to", _by_columns(matrices)), ("back", _by_cells(matrices))):
            fields[f"{name}_entry"].append(draft.numbers(cells))
            fields[f"{name}_reach"].append(table.shape[2])
            fields[f"{name}_constant"].append(draft.constants(table))
    size = draft.room - start
    slopes = draft.take(size)
    centers = np.zeros((footprint, columns), np.float32)
    centers[:, :width] = _centers(view.across, footprint).reshape(width, footprint).T
    strides, planes = draft.record["strides"].tolist(), draft.record["first"].tolist()
    draft.put(
        columns=columns,
        to_line_slopes=slopes - start,
        line_slopes=slopes,
        lines_size=size,
        rows_entry=draft.numbers(np.concatenate(rows_first)),
        rows_constant=draft.constants(np.concatenate(rows_weights)),
        across_constant=draft.constants(centers),
        down_constant=draft.constants(_centers(view.down, footprint)),
        drawn_first=[planes[level] + down * strides[level] + across for level, (down, across) in enumerate(shifts)],
        **_places(view),
        **fields,
    )


def _centers(side: Stretch, footprint: int) -> FloatArray:
    """Coordinates of the samples that are drawn."""
    return Axis(side.side).part(slice(side.start, side.stop)).finer(footprint).centers()


def _places(view: View) -> dict[str, list[float]]:
    """Where pixels lie on every level, in cells that are read: pixel p at p * scale + start."""
    found: dict[str, list[float]] = {}
    for name, side in (("down", view.down), ("across", view.across)):
        scales = [cells / side.side for cells in side.cells]
        found[f"{name}_scale"] = scales
        found[f"{name}_start"] = [
            (side.start + 0.5) * scale - 0.5 - first for scale, (first, _) in zip(scales, side.read, strict=True)
        ]
    return found


def _in_reach(side: Stretch, level: int, footprint: int) -> tuple[Ints, FloatArray]:
    """First cell (samples,) and weights (samples, cells in reach) that read samples out of the cells at hand.

    Where one is asked for that is not, the nearest takes its place, as the outermost of an image always do.
    """
    (begin, end), samples = side.read[level], side.count * footprint
    places = (np.arange(samples) + side.start * footprint + 0.5) * (side.cells[level] / (side.side * footprint)) - 0.5
    reach = min(REACH, end - begin)
    nearest = np.floor(places).astype(np.int64) - 1
    first = np.clip(nearest, begin, end - reach)
    weights = np.zeros((samples, reach))
    for offset in range(REACH):
        cell = nearest + offset
        np.add.at(weights, (np.arange(samples), np.clip(cell, begin, end - 1) - first), keys(places - cell))
    return first - begin, weights.astype(np.float32)


def _matrices(side: Stretch, level: int, footprint: int, columns: int) -> list[FloatArray]:
    """For each place within a pixel, weights (cells, columns) of its samples."""
    (first, weights), width, cells = _in_reach(side, level, footprint), side.count, side.counts()[level]
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
