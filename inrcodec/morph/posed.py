"""`code` for grids of latents: what both images hold is read in the frame of a drawing whose pose is between theirs.

Grids belong to places of the picture, so mixing them as they lie is nearly a fade (R2 0.87); mixed in the frames of
their drawings, shapes travel, turn and grow on the way (R2 0.46).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from inrcodec.archive import ArchivedImage
from inrcodec.coordinates import Axis, keys
from inrcodec.field import Field
from inrcodec.field.grids import with_octaves
from inrcodec.field.siren import Siren
from inrcodec.ink import Floats
from inrcodec.poses import into_frame, out_of_frame, pose_of


@dataclass(frozen=True)
class End:
    """One of two images: its latents [(channels, 1, cells down, cells across)], its (height, width), its pose."""

    latents: Sequence[Floats]
    size: tuple[int, int]
    pose: Floats

    def read(self, where: Floats) -> list[Floats]:
        """Every channel of every level at places (..., 2) of the frame, each (points,)."""
        y, x = self.picture_places(where)
        return [channel for level in self.latents for channel in _read(level[:, 0], y, x)]

    def picture_places(self, where: Floats) -> tuple[Floats, Floats]:
        """The same places in the field's coordinates, y and x, (points,)."""
        flat, longer = out_of_frame(self.pose, where.reshape(-1, 2)), max(self.size)
        return flat[:, 0] * (longer / self.size[0]), flat[:, 1] * (longer / self.size[1])


def ends_of(first: ArchivedImage, second: ArchivedImage) -> tuple[End, End]:
    """Both images with their poses: the file's, or what their pictures show."""
    archive = first.archive
    if archive.poses is not None:
        poses = [archive.poses[image.number] for image in (first, second)]
    else:
        poses = [pose_of(image.render_stored()) for image in (first, second)]
        poses[1] = _turned_least(poses[0], poses[1])
    one, other = (
        End(archive.fed(image.number)[0], (image.height, image.width), pose)
        for image, pose in zip((first, second), poses, strict=True)
    )
    return one, other


@dataclass(frozen=True)
class Between(Field):
    """The field of inputs between those of two images, on the way of their poses."""

    ends: tuple[End, End]
    t: float

    def pixels(
        self, latents: Sequence[Floats], labels: Floats, rows: Axis, columns: Axis, samples: tuple[int, int]
    ) -> Floats:
        """Colours (channels, 1, rows, columns); see `Field.pixels`. Latents and labels are those of the ends."""
        assert samples == (1, 1)
        tall, wide = (side / max(self.ends[0].size) for side in self.ends[0].size)
        where = np.stack(np.meshgrid(tall * rows.centres(), wide * columns.centres(), indexing="ij"), axis=-1)
        frame = into_frame((1 - self.t) * self.ends[0].pose + self.t * self.ends[1].pose, where)
        parts = [self._coordinates(frame)]
        parts += [[_mixed(a, b, self.t) for a, b in zip(*(end.read(frame) for end in self.ends), strict=True)]]
        inputs = np.stack([plane for part in parts for plane in part]).astype(np.float32)
        colours = Siren.from_tensors(self.tensors, self.model.network.activation).colours(inputs)
        return np.asarray(colours.reshape(self.channels, 1, rows.count, columns.count))

    def _coordinates(self, frame: Floats) -> list[Floats]:
        if self.model.posed:
            down, across = frame[..., 0].ravel(), frame[..., 1].ravel()
        else:
            pairs = zip(*(end.picture_places(frame) for end in self.ends), strict=True)
            down, across = (_mixed(one, other, self.t) for one, other in pairs)
        return with_octaves(self.model, across, down)


def _mixed(one: Floats, other: Floats, t: float) -> Floats:
    return np.asarray((1 - t) * one + t * other, dtype=np.float32)


def _turned_least(pose: Floats, other: Floats) -> Floats:
    """The other pose, by half a turn when that is nearer: an axis has no direction."""
    half_turns = np.round((other[3] - pose[3]) / math.pi)
    return np.asarray(other - np.array([0, 0, 0, half_turns * math.pi]), dtype=np.float32)


def _read(level: Floats, y: Floats, x: Floats) -> Floats:
    """Channels (channels, down, across) at field coordinates (points,), interpolated as the field does it."""
    channels, down, across = level.shape
    flat, found = level.reshape(channels, -1), np.zeros((channels, len(y)), dtype=np.float32)
    rows, columns = _taps(y, down), _taps(x, across)
    for (row, weight), (column, other) in product(rows, columns):
        found += flat[:, row * across + column] * (weight * other)
    return found


def _taps(at: Floats, cells: int) -> list[tuple[np.ndarray[tuple[int], np.dtype[np.int64]], Floats]]:
    """The four cells that each place (points,) is read from, with their weights; the border's cells repeat."""
    place = (at + 1) * (0.5 * cells) - 0.5
    first = np.floor(place)
    return [
        (np.clip(first + step, 0, cells - 1).astype(np.int64), keys(place - (first + step))) for step in (-1, 0, 1, 2)
    ]
