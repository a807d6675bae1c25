"""The field as a raster of any size: each pixel the mean over its own area; numpy, in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inrcodec.field.field import Field
from inrcodec.numerics.arrays import Pixels
from inrcodec.numerics.coordinates import Axis, samples_per_pixel, tiles
from inrcodec.numerics.ends import met

TILE_VALUES = 1 << 20  # hidden units evaluated at once: bounds the memory, and stays in the cache


def raster(
    field: Field,
    latents: Sequence[Pixels],
    conditions: Pixels,
    native: tuple[int, int],
    size: tuple[int, int],
    wanted: tuple[slice, slice] | None = None,
) -> Pixels:
    """One image as (height, width, channels) in [0, 1], colors premultiplied by alpha.

    latents: (channels, 1, cells down, cells across) per level; conditions (1, values); native, size: (height, width).
    wanted: rows and columns, where the others are not wanted.
    """
    (tall, wide), footprint = wanted or (slice(0, size[0]), slice(0, size[1])), field.model.footprint
    down, across = (samples_per_pixel(n, s, footprint) for n, s in zip(native, size, strict=True))
    wanted_pixels = (tall.stop - tall.start) * (wide.stop - wide.start)
    field.count(native, size, wanted_pixels, wanted_pixels * down * across)
    sums = np.zeros((field.channels, tall.stop - tall.start, wide.stop - wide.start), dtype=np.float32)
    fine_rows, fine_columns = (
        Axis(side * finer).part(slice(cut.start * finer, cut.stop * finer))
        for side, finer, cut in zip(size, (down, across), (tall, wide), strict=True)
    )
    points = max(1, TILE_VALUES // field.model.hidden_width)
    for rows, columns in tiles(fine_rows.count, fine_columns.count, points):
        colors = field.pixels(latents, conditions, fine_rows.part(rows), fine_columns.part(columns), (1, 1))[:, 0]
        part = add_cells(add_cells(colors, rows.start, down, 1), columns.start, across, 2)
        top, left = rows.start // down, columns.start // across
        sums[:, top : top + part.shape[1], left : left + part.shape[2]] += part
    sums /= down * across
    drawn = np.ascontiguousarray(np.clip(sums, 0.0, 1.0, out=sums).transpose(1, 2, 0))
    return met(drawn, field.tolerance, white=field.white)


def add_cells(samples: Pixels, start: int, cells: int, axis: int) -> Pixels:
    """Sums over groups of `cells` neighbors along an axis; the first sample has number `start` in the whole image."""
    if cells == 1:
        return samples
    first = np.arange(start // cells * cells, start + samples.shape[axis], cells) - start
    return np.add.reduceat(samples, np.maximum(first, 0), axis=axis)
