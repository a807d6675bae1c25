"""What a step looks at: images in random order, as many as suit the device."""

from __future__ import annotations

from collections.abc import Iterator

from inrcodec.fitting.groups import BatchPart
from inrcodec.fitting.run import Run
from inrcodec.fitting.subsample import Subsample, subsamples

Batch = list[BatchPart]
LEAST_BATCHES = 8  # a pass: small sets learn more from more steps


def batches_of_pass(run: Run, batch_pixels: int, batch_images: int) -> Iterator[tuple[Batch, Subsample]]:
    """One pass over the set, every pixel once, in random order.

    batch_pixels: that a step looks at, at most; batch_images: of the largest size that it has at least.
    """
    stride = run.stride()
    for subsample in subsamples(stride, run.order):
        for batch in _images(run, batch_pixels, batch_images, stride):
            yield batch, subsample


def _images(run: Run, batch_pixels: int, batch_images: int, stride: int) -> Iterator[Batch]:
    """Every image once in random order; each batch holds images of one or more groups."""
    pixels = min(batch_pixels * stride**2, run.pixels // _least_steps(run, stride))
    pixels = max(pixels, batch_images * max(group.unit_pixels for group in run.groups))
    parts = [(number, rows) for number, group in enumerate(run.groups) for rows in group.batches(pixels, run.order)]
    batch: Batch = []
    room = pixels
    for index in run.order.permutation(len(parts)).tolist():
        number, images = parts[index]
        needed = len(images) * run.groups[number].unit_pixels
        if batch and needed > room:
            yield batch
            batch, room = [], pixels
        batch.append((number, images))
        room -= needed
    yield batch


def step_pixels(run: Run) -> int:
    """About how many pixels one step looks at."""
    stride = run.stride()
    return run.pixels // stride**2 // _least_steps(run, stride)


def _least_steps(run: Run, stride: int) -> int:
    """Steps that a look at all images is cut into at least: a network learns from each, latents only from theirs."""
    return LEAST_BATCHES if stride == 1 and not run.network_frozen else 1
