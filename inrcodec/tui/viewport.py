"""A part of an image at any size: what a viewer draws when one zooms in."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from inrcodec.archive import ArchivedImage, Upsample
from inrcodec.detail import enlarge
from inrcodec.numerics.arrays import Pixels
from inrcodec.numerics.coordinates import Axis, cubic_weights

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
    centers = zip((viewport.y, viewport.x), extent[::-1], strict=True)
    spans = [(center - seen, center + seen) for center, seen in centers]
    if upsample == "field":
        return _from_field(image, spans, size)
    return _from_detail(image, spans, size)


def _from_field(image: ArchivedImage, spans: list[tuple[float, float]], size: tuple[int, int]) -> Pixels:
    rows, columns = (Axis(count, *span) for count, span in zip(size[::-1], spans, strict=True))
    colors = image.archive.field.pixels(*image.archive.field_inputs(image.number), rows, columns, (1, 1))[:, 0]
    return np.ascontiguousarray(np.clip(colors, 0.0, 1.0).transpose(1, 2, 0))


def _from_detail(image: ArchivedImage, spans: list[tuple[float, float]], size: tuple[int, int]) -> Pixels:
    """The native pixels around the part, enlarged as far as edges gain by it, and the part read out of that."""
    native = image.render_stored()
    cuts, readers, counts = [], [], []
    for side, (start, stop), wanted in zip(native.shape[:2], spans, size[::-1], strict=True):
        first, last = (start + 1) / 2 * side, (stop + 1) / 2 * side
        low, high = max(0, math.floor(first) - MARGIN), min(side, math.ceil(last) + MARGIN)
        count = max(high - low, min(MOST, round((high - low) * wanted / (last - first))))
        centers = first + (np.arange(wanted) + 0.5) * (last - first) / wanted
        cuts.append(slice(low, high))
        counts.append(count)
        readers.append(cubic_weights((centers - low) * count / (high - low) - 0.5, count))
    part = native[cuts[0], cuts[1]]
    drawn = part if part.shape[:2] == tuple(counts) else enlarge(part, (counts[1], counts[0]))
    read = np.einsum("yh,hwc,xw->yxc", readers[0], drawn, readers[1], optimize=True)
    return np.asarray(np.clip(read, 0.0, 1.0), dtype=np.float32)
