"""Dense correspondence of two aligned pictures: one displacement at the middle that both follow, to either side.

Coarse to fine; each round moves along the gradients of both pictures and smooths the result, as in symmetric demons
(Vercauteren et al. 2008, "Symmetric log-domain diffeomorphic image registration"), with a plain displacement.
"""

from __future__ import annotations

import numpy as np

from inrcodec.morph.sampling import sample
from inrcodec.numerics.arrays import FloatArray
from inrcodec.numerics.blur import blurred
from inrcodec.numerics.foreground import background_of, pixel_centers

LEVELS = (4, 2, 1)  # pixels of the pictures to one of the level, coarse to fine
ROUNDS = 24
SMOOTHING = 2.2  # pixels, of every level
LONGEST = 1.0  # pixels that one round may move
STIFFNESS = 0.02


def middle_flow(first: FloatArray, second: FloatArray) -> FloatArray:
    """v (height, width, 2) with first(q - v) close to second(q + v); pictures (height, width, channels)."""
    backgrounds = background_of(first), background_of(second)
    flow: FloatArray = np.zeros((1, 1, 2), dtype=np.float32)
    for level in LEVELS:
        where = pixel_centers(*(max(1, side // level) for side in first.shape[:2]))
        flow = sample(flow, where, np.zeros(2, np.float32))
        pictures = [
            blurred(sample(one, where, background), 0.7)
            for one, background in zip((first, second), backgrounds, strict=True)
        ]
        for _ in range(ROUNDS):
            flow = _round(pictures, where, flow, backgrounds)
    return flow


def _round(
    pictures: list[FloatArray], where: FloatArray, flow: FloatArray, backgrounds: tuple[FloatArray, FloatArray]
) -> FloatArray:
    back = sample(pictures[0], where - flow, backgrounds[0])
    ahead = sample(pictures[1], where + flow, backgrounds[1])
    gradients = np.stack(np.gradient(back + ahead, axis=(0, 1)), axis=-1)  # (side, side, channels, 2), per pixel
    apart = (back - ahead)[..., None]
    move = (apart * gradients).sum(axis=2) / (
        (gradients**2).sum(axis=(2, 3)) + STIFFNESS + (apart**2).sum(axis=(2, 3))
    )[..., None]
    length = np.linalg.norm(move, axis=-1, keepdims=True)
    move *= np.minimum(1, LONGEST / np.maximum(length, 1e-6)) * 2 / max(where.shape[:2])
    return blurred(np.asarray(flow + move, dtype=np.float32), SMOOTHING)
