"""One image of a file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inrcodec.archive.contents import Contents
from inrcodec.archive.kernels import lanczos, nearest
from inrcodec.archive.rendering import Size, Upsample, requested_size, straightened
from inrcodec.archive.summaries import image_code
from inrcodec.bitstream.figures import HOLDOUT_PSNR, PSNR
from inrcodec.detail import blocks, enlarge
from inrcodec.detail.blocks import Block, Region
from inrcodec.detail.projection import cuts
from inrcodec.field.derivative_raster import gradient, laplacian, midpoint_slopes
from inrcodec.field.raster import raster
from inrcodec.numerics.arrays import BytePixels, Pixels, in_color
from inrcodec.numerics.coordinates import Axis, tiles
from inrcodec.numerics.cores import each

KERNELS = {"nearest": nearest, "lanczos": lanczos}
PART_PIXELS = 1 << 19  # drawn at once where octets are wanted
ROWS = 64  # of what is drawn that become octets at once


@dataclass(frozen=True)
class ArchivedImage:
    """One image of an archive."""

    archive: Contents
    number: int

    @property
    def place(self) -> int:
        """Its number in its file: another one only where that is a shard of a collection."""
        return self.number

    @property
    def name(self) -> str:
        """Its file's name, relative to the folder that was encoded."""
        return self.archive.names[self.place]

    @property
    def height(self) -> int:
        """Native rows."""
        return self.archive.shape(self.place)[0]

    @property
    def width(self) -> int:
        """Native columns."""
        return self.archive.shape(self.place)[1]

    @property
    def bits(self) -> float:
        """Its share of the file in bits; the shares add up to the file."""
        return float(self.archive.image_bits[self.place])

    @property
    def psnr(self) -> float | None:
        """Measured when the file was written, dB."""
        return self.figure(PSNR)

    @property
    def holdout_psnr(self) -> float | None:
        """On pixels that the fit had not seen, measured before they were released, dB."""
        return self.figure(HOLDOUT_PSNR)

    @property
    def code(self) -> Pixels:
        """The image's code, a vector of one length for images of all sizes; see `summaries.image_code`."""
        return image_code(self.archive.field, self.archive.latents(self.place), self._inputs)

    def last_hidden(self, cells: int = 16) -> Pixels:
        """Activations of the last sine layer on a grid of cells x cells points, as a vector (hidden * cells**2,)."""
        grid = Axis(cells)
        units = self.archive.field.units(*self._inputs, grid, grid)
        return np.asarray(units.reshape(-1), dtype=np.float32)

    def render(self, size: Size | None = None, upsample: Upsample = "detail") -> Pixels:
        """Colors in [0, 1] with straight alpha, (height, width, channels).

        size: None for native, the longer side in pixels, or (width, height). upsample: larger than native, the field
        itself; or its native picture with edges drawn by the detail network, with every pixel repeated (nearest), or
        joined by Lanczos' kernel. No effect where a side is smaller.
        """
        return straightened(self.render_stored(size, upsample))

    def render_stored(self, size: Size | None = None, upsample: Upsample = "detail") -> Pixels:
        """The same with colors premultiplied by alpha: what the field holds and distortion is measured on."""
        requested = requested_size(self._native, size)
        if upsample == "field" or not self._enlarges(requested):
            return in_color(self._render_field(requested))
        native = self._render_field(self._native)
        if upsample == "detail":
            return in_color(enlarge(native, requested[::-1]))
        return in_color(KERNELS[upsample](native, requested))

    def render_octets(self, size: Size | None = None, upsample: Upsample = "detail") -> BytePixels:
        """What `render` gives as the nearest of 256 levels, (height, width, channels), straight alpha.

        Drawn part by part, by all cores, so that a large picture takes little more memory than its octets.
        """
        native, requested = self._native, requested_size(self._native, size)
        if upsample in KERNELS and self._enlarges(requested):
            return np.rint(self.render(requested[::-1], upsample) * 255).astype(np.uint8)
        field, inputs = self.archive.field_of(self.place), self._inputs
        octets = np.empty((*requested, self.archive.channels), np.uint8)

        def enlarged(block: Block) -> None:
            drawn = enlarge(raster(field, *inputs, native, native, block.native), block.size)[block.inside]
            for rows in cuts(len(drawn), ROWS):
                octets[block.target][rows] = np.rint(straightened(drawn[rows]) * 255)

        def rastered(part: Region) -> None:
            octets[part] = np.rint(straightened(raster(field, *inputs, native, requested, part)) * 255)

        if upsample == "detail" and self._enlarges(requested):
            each(enlarged, blocks(native, requested))
        else:
            each(rastered, tiles(*requested, PART_PIXELS))
        return octets

    def gradient(self, size: Size | None = None) -> Pixels:
        """Slopes of the stored colors, (height, width, channels, 2): per native pixel to the right, then down.

        Exact derivatives of the field, at a size as in `render`; colors are premultiplied by alpha.
        """
        requested = requested_size(self._native, size)
        return in_color(gradient(self.archive.field, *self._inputs, self._native, requested))

    def laplacian(self, size: Size | None = None) -> Pixels:
        """The Laplacian of the stored colors, (height, width, channels), per native pixel squared; see `gradient`."""
        requested = requested_size(self._native, size)
        return in_color(laplacian(self.archive.field, *self._inputs, self._native, requested))

    def midpoint_slopes(self) -> tuple[Pixels, Pixels]:
        """Slopes half-way between neighboring pixels, to the right and down; see `field.derivative_raster`."""
        right, down = midpoint_slopes(self.archive.field, *self._inputs, self._native)
        return in_color(right), in_color(down)

    def figure(self, name: str) -> float | None:
        """A stored figure by the name of its column, or None where it is unknown."""
        column = self.archive.figures.get(name)
        return None if column is None or np.isnan(column[self.place]) else float(column[self.place])

    def _enlarges(self, requested: tuple[int, int]) -> bool:
        """Whether no side is smaller than native, and one is larger."""
        native = self._native
        return requested != native and all(side >= own for side, own in zip(requested, native, strict=True))

    @property
    def _native(self) -> tuple[int, int]:
        return self.archive.shape(self.place)

    @property
    def _inputs(self) -> tuple[list[Pixels], Pixels]:
        return self.archive.field_inputs(self.place)

    def _render_field(self, size: tuple[int, int]) -> Pixels:
        return raster(self.archive.field_of(self.place), *self._inputs, self._native, size)
