"""What a fit is worth where it has not looked: errors on held-out pixels, from pictures that its engine draws."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from inrcodec.fitting.arrays import host
from inrcodec.fitting.groups import Numbers
from inrcodec.fitting.progress import HeldOutErrors
from inrcodec.fitting.run import Run
from inrcodec.numerics.arrays import FloatArray, colors

IMAGES = 16  # measured at once
SAMPLED_PIXELS = 1 << 17  # of these, where only a sample is wanted: more of large images tells nothing new
Tile = tuple[slice, slice]  # rows and columns
Draw = Callable[[int, Numbers], Iterator[tuple[Tile, FloatArray]]]


def held_out_errors(run: Run, draw: Draw, *, sample: int | None = None) -> HeldOutErrors:
    """Errors of rounded latents on pixels that the loss has not seen, and on those it has; NaN where there are none.

    draw: tiles (images, channels, rows, columns) of some images of a group, by its number and their rows. With
    `sample`, only of about that many images; unknown for the others.
    """
    found = HeldOutErrors(*(np.full(run.images, np.nan) for _ in range(3)))
    for number, group in enumerate(run.groups):
        assert group.visible is not None, "pixels are hidden in every group or in none"
        count = len(group.numbers)
        wanted = count if sample is None else max(1, round(sample * count / run.images))
        for first in range(0, min(count, wanted), IMAGES):
            images = slice(first, min(first + IMAGES, count, wanted))
            sums, counts = np.zeros((2, 3, images.stop - images.start))
            for tile, drawn in draw(number, np.arange(images.start, images.stop)):
                target = colors(host(group.targets[:, images, *tile])).swapaxes(0, 1)
                seen = host(group.visible[images, *tile])[:, None].astype(np.float32)
                difference = drawn.clip(0.0, 1.0) - target  # as a decoder draws it
                absolute = np.abs(difference)
                parts = np.square(difference) * (1 - seen), absolute * (1 - seen), absolute * seen
                sums += [part.sum(axis=(1, 2, 3), dtype=np.float64) for part in parts]
                shown = seen.sum(axis=(1, 2, 3), dtype=np.float64)
                counts += [seen[0].size - shown, seen[0].size - shown, shown]
                if sample is not None and counts[1:].sum() > SAMPLED_PIXELS:
                    break
            with np.errstate(invalid="ignore"):  # no hidden pixel: 0/0, NaN
                means = sums / (counts * run.channels)
            for column, values in zip(found, means, strict=True):
                column[group.numbers[images]] = values
    return found
