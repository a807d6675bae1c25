"""The study's own design: the image's place in the set, in [-1, 1], is a third coordinate; there are no latents."""

from __future__ import annotations

from collections.abc import Sequence

from array_api_compat import array_namespace

from inrcodec.coordinates import Axis
from inrcodec.field.grids import coordinate_planes
from inrcodec.field.siren import Array
from inrcodec.settings import ModelSettings

W0 = 30.0  # Sitzmann et al. 2020, section 3.2: the first layer spans several periods over [-1, 1]


def level_shapes(model: ModelSettings, height: int, width: int) -> tuple[tuple[int, int, int], ...]:
    """No latents: everything is in the network."""
    return ()


def input_count(model: ModelSettings) -> int:
    """x, y, and the image's place."""
    return 3


def input_scales(model: ModelSettings) -> tuple[float, ...]:
    """SIREN's first layer: U(-1 / inputs, 1 / inputs) times w0."""
    return (W0 / 3,) * 3


def inputs(latents: Sequence[Array], places: Array, rows: Axis, columns: Axis) -> Array:
    """[x, y, place] at every point, (3, B * rows * columns)."""
    xp = array_namespace(places)
    planes = coordinate_planes(places, rows, columns)
    shape = (1, places.shape[0], rows.count, columns.count)
    planes.append(xp.broadcast_to(places.reshape(1, -1, 1, 1), shape))
    return xp.concat(planes, axis=0).reshape(3, -1)
