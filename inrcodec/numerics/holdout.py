"""Which pixels the loss never sees: a fixed, seeded choice that anyone can rebuild from the file's header."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from inrcodec.numerics.arrays import Pixels

Words = npt.NDArray[np.uint64]


def hidden_pixels(seed: int, image: int, height: int, width: int, fraction_ppm: int) -> npt.NDArray[np.bool_]:
    """True where a pixel is held out, bool (height, width).

    Pixel p of image i is hidden when the upper 32 bits of splitmix64(splitmix64(seed * 2**32 + i) + p) are below
    fraction * 2**32 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014); FORMAT.md section 11.
    """
    start = _splitmix64(np.array([(seed << 32) + image], dtype=np.uint64))
    numbers = _splitmix64(np.add(start, np.arange(height * width), dtype=np.uint64, casting="unsafe"))
    threshold = np.uint64((fraction_ppm << 32) // 1_000_000)
    return ((numbers >> np.uint64(32)) < threshold).reshape(height, width)


def filled(pixels: Pixels, hidden: npt.NDArray[np.bool_]) -> Pixels:
    """A picture (height, width, channels) whose hidden pixels (height, width) show what is visible around them."""
    known = np.concatenate([pixels, np.ones_like(pixels[..., :1])], axis=2) * ~hidden[..., None]
    padded = np.pad(known, ((1, 1), (1, 1), (0, 0)))
    height, width = hidden.shape
    around = np.add.reduce([padded[y : y + height, x : x + width] for y in range(3) for x in range(3)])
    total = known.sum(axis=(0, 1))
    means = np.where(around[..., -1:] > 0, around, total)  # nothing visible beside it: the whole picture's mean
    filling = means[..., :-1] / np.maximum(means[..., -1:], 1e-9)
    return np.asarray(np.where(hidden[..., None], filling, pixels), dtype=np.float32)


def _splitmix64(numbers: Words) -> Words:
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
