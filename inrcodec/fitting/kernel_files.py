"""Files by kernels: blocks of latents as bytes and back, and images drawn from what was read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from inrcodec.archive import Archive
from inrcodec.bitstream.latents import Latents
from inrcodec.field.grids import FRAME
from inrcodec.fitting.cut_group import LARGEST
from inrcodec.fitting.kernels.coding import KernelCoder
from inrcodec.fitting.kernels.engine import KernelStep
from inrcodec.fitting.kernels.images import ImageGroup
from inrcodec.fitting.kernels.view import View, whole, windows
from inrcodec.numerics.arrays import BytePixels, FloatArray, in_color

DRAWN_PIXELS = LARGEST  # at once


class KernelFiles(KernelCoder):
    """See `FileEngine`."""

    def __init__(self, kernels: KernelStep) -> None:
        super().__init__(kernels.workers)
        self._kernels = kernels

    def octets(self, archive: Archive) -> list[BytePixels]:
        """Every image, drawn from its block; a few blocks are decoded at once."""
        found: list[BytePixels] = []
        stored, weights = archive.stored, _weights_of(archive)
        for first in range(0, stored.blocks, self.workers):
            blocks = range(first, min(first + self.workers, stored.blocks))
            latents = [image for block in stored.read(blocks, self) for image in block]
            numbers = range(len(found), len(found) + len(latents))
            found += self._drawn(archive, weights, numbers, latents)
        return found

    def octets_with(self, archive: Archive, number: int, latents: Latents) -> BytePixels:
        """See `FileEngine`."""
        return next(self._drawn(archive, _weights_of(archive), range(number, number + 1), [latents]))

    def _drawn(
        self, archive: Archive, weights: FloatArray, numbers: range, latents: Sequence[Latents]
    ) -> Iterator[BytePixels]:
        """Images by their numbers, small ones a few at once."""
        few: list[tuple[int, Latents]] = []
        pixels = 0
        for number, image in zip(numbers, latents, strict=True):
            size = math.prod(archive.shape(number))
            if few and pixels + size > DRAWN_PIXELS:
                yield from self._whole(archive, weights, few)
                few, pixels = [], 0
            if size > LARGEST:
                yield self._by_windows(archive, weights, number, image)
            else:
                few.append((number, image))
                pixels += size
        yield from self._whole(archive, weights, few)

    def _whole(
        self, archive: Archive, weights: FloatArray, images: Sequence[tuple[int, Latents]]
    ) -> Iterator[BytePixels]:
        """Images of any sizes, those of one size together, in the order in which they are given."""
        model = self._kernels.model
        sizes: dict[tuple[int, int], list[tuple[int, Latents]]] = {}
        for number, latents in images:
            sizes.setdefault(archive.shape(number), []).append((number, latents))
        groups = [self._group(archive, few, whole(model, *size)) for size, few in sizes.items()]
        rows = [(group, np.arange(len(group.visits))) for group in groups]
        drawn = self._kernels.draw(weights, rows, footprint=model.footprint) if groups else []
        found = {
            number: _octets(picture)
            for few, pictures in zip(sizes.values(), drawn, strict=True)
            for (number, _), picture in zip(few, pictures, strict=True)
        }
        yield from (found[number] for number, _ in images)

    def _by_windows(self, archive: Archive, weights: FloatArray, number: int, latents: Latents) -> BytePixels:
        """A large image, as many windows at once as there are threads."""
        model, size = self._kernels.model, archive.shape(number)
        octets = np.empty((*size, archive.channels), np.uint8)
        views = windows(model, *size)
        for first in range(0, len(views), self.workers):
            few = views[first : first + self.workers]
            groups = [(self._group(archive, [(number, latents)], view), np.zeros(1, np.int64)) for view in few]
            for view, (drawn,) in zip(few, self._kernels.draw(weights, groups, footprint=model.footprint), strict=True):
                rows, columns = (
                    slice(side.pixels[0] - side.start, side.pixels[1] - side.start) for side in (view.down, view.across)
                )
                target = slice(*view.down.pixels), slice(*view.across.pixels)
                octets[target] = _octets(drawn[:, rows, columns])
        return octets

    def _group(self, archive: Archive, images: Sequence[tuple[int, Latents]], view: View) -> ImageGroup:
        """A view of images of one size, as kernels want them; there is nothing to compare them with."""
        model, sides = self._kernels.model, (view.down, view.across)
        targets = np.zeros((len(images), self._kernels.channels, *(side.count for side in sides)), np.uint8)
        frames = None
        if model.posed:
            frames = np.concatenate([archive.conditions(number)[:, -FRAME:] for number, _ in images])
        made = ImageGroup(model, targets, frames=frames, view=view)
        for row, (_, latents) in enumerate(images):
            start = 0
            for level, (down, across) in zip(latents, zip(*(side.read for side in sides), strict=True), strict=True):
                part = level[:, slice(*down), slice(*across)]
                made.latents[row, start : start + part.size] = part.reshape(-1)
                start += part.size
        return made


def _weights_of(archive: Archive) -> FloatArray:
    """Of network and context model, (weights,)."""
    tensors = (*archive.stored.network, *archive.stored.context)
    return np.concatenate([tensor.values().reshape(-1) for tensor in tensors])


def _octets(drawn: FloatArray) -> BytePixels:
    """Colors (channels, height, width) as the nearest of 256 steps, (height, width, 3 or 4)."""
    levels = np.rint(np.clip(drawn, 0.0, 1.0) * np.float32(255)).astype(np.uint8)
    return np.ascontiguousarray(in_color(levels.transpose(1, 2, 0)))
