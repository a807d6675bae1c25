"""A part of an image at any size: what a viewer draws when one zooms in."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from inrcodec.archive import ArchivedImage, Upsample
from inrcodec.detail import enlarge
from inrcodec.field.derivative_raster import Spans
from inrcodec.numerics.arrays import FloatArray, Pixels
from inrcodec.numerics.coordinates import Axis, cubic_weights
from inrcodec.numerics.ends import met

Extent = tuple[float, float]  # shares of an image's width and height, in (0, 1]
WHOLE: Extent = (1.0, 1.0)
MARGIN = 8  # native pixels around a part that its edges are drawn from
MOST = 640  # pixels along a side of the enlarged part; beyond, it is smooth, and is interpolated


@dataclass(frozen=True)
class Viewport:
    """A part of an image: its center, coordinates in [-1, 1], and how many times it is enlarged, 1 for all of it."""

    x: float = 0.0
    y: float = 0.0
    zoom: float = 1.0

    def extent(self, shape: tuple[int, int], pane: tuple[int, int]) -> Extent:
        """Shares of the width and the height that are seen; shape and pane: (width, height), both in square pixels.

        Zoomed in, the whole pane is filled, not only what the whole image takes of it.
        """
        if self.zoom <= 1.0:
            return WHOLE
        scale = self.zoom * min(pane[0] / shape[0], pane[1] / shape[1])
        across, down = (min(1.0, room / (side * scale)) for side, room in zip(shape, pane, strict=True))
        return across, down

    def moved(self, right: float, down: float, extent: Extent) -> Viewport:
        """Shifted by shares of what is seen, but not out of the image."""
        x, y = (
            min(1.0 - seen, max(seen - 1.0, at + 2 * by * seen))
            for at, by, seen in zip((self.x, self.y), (right, down), extent, strict=True)
        )
        return Viewport(x, y, self.zoom)

    def zoomed(self, times: float, most: float) -> Viewport:
        """Enlarged around its center, within 1 and `most`; to be moved by nothing, as its extent is another one."""
        return Viewport(self.x, self.y, min(most, max(1.0, self.zoom * times)))


def render_viewport(
    image: ArchivedImage, viewport: Viewport, extent: Extent, size: tuple[int, int], upsample: Upsample = "detail"
) -> Pixels:
    """That part as (height, width, channels) in [0, 1], colors premultiplied; size: (width, height)."""
    if extent == WHOLE:
        return image.render_stored(size, upsample)
    spans = spans_of(viewport, extent)
    if upsample == "field":
        return _from_field(image, spans, size)
    return np.clip(read_part(image.render_stored(), spans, size, edges=True), 0.0, 1.0)


def spans_of(viewport: Viewport, extent: Extent) -> Spans:
    """From where to where rows and columns are seen, in [-1, 1]."""
    rows, columns = ((at - seen, at + seen) for at, seen in zip((viewport.y, viewport.x), extent[::-1], strict=True))
    return rows, columns


def _from_field(image: ArchivedImage, spans: Spans, size: tuple[int, int]) -> Pixels:
    rows, columns = (Axis(count, *span) for count, span in zip(size[::-1], spans, strict=True))
    field = image.archive.field_of(image.place)
    colors = field.pixels(*image.archive.field_inputs(image.place), rows, columns, (1, 1))[:, 0]
    return met(np.ascontiguousarray(np.clip(colors, 0.0, 1.0).transpose(1, 2, 0)), field.tolerance, white=field.white)


def read_part(
    native: FloatArray, spans: Spans, size: tuple[int, int], *, edges: bool = False, squares: bool = False
) -> Pixels:
    """A part of pixels (height, width, channels) at a size (width, height), not limited.

    edges: enlarged as far as edges gain by it, by the detail network; squares: pixels as the squares that they are;
    else they are interpolated. Fewer than there are: means over areas.
    """
    cuts, readers, counts = [], [], []
    for side, (start, stop), wanted in zip(native.shape[:2], spans, size[::-1], strict=True):
        first, last = (start + 1) / 2 * side, (stop + 1) / 2 * side
        low, high = max(0, math.floor(first) - MARGIN), min(side, math.ceil(last) + MARGIN)
        count = max(high - low, min(MOST, round((high - low) * wanted / (last - first)))) if edges else high - low
        scale = count / (high - low)
        cuts.append(slice(low, high))
        counts.append(count)
        readers.append(_reader((first - low) * scale, (last - low) * scale, wanted, count, squares=squares))
    part = native[cuts[0], cuts[1]]
    drawn = part if part.shape[:2] == tuple(counts) else enlarge(part, (counts[1], counts[0]))
    read = np.einsum("yh,hwc,xw->yxc", readers[0], drawn, readers[1], optimize=True)
    return np.asarray(read, dtype=np.float32)


def _reader(first: float, last: float, wanted: int, cells: int, *, squares: bool) -> FloatArray:
    """Weights (wanted, cells) that read a stretch of a row of cells."""
    edges = first + np.arange(wanted + 1) * (last - first) / wanted
    if wanted < last - first:  # means of what each covers
        covered = np.minimum(edges[1:, None], np.arange(1, cells + 1)) - np.maximum(edges[:-1, None], np.arange(cells))
        shares = np.maximum(covered, 0.0)
        return np.asarray(shares / shares.sum(axis=1, keepdims=True), dtype=np.float32)
    centers = (edges[:-1] + edges[1:]) / 2
    if not squares:
        return cubic_weights(centers - 0.5, cells)
    nearest = np.clip(np.floor(centers).astype(np.int64), 0, cells - 1)
    return np.asarray(nearest[:, None] == np.arange(cells), dtype=np.float32)
