"""The pictures as tensors, grouped by size, with the latents being fitted for each group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from inrcodec.field.contract import Shape
from inrcodec.field.encoder import thumbnail
from inrcodec.field.field import image_conditions, level_shapes
from inrcodec.fitting.optimizer import RowAdam
from inrcodec.numerics.arrays import FloatArray, Pixels
from inrcodec.numerics.holdout import filled, hidden_pixels
from inrcodec.numerics.poses import Codes, coded_poses, poses_from
from inrcodec.settings import FitSettings, Level, ModelSettings

Numbers = npt.NDArray[np.int64]
BatchPart = tuple[int, Numbers]  # a group by its place in the run, and some of its images by their rows
FINEST_RATE = 1.2  # of latents of single pixels


@dataclass
class Group:
    """All pictures of one size; `latents` (B, values) holds every level of an image in one row."""

    numbers: torch.Tensor  # (B,) place of each picture in the set
    conditions: torch.Tensor  # (B, values) what tells the network of each image, besides latents
    targets: torch.Tensor  # (channels, B, height, width)
    visible: torch.Tensor | None  # (B, height, width) 1.0 where the loss may look; None when it may everywhere
    shapes: tuple[Shape, ...]
    latents: torch.Tensor
    adam: RowAdam  # moves them
    limits: tuple[torch.Tensor, torch.Tensor] | None = None  # (values,) what latents may be, where a file says so
    thumbnails: torch.Tensor | None = None  # (channels, B, side, side) what an encoder sees of each picture

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)."""
        return self.targets.shape[2], self.targets.shape[3]

    @property
    def pixels(self) -> int:
        """Of one image."""
        return self.size[0] * self.size[1]

    def levels(self, rows: torch.Tensor) -> list[torch.Tensor]:
        """Views (channels, B, cells down, cells across) of each level in rows of latents (B, values)."""
        counts = [channels * down * across for channels, down, across in self.shapes]
        parts = torch.split(rows, counts, dim=1) if counts else ()
        return [part.reshape(-1, *shape).transpose(0, 1) for part, shape in zip(parts, self.shapes, strict=True)]

    def limit(self, ranges: Sequence[tuple[int, int]]) -> None:
        """Keep latents within the lowest and the highest of each channel of every level, in order."""
        cells = [down * across for channels, down, across in self.shapes for _ in range(channels)]
        lowest, highest = (
            torch.repeat_interleave(torch.tensor(ends, dtype=torch.float32), torch.tensor(cells)).to(
                self.latents.device
            )
            for ends in zip(*ranges, strict=True)
        )
        self.limits = lowest, highest

    def move(self, images: torch.Tensor, gradient: torch.Tensor, rate: float) -> None:
        """A step of some images' latents against their gradient (rows, values)."""
        self.adam.step(images, gradient, rate)
        if self.limits is not None:
            self.latents[images] = self.latents[images].clamp(*self.limits)

    def batches(self, pixels: int, generator: torch.Generator) -> Iterator[Numbers]:
        """Rows of the group's images in random order, in batches of at most that many pixels, or of one image."""
        height, width = self.size
        length = max(1, pixels // (height * width))
        order = torch.randperm(len(self.numbers), generator=generator)
        yield from (rows.numpy() for rows in torch.split(order, length))


def make_groups(
    pictures: Sequence[Pixels],
    model: ModelSettings,
    fit: FitSettings,
    device: torch.device,
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
    return tuple(_group(pictures, inputs, numbers, size, model, fit, device, first) for size, numbers in sizes.items())


def _group(
    pictures: Sequence[Pixels],
    inputs: FloatArray,
    numbers: list[int],
    size: tuple[int, int],
    model: ModelSettings,
    fit: FitSettings,
    device: torch.device,
    first: int,
) -> Group:
    targets = np.empty((pictures[numbers[0]].shape[2], len(numbers), *size), dtype=np.float32)
    for row, number in enumerate(numbers):
        targets[:, row] = pictures[number].transpose(2, 0, 1)
    shapes = level_shapes(model, *size)
    visible, seen = None, [pictures[number] for number in numbers]
    if fit.holdout.fraction_ppm:
        seed, share = fit.holdout.seed, fit.holdout.fraction_ppm
        hidden = [hidden_pixels(seed, first + number, *size, share) for number in numbers]
        visible = torch.from_numpy((~np.stack(hidden)).astype(np.float32)).to(device)
        seen = [filled(pixels, away) for pixels, away in zip(seen, hidden, strict=True)]
    values = sum(channels * down * across for channels, down, across in shapes)
    latents = torch.zeros(len(numbers), values, device=device)
    counts = torch.tensor([channels * down * across for channels, down, across in shapes], dtype=torch.int64)
    factors = torch.repeat_interleave(torch.tensor([_rate(level) for level in model.levels]), counts)
    return Group(
        numbers=torch.tensor(numbers, device=device),
        conditions=torch.from_numpy(inputs[numbers]).to(device),
        targets=torch.from_numpy(targets).to(device),
        visible=visible,
        shapes=shapes,
        latents=latents,
        adam=RowAdam(latents, factors.to(device)),
        thumbnails=_thumbnails(seen).to(device) if fit.encoder else None,
    )


def _rate(level: Level) -> float:
    """Factor on the learning rate of a level's latents: the finer the cells, the less depends on each."""
    return 1.0 if level.whole else FINEST_RATE * 2.0 ** (-0.5 * level.shift)


def _thumbnails(pictures: Sequence[Pixels]) -> torch.Tensor:
    return torch.from_numpy(np.concatenate([thumbnail(pixels) for pixels in pictures], axis=1))


def all_poses(
    pictures: Sequence[Pixels], extra: Sequence[Pixels], known: Codes | None, model: ModelSettings
) -> Codes | None:
    """Of pictures and extra ones, (images, 4), in a space that has them."""
    if not model.posed:
        return None
    known = coded_poses(pictures) if known is None else known
    return np.concatenate([known, coded_poses(extra)]) if extra else known
