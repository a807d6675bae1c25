"""What a step looks at: images in random order, as many as suit the device."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from inrcodec.fitting.groups import BatchPart
from inrcodec.fitting.run import Run
from inrcodec.fitting.subsample import Subsample, subsamples

LEAST_BATCHES = 8  # a pass: small sets learn more from more steps


@dataclass(frozen=True)
class Batch:
    """What a step looks at: images by group, or windows of them, and which of their pixels."""

    parts: list[BatchPart]
    subsample: Subsample
    images: float
    pixels: int  # of these images or windows, all of them

    @property
    def visits(self) -> float:
        """Images, as far as their pixels are looked at."""
        return self.images / self.subsample.stride**2

    @property
    def seen(self) -> float:
        """Pixels that are looked at."""
        return self.pixels / self.subsample.stride**2


def batches_of_pass(run: Run, batch_pixels: int, batch_images: int) -> Iterator[Batch]:
    """One pass over the set, every pixel once, in random order.

    batch_pixels: that a step looks at, at most; batch_images: of the largest size that it has at least.
    """
    stride, sizes = run.stride(), [group.unit_pixels for group in run.groups]
    for subsample in subsamples(stride, run.order):
        pixels = max(most_pixels(run, batch_pixels, stride), batch_images * max(sizes))
        parts = [(number, rows) for number, group in enumerate(run.groups) for rows in group.batches(pixels, run.order)]
        for batch in packed(parts, sizes, pixels, run.order):
            images = sum(len(units) / run.groups[number].cuts for number, units in batch)
            seen = sum(len(units) * sizes[number] for number, units in batch)
            yield Batch(batch, subsample, images, seen)


def packed(
    parts: Sequence[BatchPart], sizes: Sequence[float], pixels: int, order: np.random.Generator
) -> Iterator[list[BatchPart]]:
    """Parts in random order, in batches of at most that many pixels or of one part.

    sizes: pixels of an image of each group.
    """
    batch: list[BatchPart] = []
    room: float = pixels
    for index in order.permutation(len(parts)).tolist():
        number, images = parts[index]
        needed = len(images) * sizes[number]
        if batch and needed > room:
            yield batch
            batch, room = [], pixels
        batch.append((number, images))
        room -= needed
    yield batch


def most_pixels(run: Run, batch_pixels: int, stride: int) -> int:
    """Of a batch of whole images, of whose pixels every `stride`-th along both axes is looked at."""
    return min(batch_pixels * stride**2, run.pixels // _least_steps(run, stride))


def step_pixels(run: Run) -> int:
    """About how many pixels one step looks at."""
    stride = run.stride()
    return run.pixels // stride**2 // _least_steps(run, stride)


def _least_steps(run: Run, stride: int) -> int:
    """Steps that a look at all images is cut into at least: a network learns from each, latents only from theirs."""
    return LEAST_BATCHES if stride == 1 and not run.network_frozen else 1
