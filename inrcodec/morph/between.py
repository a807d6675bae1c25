"""The other ways: interpolated latents (`code`), the study's interpolated activations (`last-hidden`), and `blend`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from inrcodec.archive import ArchivedImage
from inrcodec.coordinates import Axis
from inrcodec.detail import enlarge
from inrcodec.field import Field
from inrcodec.field.grids import interpolate
from inrcodec.field.raster import raster
from inrcodec.morph.sampling import Floats

Way = Callable[[float], Floats]  # from t, 0 to 1, to a picture (height, width, channels)


def blend(first: ArchivedImage, second: ArchivedImage, size: tuple[int, int]) -> Way:
    """Both pictures at once, one fading: what a morph has to beat."""
    one, other = (image.render_stored(size) for image in (first, second))
    return lambda t: np.asarray((1 - t) * one + t * other, dtype=np.float32)


def code(first: ArchivedImage, second: ArchivedImage, size: tuple[int, int]) -> Way:
    """The field of latents (arcs for a global code) and labels between; behind a bottleneck, of its activations."""
    archive, native = first.archive, (first.height, first.width)
    ends = [archive.fed(one.number) for one in (first, second)]
    pairs = [(a, _fitted(b, a.shape)) for a, b in zip(ends[0][0], ends[1][0], strict=True)]
    labels = ends[0][1], ends[1][1]
    narrow = archive.header.model.conditioning == "bottleneck"

    def picture(t: float) -> Floats:
        field = archive.field
        if narrow:
            field = _Narrow(field.model, field.channels, field.tensors, labels, t)
        latents = [latents_between(a, b, t) for a, b in pairs]
        label = np.asarray((1 - t) * labels[0] + t * labels[1], dtype=np.float32)
        return _larger(raster(field, latents, label, native, native), size)

    return picture


@dataclass(frozen=True)
class _Narrow(Field):
    """A field whose middle layer has activations between those of two images, given by their labels."""

    ends: tuple[Floats, Floats]
    t: float

    def pixels(
        self, latents: Sequence[Floats], labels: Floats, rows: Axis, columns: Axis, samples: tuple[int, int]
    ) -> Floats:
        rows, columns = rows.finer(samples[0]), columns.finer(samples[1])
        cut = self.model.middle + 1
        feeds = [self.feed(latents, label, rows, columns) for label in self.ends]
        one, other = (feed.siren.units(feed.inputs, layers=slice(0, cut)) for feed in feeds)
        feed = self.feed(latents, labels, rows, columns)
        behind = feed.siren.units((1 - self.t) * one + self.t * other, layers=slice(cut, None))
        colours = feed.siren.colours_of(feed.inputs, behind).reshape(self.channels, 1, rows.count, columns.count)
        shape = (self.channels, 1, rows.count // samples[0], samples[0], columns.count // samples[1], samples[1])
        return np.asarray(colours.reshape(shape).mean(axis=(3, 5)), dtype=np.float32)


def last_hidden(first: ArchivedImage, second: ArchivedImage, size: tuple[int, int]) -> Way:
    """Activations of the last sine layer between the two, through the linear output: the study's choice.

    Everything behind those activations is linear, so this is a blend but for limiting colours to 0 ... 1.
    """
    one, other = (image.render_stored() for image in (first, second))
    if one.shape != other.shape:
        return blend(first, second, size)
    return lambda t: _larger(np.asarray((1 - t) * one + t * other, dtype=np.float32), size)


def latents_between(first: Floats, second: Floats, t: float) -> Floats:
    """Grids (channels, 1, down, across) in a straight line; a vector for the whole image along an arc.

    Shoemake, "Animating rotation with quaternion curves" (1985); lengths go in a straight line.
    """
    lengths = [float(np.linalg.norm(one)) for one in (first, second)]
    if first.shape[2:] != (1, 1) or min(lengths) < 1e-6:
        return np.asarray((1 - t) * first + t * second, dtype=np.float32)
    one, other = first / lengths[0], second / lengths[1]
    angle = float(np.arccos(np.clip((one * other).sum(), -1, 1)))
    if not 1e-3 < angle < np.pi - 1e-3:  # no arc, or none that is shorter than another
        return np.asarray((1 - t) * first + t * second, dtype=np.float32)
    arc = (np.sin((1 - t) * angle) * one + np.sin(t * angle) * other) / np.sin(angle)
    return np.asarray(((1 - t) * lengths[0] + t * lengths[1]) * arc, dtype=np.float32)


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
