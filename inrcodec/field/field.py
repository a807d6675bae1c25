"""The field of a set: f_i(x, y) = SIREN([x, y, g_i(x, y)]), and its mean over the footprint of a pixel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from array_api_compat import array_namespace

from inrcodec.coordinates import Axis
from inrcodec.field.conditioning import Shape, conditioning_named
from inrcodec.field.siren import Array, Siren, tensor_shapes
from inrcodec.settings import ModelSettings


@dataclass(frozen=True)
class Field:
    """A network and the way it is conditioned; `channels` is 3, or 4 with alpha (colours then premultiplied)."""

    model: ModelSettings
    channels: int
    siren: Siren

    def pixels(
        self, latents: Sequence[Array], places: Array, rows: Axis, columns: Axis, samples: tuple[int, int]
    ) -> Array:
        """Mean colours over pixel footprints, (channels, B, rows, columns), of a group of B images.

        latents: one array (channels, B, cells down, cells across) per level; places (B,); samples: sub-samples per
        pixel down and across.
        """
        down, across = samples
        height, width = rows.count, columns.count
        variant = conditioning_named(self.model.conditioning)
        inputs = variant.inputs(latents, places, rows.finer(down), columns.finer(across))
        colours = self.siren.colours(inputs)
        if down == across == 1:
            return colours.reshape(self.channels, -1, height, width)
        xp = array_namespace(colours)
        return xp.mean(colours.reshape(self.channels, -1, height, down, width, across), axis=(3, 5))

    def units(self, latents: Sequence[Array], places: Array, rows: Axis, columns: Axis) -> Array:
        """Activations of the last sine layer, (hidden, B, rows, columns), at the centres of a grid; see `pixels`."""
        inputs = conditioning_named(self.model.conditioning).inputs(latents, places, rows, columns)
        return self.siren.units(inputs).reshape(self.model.hidden_width, -1, rows.count, columns.count)


def level_shapes(model: ModelSettings, height: int, width: int) -> tuple[Shape, ...]:
    """Shapes (channels, cells down, cells across) of the latents of an image, coarsest level first."""
    return conditioning_named(model.conditioning).level_shapes(model, height, width)


def field_shapes(model: ModelSettings, channels: int) -> tuple[tuple[int, ...], ...]:
    """Shapes of the network's tensors in file order."""
    return tensor_shapes(model, conditioning_named(model.conditioning).input_count(model), channels)
