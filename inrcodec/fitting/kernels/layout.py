"""Where everything stands that the kernels touch, for images of one size: a record of numbers, and two tables.

Kernels get five flat arrays instead of dozens, which would take minutes to compile: the layout (a record), a table of
whole numbers, a table of constants, the packed weights, and a room to work in. Of the record's fields, a "place" is an
index of the packed weights or of their gradients, an "entry" one of the table, a "constant" one of the constants, and
rows, planes and lines are indices of the room.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from inrcodec.settings import MAX_HIDDEN_LAYERS, MAX_LEVELS

FloatArray = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

LANES = 8  # of a vector
LINE = 16  # floats of a cache line: vectors that lie across two of them are slower
PANEL = 24  # points that products take at once
ROWS = 4  # rows of a product that are made at once
OTHERS = 3  # rows of points that a block of gradients is made of, besides four
REACH = 4  # cells that a sample is read from, per axis
CHUNK = 240  # cells that the context model looks at together
CHUNK_STRIDE = CHUNK + 2 * LINE  # from row to row of what it needs for them
SLACK = 32  # floats that vectors may touch behind the end of anything

_LAYER, _LEVEL = (MAX_HIDDEN_LAYERS + 1,), (MAX_LEVELS,)
LAYOUT = np.dtype(
    [
        # the image
        ("height", "i8"),
        ("width", "i8"),
        ("footprint", "i8"),
        ("channels", "i8"),
        ("values", "i8"),  # latents of an image
        ("nothing", "i8"),  # 0: the place of no biases, the beginning of a tile
        # the sine network (siren): one tile of points, rows a stride apart; per layer, the last entry for the colors
        ("tile_pixels", "i8"),
        ("stride", "i8"),
        ("layers", "i8"),
        ("inputs", "i8"),  # first row of the inputs
        ("latent_rows", "i8"),  # of the inputs, in whole blocks
        ("widths", "i8", _LAYER),  # units, in whole blocks
        ("sines", "i8", _LAYER),  # first row of a layer's sines
        ("phases", "i8", _LAYER),  # first row of its cosines, later of the gradients of its phases
        ("colors", "i8"),  # first of four rows of colors, later of their gradients
        ("input_slopes", "i8"),  # first row of the gradients of the latents' inputs
        ("entries", "i8", _LAYER),  # rows that a layer is made of, then a row of ones, up to threes
        ("sources", "i8", _LAYER),  # how many these are, without the ones
        ("others", "i8", _LAYER),  # in threes, with the ones
        ("back_entries", "i8", _LAYER),  # rows of gradients that those of a layer, or of the latents, are made of
        ("back_sources", "i8", _LAYER),
        ("weights", "i8", _LAYER),  # places
        ("biases", "i8", _LAYER),
        ("back_weights", "i8", _LAYER),
        ("gradients", "i8", _LAYER),
        ("pixels", "i8"),  # targets of a tile, a row for each channel, and one of how much each pixel counts
        # planes of latents, per level; see lay_planes
        ("levels", "i8"),
        ("level_channels", "i8", _LEVEL),
        ("down", "i8", _LEVEL),  # cells
        ("across", "i8", _LEVEL),
        ("strides", "i8", _LEVEL),  # from row to row
        ("distances", "i8", _LEVEL),  # from channel to channel
        ("first", "i8", _LEVEL),  # first cell of the first channel
        ("spread_from", "i8", _LEVEL),  # the coarser level that spread planes of this level's size show, or -1
        ("spread_first", "i8", _LEVEL),  # first cell of those
        ("spread_shift", "i8", _LEVEL),  # a cell lies in the coarser cell whose numbers have that many bits less
        ("to_slopes", "i8"),  # from a plane to that of its gradients
        ("slopes", "i8"),  # where all gradients of planes begin
        ("planes_size", "i8"),
        ("seen", "i8"),  # latents in a row, as the model sees them
        ("derivatives", "i8"),  # of those, by the latents as the optimizer has them
        ("found", "i8"),  # gradients in a row
        # samples read out of the levels (grids), per level
        ("identity", "i8", _LEVEL),  # 1 where a level has a cell for every sample, which is simply the cell
        ("drawn_first", "i8", _LEVEL),  # the cell of the first sample there
        ("down_scale", "f8", _LEVEL),  # row r of pixels lies at r * scale + start, in rows of cells
        ("down_start", "f8", _LEVEL),
        ("across_scale", "f8", _LEVEL),
        ("across_start", "f8", _LEVEL),
        ("columns", "i8"),  # of a line: samples across of one place within a pixel, and some more
        ("lines", "i8", _LEVEL),  # rows of cells, read at all samples across
        ("to_line_slopes", "i8"),  # from a line to that of its gradients
        ("line_slopes", "i8"),
        ("lines_size", "i8"),
        ("rows_entry", "i8"),  # first row of cells that a row of samples is read from, (levels, samples down)
        ("rows_constant", "i8"),  # its weights, (levels, samples down, REACH)
        ("to_entry", "i8", _LEVEL),  # first cell that eight columns are read from, (places in a pixel, vectors)
        ("to_reach", "i8", _LEVEL),
        ("to_constant", "i8", _LEVEL),  # (places in a pixel, vectors, reach, 8)
        ("back_entry", "i8", _LEVEL),  # first column that reads a cell, (places in a pixel, cells in fours)
        ("back_reach", "i8", _LEVEL),  # in vectors
        ("back_constant", "i8", _LEVEL),  # (places in a pixel, cells in fours, reach, 8)
        ("across_constant", "i8"),  # coordinates of samples, (places in a pixel, columns)
        ("down_constant", "i8"),  # of rows of samples
        # the context model (context): entries of lists with one number for every channel of every level
        ("units", "i8"),  # in whole blocks
        ("cells", "i8"),  # rows of a chunk: units, gradients of means, of scales, zeros, gradients of taps
        ("cells_entry", "i8"),  # where these begin
        ("chunk_stride", "i8"),  # from row to row: CHUNK_STRIDE, which as a constant would be compiled apart
        ("last_others", "i8"),  # gradients of means and scales, and zeros, in threes: one
        ("all_channels", "i8"),
        ("own", "i8"),  # first cell
        ("lengths", "i8"),  # from the first cell to the last, the zeros between rows counted in
        ("padded", "i8"),  # the same in whole panels
        ("mask", "i8"),  # constants that are 1 for cells and 0 between
        ("taps", "i8"),  # values that a cell is predicted from
        ("taps_entry", "i8"),  # where those of the first cell lie
        ("taps_others", "i8"),  # how many these are, in threes
        ("units_place", "i8"),
        ("bias_place", "i8"),
        ("last_place", "i8"),
        ("last_bias", "i8"),
        ("back_place", "i8"),
        ("back_blocks", "i8"),  # taps in fours
        ("units_gradient", "i8"),
        ("bias_gradient", "i8"),
        ("last_gradient", "i8"),
        ("last_bias_gradient", "i8"),
    ],
    align=True,
)


@dataclass
class Draft:
    """A layout while it is written: the record, and the tables and the room so far."""

    record: Any = field(default_factory=lambda: np.zeros(1, LAYOUT)[0])
    room: int = 0
    entries: int = 0
    constants_count: int = 0
    _table: list[Ints] = field(default_factory=list)
    _constants: list[FloatArray] = field(default_factory=list)

    def take(self, floats: int) -> int:
        """Room for that many floats; where it begins."""
        start = self.room
        self.room += -(-(floats + SLACK) // LINE) * LINE
        return start

    def numbers(self, values: Any) -> int:
        """Put whole numbers into the table; the entry of the first."""
        start, flat = self.entries, np.asarray(values, dtype=np.int64).reshape(-1)
        self._table.append(flat)
        self.entries += len(flat)
        return start

    def constants(self, values: Any) -> int:
        """The same for constants, which vectors may read a little beyond."""
        start, flat = self.constants_count, np.asarray(values, dtype=np.float32).reshape(-1)
        self._constants += [flat, np.zeros(LANES, np.float32)]
        self.constants_count += len(flat) + LANES
        return start

    def put(self, **values: Any) -> None:
        """Set fields of the record; those with an entry for each layer or level may be shorter."""
        for name, value in values.items():
            if isinstance(value, list):
                self.record[name][: len(value)] = value
            else:
                self.record[name] = value

    def tables(self) -> tuple[npt.NDArray[np.int64], FloatArray]:
        """What was put in."""
        return np.concatenate(self._table), np.concatenate(self._constants)
