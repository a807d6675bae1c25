"""Derivatives of the field as rasters: slopes and Laplacians of any size, in color per native pixel; numpy only."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from inrcodec.field.field import Field
from inrcodec.field.places import AXES, Derived
from inrcodec.field.raster import add_cells
from inrcodec.numerics.arrays import FloatArray
from inrcodec.numerics.coordinates import Axis, samples_per_pixel, tiles

Native = tuple[int, int]  # height, width
Spans = tuple[tuple[float, float], tuple[float, float]]  # of rows and of columns, each from first to last in [-1, 1]
WHOLE: Spans = ((-1.0, 1.0), (-1.0, 1.0))
TILE_VALUES = 1 << 20  # hidden units and their derivatives evaluated at once


def gradient(
    field: Field,
    latents: Sequence[FloatArray],
    conditions: FloatArray,
    native: Native,
    size: Native,
    spans: Spans = WHOLE,
) -> FloatArray:
    """The gradient, (height, width, channels, 2): color per native pixel to the right, then down.

    A pixel's is the mean over its area, as in `raster`; latents and conditions as there; native, size: (height, width).
    spans: the part of the image that is drawn.
    Colors are those that the field holds, premultiplied by alpha and not limited to [0, 1].
    """
    across, down = _drawn(field, latents, conditions, native, size, spans, 1)
    slopes = np.stack([across * (2 / native[1]), down * (2 / native[0])], axis=-1)
    return np.ascontiguousarray(slopes.transpose(1, 2, 0, 3))


def laplacian(
    field: Field,
    latents: Sequence[FloatArray],
    conditions: FloatArray,
    native: Native,
    size: Native,
    spans: Spans = WHOLE,
) -> FloatArray:
    """The Laplacian, (height, width, channels), in color per native pixel squared; otherwise as `gradient`."""
    across, down = _drawn(field, latents, conditions, native, size, spans, 2)
    bends = across * (2 / native[1]) ** 2 + down * (2 / native[0]) ** 2
    return np.ascontiguousarray(bends.transpose(1, 2, 0))


def midpoint_slopes(
    field: Field, latents: Sequence[FloatArray], conditions: FloatArray, native: Native
) -> tuple[FloatArray, FloatArray]:
    """Slopes half-way between neighboring native pixels: to the right (height, width - 1, channels), and down.

    In color per native pixel, so that they compare with the differences of those pixels.
    """
    height, width = native
    found = []
    for axis, shape in enumerate(((height, width - 1), (height - 1, width))):
        rows, columns = (_between(cells, side) for cells, side in zip(shape, native, strict=True))
        if not min(shape):
            found.append(np.zeros((*shape, field.channels), dtype=np.float32))
            continue
        slopes = _tiled(field, latents, conditions, rows, columns, (1, 1), 1)[axis] * (2 / native[1 - axis])
        found.append(np.ascontiguousarray(slopes.transpose(1, 2, 0)))
    return found[0], found[1]


def _drawn(
    field: Field,
    latents: Sequence[FloatArray],
    conditions: FloatArray,
    native: Native,
    size: Native,
    spans: Spans,
    order: int,
) -> FloatArray:
    """Derivatives of that order over the part of the image, as `_tiled`; sampled as finely as pixels need."""
    rows, columns = (Axis(count, *span) for count, span in zip(size, spans, strict=True))
    samples = _samples(field, native, size, spans)
    field.count(native, size, math.prod(size), (1 + AXES * order) * math.prod(size) * math.prod(samples))
    return _tiled(field, latents, conditions, rows, columns, samples, order)


def _samples(field: Field, native: Native, size: Native, spans: Spans) -> tuple[int, int]:
    seen = [max(1, math.ceil(side * (stop - start) / 2)) for side, (start, stop) in zip(native, spans, strict=True)]
    down, across = (samples_per_pixel(n, s, field.model.footprint) for n, s in zip(seen, size, strict=True))
    return down, across


def _between(cells: int, side: int) -> Axis:
    """The centers of an axis, or the places half-way between them when it has one cell less than the side."""
    return Axis(cells) if cells == side else Axis(cells, -1 + 1 / side, 1 - 1 / side)


def _tiled(
    field: Field,
    latents: Sequence[FloatArray],
    conditions: FloatArray,
    rows: Axis,
    columns: Axis,
    samples: tuple[int, int],
    order: int,
) -> FloatArray:
    """Derivatives of that order, (axes, channels, rows, columns): means over samples of each cell, in tiles."""
    down, across = samples
    fine_rows, fine_columns = rows.finer(down), columns.finer(across)
    sums = np.zeros((AXES, field.channels, rows.count, columns.count), dtype=np.float32)
    points = max(1, TILE_VALUES // ((1 + AXES * order) * field.model.hidden_width))
    for tall, wide in tiles(fine_rows.count, fine_columns.count, points):
        where = Derived.centers(fine_rows.part(tall), fine_columns.part(wide), order)
        derivative = np.moveaxis(field.derived(latents, conditions, where).parts()[order][:, 0], 1, 0)
        part = add_cells(add_cells(derivative, tall.start, down, 2), wide.start, across, 3)
        top, left = tall.start // down, wide.start // across
        sums[:, :, top : top + part.shape[2], left : left + part.shape[3]] += part
    return np.asarray(sums / (down * across), dtype=np.float32)
