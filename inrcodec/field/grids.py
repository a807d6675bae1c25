"""Coordinates and latent grids spread over the sample grid of a group of images; array API, so numpy or torch."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from array_api_compat import device

from inrcodec.field.siren import Array, siren_specs
from inrcodec.field.tensors import TensorSpec, faster
from inrcodec.numerics.arrays import namespace_of
from inrcodec.numerics.coordinates import Axis, interpolation
from inrcodec.settings import ModelSettings

FRAME = 6  # numbers at the end of an image's conditions, from coordinates to a drawing's frame: `poses.frames`
NUMBER_RATE = 2.0  # where numbers tell images, all that is learned is in the weights: they may move faster
Wave = Callable[[Array], Array]
FREQUENCIES = 7  # octaves of relu-pe: the finest has 64 periods over an image


def coordinate_count(model: ModelSettings) -> int:
    """Planes of `coordinate_planes`."""
    return 2 if model.architecture.activation != "relu-pe" else 2 + 4 * FREQUENCIES


def coordinate_planes(model: ModelSettings, conditions: Array, rows: Axis, columns: Axis) -> list[Array]:
    """x and y at every sample, planes (1, B, rows, columns), B from conditions (B, values); see `with_octaves`.

    In a space with poses they are places in the drawing's own frame.
    """
    xp, where = namespace_of(conditions), device(conditions)
    across = xp.asarray(columns.centers().reshape(1, 1, 1, -1), device=where)
    down = xp.asarray(rows.centers().reshape(1, 1, -1, 1), device=where)
    return spread_coordinates(model, conditions, across, down)


def spread_coordinates(model: ModelSettings, conditions: Array, across: Array, down: Array) -> list[Array]:
    """The same from columns (1, 1 or B, 1, columns) and rows (1, 1 or B, rows, 1)."""
    xp, shape = namespace_of(conditions), (1, conditions.shape[0], down.shape[2], across.shape[3])
    if model.posed:
        across, down = framed(conditions.T.reshape(conditions.shape[1], 1, -1, 1, 1), across, down)
    return [xp.broadcast_to(plane, shape) for plane in with_octaves(model, across, down)]


def framed(conditions: Array, across: Array, down: Array, one: Array = 1.0) -> tuple[Array, Array]:
    """Coordinates as places of the drawing's own frame, by conditions (values, ...) that broadcast against them.

    one: the number 1 in the kind of coordinates that these are, where they carry derivatives.
    """
    a, b, c, d, e, f = (conditions[place] for place in range(-FRAME, 0))
    return a * across + b * down + c * one, d * across + e * down + f * one


def with_octaves(
    model: ModelSettings, across: Array, down: Array, waves: tuple[Wave, Wave] | None = None
) -> list[Array]:
    """Coordinates, and with relu-pe their sines and cosines (Mildenhall et al., "NeRF", 2020, section 5.1).

    waves: sine and cosine, where they are not those of plain arrays.
    """
    if model.architecture.activation != "relu-pe":
        return [across, down]
    if waves is None:
        xp = namespace_of(across)
        waves = xp.sin, xp.cos
    turns = [math.pi * 2**octave for octave in range(FREQUENCIES)]
    octaves = [wave(turn * axis) for turn in turns for wave in waves for axis in (across, down)]
    return [across, down, *octaves]


def direct_inputs(model: ModelSettings, conditions: Array) -> Array:
    """What of conditions (B, values) goes into the network as it is: all but the frames of poses."""
    return conditions[:, :-FRAME] if model.posed else conditions


@dataclass(frozen=True)
class Grid:
    """The centers of rows x columns as places to read a field at; see `conditioning.Places`."""

    rows: Axis
    columns: Axis

    def inputs(self, model: ModelSettings, conditions: Array, levels: Sequence[Array] = ()) -> Array:
        """Coordinates, conditions and latents at every place, (inputs, B * rows * columns)."""
        planes = coordinate_planes(model, conditions, self.rows, self.columns)
        read = [interpolate(level, self.rows, self.columns) for level in levels]
        return joined_inputs(model, conditions, planes, read)

    def by_image(self, inputs: Array, images: int) -> Array:
        """See `apart_by_image`."""
        return apart_by_image(inputs, images)


def joined_inputs(model: ModelSettings, conditions: Array, planes: list[Array], read: Sequence[Array]) -> Array:
    """Planes of coordinates, conditions (B, values) and latents read, each (channels, B, rows, columns), as one array.

    (inputs, B * rows * columns).
    """
    xp, own = namespace_of(conditions), direct_inputs(model, conditions)
    if own.shape[1]:
        shape = (own.shape[1], *planes[0].shape[1:])
        planes = [*planes, xp.broadcast_to(own.T.reshape(*shape[:2], 1, 1), shape)]
    joined = xp.concat([*planes, *read], axis=0)
    return joined.reshape(joined.shape[0], -1)


def apart_by_image(inputs: Array, images: int) -> Array:
    """Inputs of every image, (B, inputs, points); those of one alone as they are."""
    if images == 1:
        return inputs
    return namespace_of(inputs).permute_dims(inputs.reshape(inputs.shape[0], images, -1), (1, 0, 2))


def conditioned_specs(
    model: ModelSettings, channels: int, conditions: int, half_width: float | None = None, rate: float = 1.0
) -> tuple[TensorSpec, ...]:
    """A network of coordinates and that many conditions: SIREN's first layer is U(-1 / inputs, 1 / inputs) times w0.

    half_width: for the columns of conditions, where they need no fast sines; rate: see `TensorSpec`.
    """
    inputs = coordinate_count(model) + conditions
    usual = model.architecture.w0 / inputs
    own = usual if half_width is None else half_width
    specs = siren_specs(model, [usual] * (inputs - conditions) + [own] * conditions, channels)
    return tuple(faster(spec, rate) for spec in specs)


def interpolate(level: Array, rows: Axis, columns: Axis) -> Array:
    """Latents (channels, B, height, width) read at every sample, (channels, B, rows, columns)."""
    xp, (channels, group, height, width) = namespace_of(level), level.shape
    if height == width == 1:
        return xp.broadcast_to(level, (channels, group, rows.count, columns.count))
    top, down = _weights(xp, device(level), rows, height)
    left, across = _weights(xp, device(level), columns, width)
    reached = level[:, :, top : top + down.shape[1], left : left + across.shape[1]]
    if columns == Axis(width):
        return reached if rows == Axis(height) else down @ reached
    rows_first = down.shape[0] * across.shape[1] * (down.shape[1] + across.shape[0])
    columns_first = down.shape[1] * across.shape[0] * (across.shape[1] + down.shape[0])
    return (down @ reached) @ across.T if rows_first < columns_first else down @ (reached @ across.T)


@lru_cache(maxsize=256)
def _weights(xp: Array, place: Array, axis: Axis, cells: int) -> tuple[int, Array]:
    found = interpolation(axis, cells)
    return found.first, xp.asarray(found.weights, device=place)
