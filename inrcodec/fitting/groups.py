"""The pictures as arrays, grouped by size, with the latents being fitted for each group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inrcodec.field.contract import Shape
from inrcodec.field.encoder import thumbnail
from inrcodec.field.field import image_conditions, level_shapes
from inrcodec.fitting.arrays import Array, like
from inrcodec.fitting.optimizer import RowAdam
from inrcodec.numerics.arrays import AnyPixels, FloatArray, colors, namespace_of
from inrcodec.numerics.holdout import filled, hidden_pixels
from inrcodec.numerics.poses import Codes, coded_poses, poses_from
from inrcodec.settings import FitSettings, Level, ModelSettings

Numbers = npt.NDArray[np.int64]
BatchPart = tuple[int, Numbers]  # a group by its place in the run, and some of its units: images by their rows
FINEST_RATE = 1.2  # of latents of single pixels


@dataclass
class Group:
    """All pictures of one size; `latents` (B, values) holds every level of an image in one row.

    Arrays are those of the engine that does the steps: numpy's for kernels, tensors for torch.
    """

    numbers: Numbers  # (B,) place of each picture in the set
    conditions: Array  # (B, values) what tells the network of each image, besides latents
    targets: Array  # (channels, B, height, width); octets where all of these pictures are
    visible: Array | None  # (B, height, width) 1 where the loss may look; None when it may everywhere
    shapes: tuple[Shape, ...]
    latents: Array
    adam: RowAdam  # moves them
    limits: tuple[Array, Array] | None = None  # (values,) what latents may be, where a file says so
    thumbnails: Array | None = None  # (channels, B, side, side) what an encoder sees of each picture
    cuts: int = 1  # windows of an image that steps look at one by one: unit number = row * cuts + window
    seen: Array | None = None  # (2, B, cuts) of such windows, last seen: mean squared error, and bits per pixel

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)."""
        return self.targets.shape[2], self.targets.shape[3]

    @property
    def pixels(self) -> int:
        """Of one image."""
        return self.size[0] * self.size[1]

    @property
    def units(self) -> int:
        """What steps look at one by one: images, or their windows."""
        return len(self.numbers) * self.cuts

    @property
    def unit_pixels(self) -> int:
        """Of one unit, about."""
        return max(1, self.pixels // self.cuts)

    def levels(self, rows: Array) -> list[Array]:
        """Views (channels, B, cells down, cells across) of each level in rows of latents (B, values)."""
        found, start = [], 0
        for shape in self.shapes:
            end = start + shape[0] * shape[1] * shape[2]
            part = rows[:, start:end].reshape(-1, *shape)
            found.append(namespace_of(part).permute_dims(part, (1, 0, 2, 3)))
            start = end
        return found

    def limit(self, ranges: Sequence[tuple[int, int]]) -> None:
        """Keep latents within the lowest and the highest of each channel of every level, in order."""
        cells = [down * across for channels, down, across in self.shapes for _ in range(channels)]
        lowest, highest = (np.repeat(np.array(ends, np.float32), cells) for ends in zip(*ranges, strict=True))
        self.limits = like(lowest, self.latents), like(highest, self.latents)

    def move(self, images: Array, gradient: Array, rate: float) -> None:
        """A step of some images' latents against their gradient (rows, values)."""
        self.adam.step(images, gradient, rate)
        if self.limits is not None:
            self.latents[images] = self.latents[images].clip(*self.limits)

    def batches(self, pixels: int, order: np.random.Generator) -> Iterator[Numbers]:
        """Units of the group in random order, in batches of at most that many pixels, or of one unit."""
        length, units = max(1, pixels // self.unit_pixels), order.permutation(self.units)
        yield from (units[first : first + length] for first in range(0, len(units), length))


def make_groups(
    pictures: Sequence[AnyPixels],
    model: ModelSettings,
    fit: FitSettings,
    first: int = 0,
    poses: Codes | None = None,
) -> tuple[Group, ...]:
    """Groups of equal size from pictures (height, width, channels), the `first` and following ones of a set.

    Latents start at zero. poses: int8 (pictures, 4), in a space that has them.
    """
    sizes: dict[tuple[int, int], list[int]] = {}
    for number, pixels in enumerate(pictures):
        sizes.setdefault((pixels.shape[0], pixels.shape[1]), []).append(number)
    known = None if poses is None else poses_from(poses)
    inputs = image_conditions(model, [(pixels.shape[0], pixels.shape[1]) for pixels in pictures], known)
    return tuple(_group(pictures, inputs, numbers, size, model, fit, first) for size, numbers in sizes.items())


def _group(
    pictures: Sequence[AnyPixels],
    inputs: FloatArray,
    numbers: list[int],
    size: tuple[int, int],
    model: ModelSettings,
    fit: FitSettings,
    first: int,
) -> Group:
    octets = all(pictures[number].dtype == np.uint8 for number in numbers)
    targets = np.empty((len(numbers), pictures[numbers[0]].shape[2], *size), np.uint8 if octets else np.float32)
    for row, number in enumerate(numbers):
        targets[row] = (pictures[number] if octets else colors(pictures[number])).transpose(2, 0, 1)
    shapes = level_shapes(model, *size)
    visible, seen = None, [pictures[number] for number in numbers]
    if fit.holdout.fraction_ppm:
        seed, share = fit.holdout.seed, fit.holdout.fraction_ppm
        hidden = [hidden_pixels(seed, first + number, *size, share) for number in numbers]
        visible = (~np.stack(hidden)).view(np.uint8)
        if fit.encoder:
            seen = [filled(colors(pixels), away) for pixels, away in zip(seen, hidden, strict=True)]
    counts = [channels * down * across for channels, down, across in shapes]
    latents = np.zeros((len(numbers), sum(counts)), np.float32)
    factors = np.repeat(np.array([_rate(level) for level in model.levels], np.float32), counts)
    return Group(
        numbers=np.array(numbers),
        conditions=inputs[numbers],
        targets=targets.transpose(1, 0, 2, 3),
        visible=visible,
        shapes=shapes,
        latents=latents,
        adam=RowAdam(latents, factors),
        thumbnails=np.concatenate([thumbnail(colors(pixels)) for pixels in seen], axis=1) if fit.encoder else None,
    )


def _rate(level: Level) -> float:
    """Factor on the learning rate of a level's latents: the finer the cells, the less depends on each."""
    return 1.0 if level.whole else FINEST_RATE * 2.0 ** (-0.5 * level.shift)


def all_poses(
    pictures: Sequence[AnyPixels], extra: Sequence[AnyPixels], known: Codes | None, model: ModelSettings
) -> Codes | None:
    """Of pictures and extra ones, (images, 4), in a space that has them."""
    if not model.posed:
        return None
    known = coded_poses(map(colors, pictures)) if known is None else known
    return np.concatenate([known, coded_poses(map(colors, extra))]) if extra else known
