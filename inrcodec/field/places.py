"""Places to read a field at together with its derivatives: grids, or points in any order; see `jets`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from array_api_compat import device, is_numpy_array
from numpy.typing import NDArray

from inrcodec.field.grids import direct_inputs, framed, with_octaves
from inrcodec.field.jets import Jet, constant, cosine, sine
from inrcodec.field.siren import Array
from inrcodec.numerics.arrays import namespace_of
from inrcodec.numerics.coordinates import Axis
from inrcodec.numerics.cubic import cubic_derivatives
from inrcodec.settings import ModelSettings

AXES = 2  # x to the right, y down


@dataclass(frozen=True)
class Derived:
    """Places across (columns,) and down (rows,) in [-1, 1], and derivatives up to `order` (0 to 2) at each of them.

    On a grid every column meets every row. Without one, both have as many numbers as there are points, which count as
    one row. directions (count, axes, points): along which derivatives are taken at each point. Default: along both
    axes. There are none but these in fields with grids of latents.
    """

    across: NDArray[np.float64]
    down: NDArray[np.float64]
    order: int
    grid: bool = True
    directions: NDArray[np.float64] | None = None

    @staticmethod
    def centers(rows: Axis, columns: Axis, order: int) -> Derived:
        """The centers of cells."""
        return Derived(columns.exact_centers(), rows.exact_centers(), order)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return (len(self.down) if self.grid else 1), len(self.across)

    def inputs(self, model: ModelSettings, conditions: Array, levels: Sequence[Array] = ()) -> Jet:
        """All that goes into a network, (inputs, B * points), with its derivatives; see `conditioning.Places`."""
        planes = self._coordinates(model, conditions)
        own = direct_inputs(model, conditions).T
        if own.shape[0]:
            planes.append(constant(own[..., None], len(self._turns()), self.order))
        planes += [self._read(level) for level in levels]
        group, points = conditions.shape[0], self.shape[0] * self.shape[1]
        return Jet(*(_joined(parts, group, points) for parts in zip(*(one.parts() for one in planes), strict=True)))

    def by_image(self, inputs: Jet, images: int) -> Jet:
        """Inputs apart for every image, (B, inputs, points), each of which has a network of its own."""
        xp = namespace_of(inputs.value)
        apart = [part.reshape(*part.shape[:-1], images, -1) for part in inputs.parts()]
        return Jet(*(xp.moveaxis(part, -2, 0) for part in apart))

    def _coordinates(self, model: ModelSettings, conditions: Array) -> list[Jet]:
        """Coordinates (1, B or 1, points), in the frames of drawings where there are any, and their octaves."""
        spread = np.meshgrid(self.across, self.down) if self.grid else (self.across, self.down)
        turns = self._turns().swapaxes(0, 1)[:, None, None]
        x, y = (
            Jet(*self._like(conditions, where.reshape(1, 1, -1), turn, 0.0 * turn)[: self.order + 1])
            for where, turn in zip(spread, turns, strict=True)
        )
        if model.posed:
            one = constant(namespace_of(conditions).ones_like(x.value), turns.shape[3], self.order)
            x, y = framed(conditions.T.reshape(conditions.shape[1], 1, -1, 1), x, y, one)
        return with_octaves(model, x, y, (sine, cosine))

    def _turns(self) -> NDArray[np.float64]:
        """How fast both coordinates change along every direction, (directions, axes, points)."""
        if self.directions is not None:
            return self.directions
        points = self.shape[0] * self.shape[1]
        return np.eye(AXES)[:, :, None] * np.ones(points)

    def _read(self, level: Array) -> Jet:
        """Latents (channels, B, height, width) at every place, (channels, B, points)."""
        assert self.directions is None
        xp, (height, width) = namespace_of(level), level.shape[2:]
        down = self._like(level, *cubic_derivatives(self.down, height, self.order))
        across = self._like(level, *cubic_derivatives(self.across, width, self.order))

        def read(below: int, beside: int) -> Array:
            rows = down[below] @ level
            found = rows @ across[beside].T if self.grid else xp.sum(rows * across[beside], axis=-1)
            return found.reshape(*level.shape[:2], -1)

        slopes = (xp.stack([read(0, order), read(order, 0)], axis=2) for order in range(1, self.order + 1))
        return Jet(read(0, 0), *slopes)

    def _like(self, other: Array, *values: NDArray[np.float64]) -> list[Array]:
        """Numbers as arrays of the kind, the type and the device of another."""
        if is_numpy_array(other):
            return [one.astype(other.dtype) for one in values]
        xp, where = namespace_of(other), device(other)
        return [xp.asarray(one, dtype=other.dtype, device=where) for one in values]


def _joined(planes: Sequence[Array], group: int, points: int) -> Array:
    """Parts (inputs, B or 1, [axes,] points) of all planes as ([inputs, axes,] B * points)."""
    xp = namespace_of(planes[0])
    spread = [xp.broadcast_to(one, (one.shape[0], group, *one.shape[2:-1], points)) for one in planes]
    joined = xp.moveaxis(xp.concat(spread, axis=0), 1, -2)
    return joined.reshape(*joined.shape[:-2], -1)
