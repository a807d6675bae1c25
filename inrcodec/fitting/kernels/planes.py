"""Where the latents of an image of one size lie while a kernel looks at them, and how they are read at its pixels.

Every channel of a level is a plane in one flat array: rows of cells with zeros beside, above and below, so that every
neighbour of the context model exists. A finer level finds the coarser one spread over planes of its own size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.context import MARGIN, OWN, PREVIOUS
from inrcodec.coordinates import Axis, keys
from inrcodec.fitting.kernels.packing import Ints, rounded_up
from inrcodec.fitting.kernels.products import PANEL, ROWS
from inrcodec.settings import ModelSettings

FloatArray = npt.NDArray[np.float32]
LANES = 8
REACH = 4  # cells that a sample is read from, per axis
SLACK = 32  # floats that vectors may touch behind the end of anything


class Planes(NamedTuple):
    """Places in the flat array of planes; arrays have one entry per level, or per channel of any level, in order."""

    height: int
    width: int
    footprint: int
    channels: Ints  # of each level
    down: Ints  # cells of each level
    across: Ints
    strides: Ints  # from row to row of each level's planes
    distances: Ints  # from channel to channel
    first: Ints  # first cell of each level's first channel
    own: Ints  # the same of every channel
    lengths: Ints  # of every channel: from its first cell to its last, the zeros between rows counted in
    padded: Ints  # the same in whole panels
    taps: Ints  # the values that every channel's cells are predicted from, by where those of the first cell lie
    masks: FloatArray  # for each level, 1 where a plane has a cell and 0 beside
    mask: Ints  # of every channel: where its level's begin
    spread_from: Ints  # the level that each level's spread planes show, or -1
    spread_first: Ints  # first cell of those
    spread_shift: Ints  # a cell of this level lies in the coarser cell with that many bits less
    size: int  # of the array


class Sampling(NamedTuple):
    """How samples are read out of each level: columns first, then rows; only cells in reach.

    Samples of a row are sorted by their place within a pixel, then by column. `lines` hold a level's cells down
    times all samples across; the first level's come first, then its other channels.
    """

    identity: Ints  # 1 where a level has a cell for every sample, which is simply the cell
    columns: int  # room for the samples of one place within a pixel, of one row
    lines: Ints  # where each level's lines begin
    size: int  # of all lines
    rows_first: Ints  # [levels * samples down]: first row of cells that a row of samples is read from
    rows_weights: FloatArray  # [levels * samples down * REACH]
    rows_reach: Ints  # of each level: how many rows of cells
    to_first: Ints  # of each level: where its table of first cells begins in `cells`
    cells: Ints  # first cell of eight columns
    to_reach: Ints  # how many cells eight columns are read from
    to_weights: Ints  # where their weights begin in `weights`: for each eight columns, each cell, eight
    back_first: Ints  # where the table of first columns of each cell begins in `cells`
    back_reach: Ints  # how many vectors of columns a cell is read at
    back_weights: Ints  # in `weights`: for each cell, each vector, eight
    weights: FloatArray
    across: FloatArray  # coordinates of samples, like lines
    down: FloatArray  # and of rows of samples
    one: FloatArray  # 1


@dataclass(frozen=True)
class Taps:
    """What a channel's cells are predicted from: columns of its weights, and where they lie."""

    columns: tuple[int, ...]
    places: tuple[int, ...]


