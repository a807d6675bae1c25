"""Places to read a field at together with its derivatives: grids, or points in any order; see `jets`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from array_api_compat import array_namespace, device, is_numpy_array
from numpy.typing import NDArray

from inrcodec.field.grids import framed, told, with_octaves
from inrcodec.field.jets import constant, coordinate, cosine, parts_of, sine
from inrcodec.field.siren import Array
from inrcodec.numerics.coordinates import Axis
from inrcodec.numerics.cubic import cubic_derivatives
from inrcodec.settings import ModelSettings

AXES = 2  # x to the right, y down


@dataclass(frozen=True)
class Derived:
    """Places across (columns,) and down (rows,) in [-1, 1], and derivatives up to `order` (0 to 2) at each of them.

    On a grid every column meets every row. Without one, both have as many numbers as there are points, which count as
    one row.
    """

    across: NDArray[np.float64]
    down: NDArray[np.float64]
    order: int
    grid: bool = True
    axes: int = field(default=AXES, init=False)

    @staticmethod
    def centers(rows: Axis, columns: Axis, order: int) -> Derived:
        """The centers of cells."""
        return Derived(columns.exact_centers(), rows.exact_centers(), order)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return (len(self.down) if self.grid else 1), len(self.across)

    def inputs(self, model: ModelSettings, labels: Array, levels: Sequence[Array] = ()) -> Array:
        """Jets (parts, inputs, B * points) of all that goes into a network; see `conditioning.Places`."""
        xp, group = array_namespace(labels), labels.shape[0]
        planes = [*self._coordinates(model, labels)]
        own = told(model, labels).T
        planes.append(constant(own.reshape(*own.shape, 1, 1), axes=AXES, order=self.order))
        planes += [self._read(level) for level in levels]
        spread = [xp.broadcast_to(plane, (*plane.shape[:2], group, *self.shape)) for plane in planes]
        joined = xp.concat(spread, axis=1)
        return joined.reshape(*joined.shape[:2], -1)

    def _coordinates(self, model: ModelSettings, labels: Array) -> list[Array]:
        """Jets (parts, 1, B or 1, rows or 1, columns or 1) of coordinates, in the frames of drawings with poses."""
        across = self._like(labels, self.across.reshape(1, 1, 1, -1))
        down = self._like(labels, self.down.reshape(1, 1, -1, 1) if self.grid else self.down.reshape(1, 1, 1, -1))
        told_how = {"axes": AXES, "order": self.order}
        x, y = coordinate(across, 0, **told_how), coordinate(down, 1, **told_how)
        if model.posed:
            one = constant(array_namespace(labels).ones_like(across[..., :1]), **told_how)
            x, y = framed(labels.T.reshape(labels.shape[1], 1, -1, 1, 1), x, y, one)
        return with_octaves(model, x, y, (partial(sine, axes=AXES), partial(cosine, axes=AXES)))

    def _read(self, level: Array) -> Array:
        """Jets (parts, channels, B, rows, columns) of latents (channels, B, height, width)."""
        xp, (height, width) = array_namespace(level), level.shape[2:]
        down = [self._like(level, one) for one in cubic_derivatives(self.down, height, self.order)]
        across = [self._like(level, one) for one in cubic_derivatives(self.across, width, self.order)]
        pairs = [(0, 0), *(pair for order in range(1, self.order + 1) for pair in ((0, order), (order, 0)))]
        assert len(pairs) == parts_of(AXES, self.order)
        if self.grid:
            return xp.stack([down[one] @ level @ across[other].T for one, other in pairs], axis=0)
        read = [xp.sum((down[one] @ level) * across[other], axis=-1)[:, :, None, :] for one, other in pairs]
        return xp.stack(read, axis=0)

    def _like(self, other: Array, values: NDArray[np.float64]) -> Array:
        """Numbers as an array of the kind, the type and the device of another."""
        if is_numpy_array(other):
            return values.astype(other.dtype)
        return array_namespace(other).asarray(values, dtype=other.dtype, device=device(other))
