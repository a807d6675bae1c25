"""The other ways: interpolated latents (`code`), the study's interpolated activations (`last-hidden`), and `blend`."""

from __future__ import annotations

import numpy as np

from inrcodec.archive import ArchivedImage
from inrcodec.coordinates import Axis
from inrcodec.detail import enlarge
from inrcodec.field.grids import interpolate
from inrcodec.field.raster import raster
from inrcodec.morph.sampling import Floats


def blend(first: ArchivedImage, second: ArchivedImage, t: float, size: tuple[int, int]) -> Floats:
    """Both pictures at once, one fading: what a morph has to beat."""
    one, other = (image.render_stored(size) for image in (first, second))
    return np.asarray((1 - t) * one + t * other, dtype=np.float32)


def code(first: ArchivedImage, second: ArchivedImage, t: float, size: tuple[int, int]) -> Floats:
    """The field of latents between the two; without latents, of a place between theirs."""
    archive, native = first.archive, (first.height, first.width)
    ends = [[level[:, None].astype(np.float32) for level in archive.latents(one.number)] for one in (first, second)]
    latents = [(1 - t) * a + t * _fitted(b, a.shape) for a, b in zip(*ends, strict=True)]
    place = (1 - t) * archive.place(first.number) + t * archive.place(second.number)
    return _larger(raster(archive.field, latents, place.astype(np.float32), native, native), size)


def last_hidden(first: ArchivedImage, second: ArchivedImage, t: float, size: tuple[int, int]) -> Floats:
    """Activations of the last sine layer between the two, through the linear output: the study's choice.

    Everything behind those activations is linear, so this is a blend but for limiting colours to 0 ... 1.
    """
    one, other = (image.render_stored() for image in (first, second))
    if one.shape != other.shape:
        return blend(first, second, t, size)
    return _larger(np.asarray((1 - t) * one + t * other, dtype=np.float32), size)


def _fitted(level: Floats, shape: tuple[int, ...]) -> Floats:
    """Latents (channels, 1, cells down, cells across) on a grid of another shape."""
    if level.shape == shape:
        return level
    return np.asarray(interpolate(level, Axis(shape[2]), Axis(shape[3])), dtype=np.float32)


def _larger(native: Floats, size: tuple[int, int]) -> Floats:
    """A native picture at (width, height)."""
    height, width = native.shape[:2]
    if (width, height) == size or size[0] < width or size[1] < height:
        return native
    return enlarge(native, size)
