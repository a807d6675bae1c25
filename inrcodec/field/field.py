"""The field of a set: f_i(x, y) = SIREN([x, y, g_i(x, y)]), and its mean over the footprint of a pixel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from inrcodec.field.conditioning import check_model, conditioning_named
from inrcodec.field.contract import NetworkInputs, Places, Shape
from inrcodec.field.grids import Grid
from inrcodec.field.jets import Jet, network_jet
from inrcodec.field.places import Derived
from inrcodec.field.siren import Array
from inrcodec.field.tensors import TensorSpec
from inrcodec.field.work import Work
from inrcodec.numerics.arrays import FloatArray, namespace_of
from inrcodec.numerics.coordinates import Axis
from inrcodec.numerics.poses import frames
from inrcodec.settings import ModelSettings


@dataclass(frozen=True)
class Field:
    """A network and the way it is conditioned; `channels` is 3, or 4 with alpha (colors then premultiplied)."""

    model: ModelSettings
    channels: int
    tensors: tuple[Array, ...]
    tolerance: int = field(default=0, kw_only=True)  # of the ends of the scale, when it is drawn; see `numerics.ends`
    white: bool = field(default=True, kw_only=True)  # whether what is near white is drawn white
    work: Work | None = field(default=None, kw_only=True, compare=False)  # what drawing it is counted in

    @property
    def weights(self) -> int:
        """Of the network."""
        return sum(math.prod(tensor.shape) for tensor in self.tensors)

    def count(self, native: tuple[int, int], size: tuple[int, int], drawn: int, points: int) -> None:
        """Note that `drawn` pixels of an image of size (height, width) are about to be drawn from so many points.

        TooMuchWork where that is more than its file can ask for.
        """
        if self.work is not None:
            share = drawn / (size[0] * size[1])
            self.work.drawing(self.model, self.weights, points, drawn, native=size == native, share=share)

    def pixels(
        self, latents: Sequence[Array], conditions: Array, rows: Axis, columns: Axis, samples: tuple[int, int]
    ) -> Array:
        """Mean colors over pixel footprints, (channels, B, rows, columns), of a group of B images.

        latents: one array (channels, B, cells down, cells across) per level; conditions (B, values); samples: sub-
        samples per pixel down and across.
        """
        places = Grid(rows.finer(samples[0]), columns.finer(samples[1]))
        return self.pixels_at(latents, conditions, places, (rows.count, columns.count), samples)

    def pixels_at(
        self,
        latents: Sequence[Array],
        conditions: Array,
        places: Places,
        shape: tuple[int, int],
        samples: tuple[int, int],
    ) -> Array:
        """The same at places that are the sub-samples of pixels (rows, columns)."""
        (down, across), (rows, columns) = samples, shape
        colors = _images_second(self._network_inputs(latents, conditions, places).colors())
        if down == across == 1:
            return colors.reshape(self.channels, -1, rows, columns)
        xp = namespace_of(colors)
        return xp.mean(colors.reshape(self.channels, -1, rows, down, columns, across), axis=(3, 5))

    def units(self, latents: Sequence[Array], conditions: Array, rows: Axis, columns: Axis) -> Array:
        """Activations of the last layer, (hidden, B, rows, columns), at the centers of a grid; see `pixels`."""
        return self._units(latents, conditions, rows, columns, slice(None))

    def middle_units(self, latents: Sequence[Array], conditions: Array, rows: Axis, columns: Axis) -> Array:
        """The same of the middle layer, which may be a bottleneck."""
        return self._units(latents, conditions, rows, columns, slice(0, self.model.middle + 1))

    def network_inputs(self, latents: Sequence[Array], conditions: Array, rows: Axis, columns: Axis) -> NetworkInputs:
        """The network of a group of images and what goes into it at the centers of a grid."""
        return self._network_inputs(latents, conditions, Grid(rows, columns))

    def derived(self, latents: Sequence[Array], conditions: Array, places: Derived) -> Jet:
        """Colors and their derivatives at places: value (channels, B, rows, columns), the others with axes before rows.

        Derivatives are along the field's coordinates, x then y, which run from -1 to 1; computed in their type.
        """
        ready = self._network_inputs(latents, conditions, places)
        jet = network_jet(ready.siren, ready.inputs, ready.shifts)
        apart = jet if jet.value.ndim == 3 else places.by_image(jet, conditions.shape[0])  # images first
        xp = namespace_of(jet.value)
        parts = (xp.moveaxis(part, 0, 1) for part in apart.parts())
        return Jet(*(part.reshape(*part.shape[:-1], *places.shape) for part in parts))

    def _network_inputs(self, latents: Sequence[Array], conditions: Array, places: Places) -> NetworkInputs:
        variant = conditioning_named(self.model.conditioning)
        return variant.network_inputs(self.model, self.tensors, latents, conditions, places)

    def _units(self, latents: Sequence[Array], conditions: Array, rows: Axis, columns: Axis, layers: slice) -> Array:
        units = _images_second(self.network_inputs(latents, conditions, rows, columns).units(layers))
        return units.reshape(units.shape[0], -1, rows.count, columns.count)


def _images_second(values: Array) -> Array:
    """From (B, values, points), where images have networks of their own, to (values, B, points)."""
    return values if values.ndim == 2 else namespace_of(values).permute_dims(values, (1, 0, 2))


def level_shapes(model: ModelSettings, height: int, width: int) -> tuple[Shape, ...]:
    """Shapes (channels, cells down, cells across) of the latents of an image, coarsest level first; maybe none."""
    return tuple((level.channels, level.cells(height), level.cells(width)) for level in model.levels)


def field_specs(model: ModelSettings, channels: int, images: int) -> tuple[TensorSpec, ...]:
    """The network's tensors in file order."""
    return conditioning_named(model.conditioning).specs(model, channels, images)


def field_shapes(model: ModelSettings, channels: int, images: int) -> tuple[tuple[int, ...], ...]:
    """Their shapes; UnsupportedFileError when a reader of settings from a file cannot have such a network."""
    check_model(model)
    return tuple(spec.shape for spec in field_specs(model, channels, images))


def image_conditions(
    model: ModelSettings, sizes: Sequence[tuple[int, int]], poses: FloatArray | None = None
) -> FloatArray:
    """What goes into the network for each image besides its latents, (images, values); maybe nothing.

    sizes: (height, width) of each image; poses (images, 4) in a space that has them: the last six values are
    `poses.frames`.
    """
    direct = conditioning_named(model.conditioning).conditions(len(sizes))
    if not model.posed:
        return direct
    assert poses is not None
    return np.concatenate([direct, frames(poses, sizes)], axis=1)
