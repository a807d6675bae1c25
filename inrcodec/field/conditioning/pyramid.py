"""A pyramid of interpolated latent grids per image: one cell for the whole image, then finer and finer ones."""

from __future__ import annotations

from collections.abc import Sequence

from array_api_compat import array_namespace

from inrcodec.coordinates import Axis
from inrcodec.field.grids import coordinate_planes, interpolate
from inrcodec.field.siren import Array
from inrcodec.settings import ModelSettings

COORDINATE_SCALE = 1.5  # the latents carry the detail: fast sines of the position only disturb them
LATENT_SCALE = 0.1


def level_shapes(model: ModelSettings, height: int, width: int) -> tuple[tuple[int, int, int], ...]:
    """(channels, cells down, cells across) of every level, coarsest first."""
    return tuple((level.channels, level.cells(height), level.cells(width)) for level in model.levels)


def input_count(model: ModelSettings) -> int:
    """Two coordinates and every channel of every level."""
    return 2 + sum(level.channels for level in model.levels)


def input_scales(model: ModelSettings) -> tuple[float, ...]:
    """Latents are whole numbers of some size, so their columns start small."""
    return (COORDINATE_SCALE,) * 2 + (LATENT_SCALE,) * (input_count(model) - 2)


def inputs(latents: Sequence[Array], places: Array, rows: Axis, columns: Axis) -> Array:
    """[x, y, g(x, y)] at every point, (inputs, B * rows * columns); `places` is not used."""
    planes = coordinate_planes(places, rows, columns)
    planes += [interpolate(level, rows, columns) for level in latents]
    joined = array_namespace(places).concat(planes, axis=0)
    return joined.reshape(joined.shape[0], -1)