def lay_out_planes(model: ModelSettings, height: int, width: int, footprint: int) -> Planes:
    """Lay out the planes of an image of that size."""
    down = [level.cells(height) for level in model.levels]
    across = [level.cells(width) for level in model.levels]
    strides = [cells + MARGIN for cells in across]
    distances, padded = [], []
    for cells, stride in zip(down, strides, strict=True):
        length = rounded_up(cells * stride, PANEL)
        padded.append(length)
        distances.append(rounded_up(MARGIN * (stride + 1) + length + MARGIN * stride + SLACK, LANES))
    first, spread_first, spread_from, spread_shift = [], [], [], []
    size = 0
    for number, level in enumerate(model.levels):
        corner = MARGIN * (strides[number] + 1)
        first.append(size + corner)
        size += level.channels * distances[number]
        spread_from.append(number - 1)
        spread_first.append(size + corner)
        spread_shift.append(model.levels[number - 1].shift - level.shift if number else 0)
        size += model.levels[number - 1].channels * distances[number] if number else 0
    own, lengths, channel_padded, mask, taps = [], [], [], [], []
    masks: list[FloatArray] = []
    masked = 0
    for number, level in enumerate(model.levels):
        shown = np.zeros((down[number], strides[number]), np.float32)
        shown[:, : across[number]] = 1
        flat = np.zeros(padded[number] + SLACK, np.float32)
        flat[: shown.size] = shown.reshape(-1)
        masks.append(flat)
        for channel in range(level.channels):
            own.append(first[number] + channel * distances[number])
            lengths.append(down[number] * strides[number])
            channel_padded.append(padded[number])
            mask.append(masked)
            places = _places(
                model, number, channel, own[-1], strides[number], distances[number], spread_first[number]
            )
            taps.extend(places)
        masked += len(flat)
    return Planes(
        height, width, footprint, _ints([level.channels for level in model.levels]), _ints(down), _ints(across),
        _ints(strides), _ints(distances), _ints(first), _ints(own), _ints(lengths), _ints(channel_padded), _ints(taps),
        np.concatenate(masks), _ints(mask), _ints(spread_from), _ints(spread_first), _ints(spread_shift),
        size + SLACK,
    )  # fmt: skip


def tap_columns(model: ModelSettings, number: int, channel: int) -> list[int]:
    """Columns of a channel's weights that see anything: the first channels of a level have none before them.

    A column of -1 fills up the table that gradients are made from to threes.
    """
    several = model.levels[number].channels > 1
    columns = list(range(len(OWN)))
    others = len(OWN)
    if several:
        if channel > 0:
            columns += range(others, others + len(PREVIOUS))
        if channel > 1:
            columns.append(others + len(PREVIOUS))
        others += len(PREVIOUS) + 1
    if number:
        columns += range(others, others + model.levels[number - 1].channels)
    return columns + [-1] * (-len(columns) % 3)


def _places(
    model: ModelSettings, number: int, channel: int, own: int, stride: int, distance: int, spread: int
) -> list[int]:
    """Where the first cell's values of `tap_columns` lie."""
    places = [own + dy * stride + dx for dy, dx in OWN]
    several = model.levels[number].channels > 1
    if several:
        places += [own - distance + dy * stride + dx for dy, dx in PREVIOUS]
        places.append(own - 2 * distance)
    if number:
        places += [spread + above * distance for above in range(model.levels[number - 1].channels)]
    return [places[max(column, 0)] for column in tap_columns(model, number, channel)]


def sampling(model: ModelSettings, height: int, width: int, footprint: int) -> Sampling:
    """How the samples of an image of that size are read; see `coordinates.interpolation`."""
    columns = rounded_up(width, LANES) + LANES
    identity, lines, rows_first, rows_weights, rows_reach = [], [], [], [], []
    cells: list[Ints] = []
    weights: list[FloatArray] = []
    starts: dict[str, list[int]] = {name: [] for name in ("to_first", "to_weights", "back_first", "back_weights")}
    to_reach, back_reach = [], []
    counted = weighed = size = 0
    for level in model.levels:
        down, across = level.cells(height), level.cells(width)
        identity.append(int(footprint == 1 and down == height and across == width))
        lines.append(size)
        size += level.channels * down * footprint * columns
        first, taps = _reach(height * footprint, down)
        rows_first.append(first)
        padded = np.zeros((len(first), REACH), np.float32)
        padded[:, : taps.shape[1]] = taps
        rows_weights.append(padded)
        rows_reach.append(taps.shape[1])
        matrices = _matrices(width, footprint, across, columns)
        for name, (start, table) in zip(
            ("to", "back"), (_by_columns(matrices), _by_cells(matrices)), strict=True
        ):
            starts[f"{name}_first"].append(counted)
            starts[f"{name}_weights"].append(weighed)
            (to_reach if name == "to" else back_reach).append(table.shape[2])
            cells.append(start.reshape(-1))
            weights.append(table.reshape(-1))
            counted += start.size
            weighed += table.size
    samples = Axis(width).finer(footprint).centres().reshape(width, footprint).T
    centres = np.zeros((footprint, columns), np.float32)
    centres[:, :width] = samples
    return Sampling(
        _ints(identity), columns, _ints(lines), size + SLACK, np.concatenate(rows_first),
        np.concatenate(rows_weights).reshape(-1), _ints(rows_reach), _ints(starts["to_first"]),
        np.concatenate(cells), _ints(to_reach), _ints(starts["to_weights"]), _ints(starts["back_first"]),
        _ints(back_reach), _ints(starts["back_weights"]), np.concatenate(weights), centres.reshape(-1),
        Axis(height).finer(footprint).centres(), np.ones(1, np.float32),
    )  # fmt: skip


