"""Interpolators beside `move`: of latents (`code`), of the last activations (`last-hidden`, the study's), `blend`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from inrcodec.archive import ArchivedImage
from inrcodec.detail import enlarge
from inrcodec.errors import Parameter, UsageError
from inrcodec.field.conditioning import traits_of
from inrcodec.field.field import Field
from inrcodec.field.grids import direct_inputs
from inrcodec.field.raster import raster
from inrcodec.morph.correspondence import correspondence
from inrcodec.morph.interpolated_field import Endpoint, InterpolatedField
from inrcodec.morph.pose import compared
from inrcodec.numerics.arrays import FloatArray
from inrcodec.numerics.coordinates import Axis
from inrcodec.numerics.poses import frames

Interpolator = Callable[[float], FloatArray]  # from t, 0 to 1, to a picture (height, width, channels)


def blend(first: ArchivedImage, second: ArchivedImage, size: tuple[int, int]) -> Interpolator:
    """Both pictures at once, one fading: what a morph has to beat."""
    one, other = (image.render_stored(size) for image in (first, second))
    return lambda t: np.asarray((1 - t) * one + t * other, dtype=np.float32)


def code(first: ArchivedImage, second: ArchivedImage, size: tuple[int, int]) -> Interpolator:
    """The field of codes between: of latents at positions that correspond, or of whatever else tells an image."""
    _check_one_network(first, second)
    field, native = first.archive.field, (first.height, first.width)
    if not field.model.spatial:
        return _code_of_the_whole(first, second, size)
    ends, matching = (Endpoint.of(first), Endpoint.of(second)), correspondence(*compared(first, second, native[::-1]))

    def picture(t: float) -> FloatArray:
        between = InterpolatedField(
            field.model, field.channels, field.tensors, ends, matching, t,
            tolerance=field.tolerance, white=field.white, work=field.work,
        )  # fmt: skip
        return _drawn(between, (), first.archive.conditions(first.place), native, size)

    return picture


def _code_of_the_whole(first: ArchivedImage, second: ArchivedImage, size: tuple[int, int]) -> Interpolator:
    """Arcs between global codes, straight lines between conditions, or between activations of the middle layer."""
    archive, native = first.archive, (first.height, first.width)
    (codes, start), (others, end) = (archive.field_inputs(one.place) for one in (first, second))
    narrow = traits_of(archive.header.model).morphed_layer == "middle"

    def picture(t: float) -> FloatArray:
        field, conditions = archive.field, [start, (1 - t) * start + t * end, end]
        if archive.poses is not None:
            pose = (1 - t) * archive.poses[first.place] + t * archive.poses[second.place]
            posed = frames(pose[None], [native])
            conditions = [np.concatenate([direct_inputs(field.model, one), posed], axis=1) for one in conditions]
        before, here, after = (np.asarray(one, dtype=np.float32) for one in conditions)
        if narrow:
            field = _Narrow(field.model, field.channels, field.tensors, (before, after), t, work=field.work)
        latents = [latents_between(one, another, t) for one, another in zip(codes, others, strict=True)]
        return _drawn(field, latents, here, native, size)

    return picture


@dataclass(frozen=True)
class _Narrow(Field):
    """A field whose middle layer has activations between those of two images, given by their conditions."""

    ends: tuple[FloatArray, FloatArray]
    t: float

    def pixels(
        self, latents: Sequence[FloatArray], conditions: FloatArray, rows: Axis, columns: Axis, samples: tuple[int, int]
    ) -> FloatArray:
        rows, columns = rows.finer(samples[0]), columns.finer(samples[1])
        cut = self.model.middle + 1
        one, other = (self.network_inputs(latents, end, rows, columns).units(slice(0, cut)) for end in self.ends)
        here = self.network_inputs(latents, conditions, rows, columns)
        behind = here.siren.units((1 - self.t) * one + self.t * other, layers=slice(cut, None))
        colors = here.siren.colors_of(here.inputs, behind).reshape(self.channels, 1, rows.count, columns.count)
        shape = (self.channels, 1, rows.count // samples[0], samples[0], columns.count // samples[1], samples[1])
        return np.asarray(colors.reshape(shape).mean(axis=(3, 5)), dtype=np.float32)


def last_hidden(first: ArchivedImage, second: ArchivedImage, size: tuple[int, int]) -> Interpolator:
    """Activations of the last sine layer between the two, through the linear output: the study's choice.

    Everything behind those activations is linear, so this is a blend but for limiting colors to 0 ... 1.
    """
    if (first.height, first.width) != (second.height, second.width) or not _larger(size, first.height, first.width):
        return blend(first, second, size)
    one, other = (image.render_stored() for image in (first, second))
    return lambda t: enlarge(np.asarray((1 - t) * one + t * other, dtype=np.float32), size)


def latents_between(first: FloatArray, second: FloatArray, t: float) -> FloatArray:
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


def _drawn(
    field: Field,
    latents: Sequence[FloatArray],
    conditions: FloatArray,
    native: tuple[int, int],
    size: tuple[int, int],
) -> FloatArray:
    """A field at (width, height); larger than native (height, width) as stills are drawn."""
    if _larger(size, *native):
        return enlarge(raster(field, latents, conditions, native, native), size)
    return raster(field, latents, conditions, native, size[::-1])


def _larger(size: tuple[int, int], height: int, width: int) -> bool:
    """Whether (width, height) has more pixels than native along one side, and no fewer along the other."""
    return size[0] >= width and size[1] >= height and size != (width, height)


def _check_one_network(first: ArchivedImage, second: ArchivedImage) -> None:
    """UsageError where there is nothing to interpolate between."""
    if first.archive is not second.archive:
        raise UsageError(
            f"{first.name} and {second.name} lie in shards of their own, which share no network; use ",
            Parameter("mode", "move"), " or ", Parameter("mode", "blend"),
        )  # fmt: skip
