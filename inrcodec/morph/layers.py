"""What moves on its own before a background that stands still: a clock's hand, a face's mouth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inrcodec.morph.pose import Alignment, Pose, align
from inrcodec.numerics.arrays import FloatArray
from inrcodec.numerics.blur import blurred

DIFFERENT = 0.15  # largest difference of a channel; more is something that came or went
LARGEST_SHARE = 0.3  # of the picture may differ, else there is no background that stands still
TRAVEL_COST = 0.5
WORTH = 0.2  # a layer that moves must leave no more than this share of the error: hands of clocks leave 0.1, mouths 0.3
FILLING = 60  # rounds of spreading the background over what differs


@dataclass(frozen=True)
class Layer:
    """`owner` (height, width, 1) is 1 where the first picture shows the moving thing, 0 where it shows the background.

    left: share of the pictures' difference that its movement leaves.
    """

    owner: FloatArray
    pose: Pose
    left: float


def moving_layer(first: FloatArray, second: FloatArray) -> Layer | None:
    """What travels between two aligned pictures (height, width, channels); None where that explains too little."""
    differs = np.abs(first - second).max(axis=-1, keepdims=True) > DIFFERENT
    if not 0 < differs.mean() < LARGEST_SHARE:
        return None
    background = _filled(first, blurred(differs.astype(np.float32), 0.7) > 0.1)
    strange = [np.square(blurred(one, 0.5) - background).sum(axis=-1, keepdims=True) for one in (first, second)]
    owner = blurred((strange[0] > strange[1]).astype(np.float32), 0.5)
    things = owner * (first - second), (1 - owner) * (second - first)
    pose = align(*things, travel_cost=TRAVEL_COST)
    alignment = Alignment(*things)
    left = alignment.cost(pose, 0.0) / max(1e-9, float(np.square(first - second).mean()))
    return Layer(owner, pose, left) if left < WORTH else None


def _filled(picture: FloatArray, holes: np.ndarray) -> FloatArray:
    """The picture with its surroundings spread over the holes (height, width, 1)."""
    known = 1.0 - holes.astype(np.float32)
    filled = picture * known
    weight = known
    for _ in range(FILLING):
        spread, reach = blurred(filled, 1.0), blurred(weight, 1.0)
        guess = spread / np.maximum(reach, 1e-6)
        filled = np.where(holes, np.where(reach > 1e-6, guess, 0), picture)
        weight = np.maximum(known, (reach > 1e-6).astype(np.float32))
    return np.asarray(filled, dtype=np.float32)