def _reach(samples: int, cells: int) -> tuple[Ints, FloatArray]:
    """First cell (samples,) and weights (samples, cells in reach) that read samples out of that many cells."""
    places = (np.arange(samples) + 0.5) * (cells / samples) - 0.5
    reach = min(REACH, cells)
    nearest = np.floor(places).astype(np.int64) - 1
    first = np.clip(nearest, 0, cells - reach)
    weights = np.zeros((samples, reach))
    for offset in range(4):
        cell = nearest + offset
        np.add.at(weights, (np.arange(samples), np.clip(cell, 0, cells - 1) - first), keys(places - cell))
    return first, weights.astype(np.float32)


def _matrices(width: int, footprint: int, cells: int, columns: int) -> list[FloatArray]:
    """For each place within a pixel, weights (cells, columns) of its samples."""
    first, weights = _reach(width * footprint, cells)
    matrices = []
    for place in range(footprint):
        matrix = np.zeros((cells, columns), np.float32)
        samples = np.arange(width)
        for tap in range(weights.shape[1]):
            matrix[first[place::footprint] + tap, samples] = weights[place::footprint, tap]
        matrices.append(matrix)
    return matrices


def _by_columns(matrices: Sequence[FloatArray]) -> tuple[Ints, FloatArray]:
    """First cells (places, vectors) and weights (places, vectors, cells, 8) that make eight columns at a time."""
    cells, columns = matrices[0].shape
    parts = [matrix.reshape(cells, -1, LANES) for matrix in matrices]  # (cells, vectors, 8)
    used = [np.abs(part).max(axis=2) > 0 for part in parts]
    first, reach = _spans(used)
    weights = np.zeros((len(parts), columns // LANES, reach, LANES), np.float32)
    for place, part in enumerate(parts):
        for number in range(columns // LANES):
            start = first[place, number] = min(first[place, number], max(0, cells - reach))
            taken = part[start : start + reach, number]
            weights[place, number, : len(taken)] = taken
    return first, weights


def _by_cells(matrices: Sequence[FloatArray]) -> tuple[Ints, FloatArray]:
    """First columns (places, cells) and weights (places, cells, vectors, 8) that gather what a cell gave."""
    cells, columns = matrices[0].shape
    first, reach = _spans([matrix.T != 0 for matrix in matrices])
    vectors = -(-reach // LANES)
    room = rounded_up(cells, ROWS)
    starts = np.zeros((len(matrices), room), np.int64)
    weights = np.zeros((len(matrices), room, vectors * LANES), np.float32)
    for place, matrix in enumerate(matrices):
        for cell in range(cells):
            start = starts[place, cell] = min(first[place, cell], columns - vectors * LANES)
            weights[place, cell] = matrix[cell, start : start + vectors * LANES]
    return starts, weights.reshape(len(matrices), room, vectors, LANES)


def _spans(used: Sequence[npt.NDArray[np.bool_]]) -> tuple[Ints, int]:
    """First row that each column uses, (matrices, columns), and the longest stretch of rows that any uses."""
    stacked = np.stack(used)  # (matrices, rows, columns)
    first = stacked.argmax(axis=1)
    last = stacked.shape[1] - stacked[:, ::-1].argmax(axis=1)
    spans = np.where(stacked.any(axis=1), last - first, 0)
    return first.astype(np.int64), max(1, int(spans.max()))


def _ints(values: Sequence[int]) -> Ints:
    return np.asarray(values, dtype=np.int64)
