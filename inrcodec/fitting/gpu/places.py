"""Where the field is read on a canvas: coordinates and interpolation as tensors, made once and kept on the device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from inrcodec.field.grids import apart_by_image, joined_inputs, spread_coordinates
from inrcodec.numerics.coordinates import Axis, interpolation
from inrcodec.settings import Level, ModelSettings


@dataclass(frozen=True)
class Reader:
    """How a row of cells is read: cells from `first` on, by weights (sizes, places, cells), or each as it is."""

    first: int
    count: int
    weights: torch.Tensor | None

    def of(self, kinds: torch.Tensor) -> Reader:
        """The reader of images (B,) of these sizes; one for all where there is one size."""
        if self.weights is None or len(self.weights) == 1:
            return self
        return Reader(self.first, self.count, self.weights[kinds])

    def down(self, level: torch.Tensor) -> torch.Tensor:
        """(channels, B, cells, columns) -> (channels, B, places, columns)."""
        reached = level[:, :, self.first : self.first + self.count]
        if self.weights is None:
            return reached
        return (self.weights[0] if len(self.weights) == 1 else self.weights) @ reached

    def across(self, level: torch.Tensor) -> torch.Tensor:
        """(channels, B, rows, cells) -> (channels, B, rows, places)."""
        reached = level[..., self.first : self.first + self.count]
        if self.weights is None:
            return reached
        return reached @ (self.weights[0] if len(self.weights) == 1 else self.weights).mT


@dataclass(frozen=True)
class Side:
    """Some places along a side of images of one or more lengths: where they are, and how each level is read there."""

    centers: torch.Tensor  # (sizes, places); what is beyond the end of an image is 0
    readers: tuple[Reader, ...]

    def of(self, kinds: torch.Tensor) -> Side:
        """Of images (B,) of these sizes."""
        centers = self.centers if len(self.centers) == 1 else self.centers[kinds]
        return Side(centers, tuple(reader.of(kinds) for reader in self.readers))


def side_of(
    lengths: Sequence[int], pixels: slice, footprint: int, levels: Sequence[Level], device: torch.device
) -> Side:
    """Some pixels of images whose sides are so long, each read at `footprint` places."""
    places = (pixels.stop - pixels.start) * footprint
    centers = np.zeros((len(lengths), places), np.float32)
    readers = []
    axes = [_axis(length, pixels, footprint) for length in lengths]
    for row, axis in enumerate(axes):
        if axis is not None:
            centers[row, : axis.count] = axis.centers()
    for level in levels:
        readers.append(_reader(lengths, axes, pixels, places, level, device))
    return Side(torch.from_numpy(centers).to(device), tuple(readers))


def _axis(length: int, pixels: slice, footprint: int) -> Axis | None:
    """The places that lie within an image that long."""
    stop = min(length, pixels.stop)
    return Axis(length).part(slice(pixels.start, stop)).finer(footprint) if stop > pixels.start else None


def _reader(
    lengths: Sequence[int], axes: Sequence[Axis | None], pixels: slice, places: int, level: Level, device: torch.device
) -> Reader:
    if level.shift == 0 and places == pixels.stop - pixels.start:
        return Reader(pixels.start, places, None)  # cells are the pixels
    found = [
        (row, interpolation(axis, level.cells(length)))
        for row, (length, axis) in enumerate(zip(lengths, axes, strict=True))
        if axis is not None
    ]
    first = min(one.first for _, one in found)
    last = max(one.first + one.weights.shape[1] for _, one in found)
    weights = np.zeros((len(lengths), places, last - first), np.float32)
    for row, one in found:
        weights[row, : len(one.weights), one.first - first : one.first - first + one.weights.shape[1]] = one.weights
    return Reader(first, last - first, torch.from_numpy(weights).to(device))


@dataclass(frozen=True)
class CanvasPlaces:
    """Rows times columns of B images as places to read a field at; see `contract.Places`."""

    rows: Side
    columns: Side

    def inputs(
        self, model: ModelSettings, conditions: torch.Tensor, levels: Sequence[torch.Tensor] = ()
    ) -> torch.Tensor:
        """Coordinates, conditions and latents at every place, (inputs, B * rows * columns)."""
        down, across = self.rows.centers[None, :, :, None], self.columns.centers[None, :, None, :]
        read = []
        if levels:
            shape = conditions.shape[0], down.shape[2], across.shape[3]
            for level, rows, columns in zip(levels, self.rows.readers, self.columns.readers, strict=True):
                single = level.shape[2] == level.shape[3] == 1
                read.append(level.expand(-1, *shape) if single else columns.across(rows.down(level)))
        planes = spread_coordinates(model, conditions, across, down)
        joined: torch.Tensor = joined_inputs(model, conditions, planes, read)
        return joined

    def by_image(self, inputs: torch.Tensor, images: int) -> torch.Tensor:
        """See `grids.apart_by_image`."""
        apart: torch.Tensor = apart_by_image(inputs, images)
        return apart
