"""`code` for grids of latents: what both images hold at places that belong together, the one drawing laid on the other.

Grids belong to places of the picture, so mixing them as they lie is nearly a fade; mixed along the pose
that `move` begins with, shapes travel, turn and grow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from inrcodec.archive import ArchivedImage
from inrcodec.field.field import Field
from inrcodec.field.grids import framed, with_octaves
from inrcodec.field.siren import Siren
from inrcodec.morph.correspondence import Correspondence
from inrcodec.numerics.arrays import FloatArray
from inrcodec.numerics.coordinates import Axis, keys
from inrcodec.settings import ModelSettings


@dataclass(frozen=True)
class Endpoint:
    """One of two images: latents [(channels, 1, cells down, cells across)], conditions (1, values), (height, width)."""

    latents: Sequence[FloatArray]
    conditions: FloatArray
    size: tuple[int, int]

    @staticmethod
    def of(image: ArchivedImage) -> Endpoint:
        """An image of an archive as an end."""
        return Endpoint(*image.archive.field_inputs(image.place), (image.height, image.width))

    def read(self, model: ModelSettings, where: FloatArray) -> FloatArray:
        """Coordinates and every channel of every level at places (..., 2) of the picture, (inputs, points).

        Beyond the picture lies its border: no network has seen coordinates from there.
        """
        halves = np.array(self.size, np.float32) / max(self.size)
        y, x = np.clip(where.reshape(-1, 2) / halves, -1, 1).T
        coordinates = framed(self.conditions.T, x, y) if model.posed else (x, y)
        return np.stack([*coordinates, *(row for level in self.latents for row in _read(level[:, 0], y, x))])


@dataclass(frozen=True)
class InterpolatedField(Field):
    """The field of inputs between those of two images, read at positions that correspond."""

    ends: tuple[Endpoint, Endpoint]
    matching: Correspondence
    t: float

    def pixels(
        self,
        latents: Sequence[FloatArray],
        conditions: FloatArray,
        rows: Axis,
        columns: Axis,
        samples: tuple[int, int],
    ) -> FloatArray:
        """Colors (channels, 1, rows, columns); see `Field.pixels`. Latents and conditions are those of the ends."""
        assert samples == (1, 1)
        tall, wide = (side / max(self.ends[0].size) for side in self.ends[0].size)
        where = np.stack(np.meshgrid(tall * rows.centers(), wide * columns.centers(), indexing="ij"), axis=-1)
        positions = self.matching.sampling_positions(self.matching.pose.back(where, self.t), self.t)
        one, other = (end.read(self.model, at) for end, at in zip(self.ends, positions, strict=True))
        across, down, *read = (1 - self.t) * one + self.t * other
        inputs = np.stack([*with_octaves(self.model, across, down), *read]).astype(np.float32)
        colors = Siren.from_tensors(self.tensors, self.model.architecture.activation).colors(inputs)
        return np.asarray(colors.reshape(self.channels, 1, rows.count, columns.count))


def _read(level: FloatArray, y: FloatArray, x: FloatArray) -> FloatArray:
    """Channels (channels, down, across) at field coordinates (points,), interpolated as the field does it."""
    channels, down, across = level.shape
    flat, found = level.reshape(channels, -1), np.zeros((channels, len(y)), dtype=np.float32)
    rows, columns = _taps(y, down), _taps(x, across)
    for (row, weight), (column, other) in product(rows, columns):
        found += flat[:, row * across + column] * (weight * other)
    return found


def _taps(at: FloatArray, cells: int) -> list[tuple[np.ndarray[tuple[int], np.dtype[np.int64]], FloatArray]]:
    """The four cells that each place (points,) is read from, with their weights; the border's cells repeat."""
    place = (at + 1) * (0.5 * cells) - 0.5
    first = np.floor(place)
    return [
        (np.clip(first + step, 0, cells - 1).astype(np.int64), keys(place - (first + step))) for step in (-1, 0, 1, 2)
    ]
