"""What belongs together: a thing that moves on its own is told from a picture that bends."""

from __future__ import annotations

import numpy as np
import pytest

from inrcodec.morph.correspondence import correspondence
from inrcodec.morph.flow import middle_flow
from inrcodec.morph.movement import Movement
from inrcodec.morph.sampling import sample
from inrcodec.numerics.arrays import FloatArray
from inrcodec.numerics.foreground import background_of, pixel_centers
from inrcodec.numerics.metrics import psnr

SIDE = 48


def waves(bend: float) -> FloatArray:
    """A picture all over its frame, whose rows are shifted by a wave of that height."""
    y, x = np.moveaxis(pixel_centers(SIDE, SIDE), -1, 0)
    x = x - bend * np.sin(np.pi * y)
    planes = [0.5 + 0.4 * np.sin((11 + 2 * k) * x + 3 * k * y) * np.cos((9 - k) * y) for k in range(3)]
    return np.asarray(np.stack(planes, axis=-1), dtype=np.float32)


def dial(turn: float) -> FloatArray:
    """A frame that stands still around a hand."""
    y, x = np.moveaxis(pixel_centers(SIDE, SIDE), -1, 0)
    along, off = np.sin(turn) * x - np.cos(turn) * y, np.abs(np.cos(turn) * x + np.sin(turn) * y)
    hand = np.clip(np.minimum(np.minimum(along, 0.5 - along), 0.08 - off) * 24 + 0.5, 0, 1)
    frame = np.clip((0.06 - np.abs(np.maximum(np.abs(y), np.abs(x)) - 0.8)) * 24 + 0.5, 0, 1)
    return np.asarray(1 - np.maximum(frame, hand)[..., None] * np.array([0.2, 0.8, 0.9]), dtype=np.float32)


def test_a_hand_is_a_layer_and_a_bend_is_a_flow() -> None:
    assert correspondence(dial(0.3), dial(1.2)).layer is not None
    found = correspondence(waves(0), waves(0.15))
    assert found.layer is None
    assert np.abs(found.flow).max() > 0.02


def test_a_bent_picture_is_met_half_way() -> None:
    first, middle, last = (waves(bend) for bend in (0, 0.08, 0.16))
    moving = Movement(first, last, (first, last))
    assert psnr(middle, moving.frame(0.5, (SIDE, SIDE))) > psnr(middle, 0.5 * (first + last)) + 6


@pytest.mark.parametrize("t", [0.0, 0.3, 1.0])
def test_both_ways_show_the_same_thing(t: float) -> None:
    first, last = waves(0), waves(0.15)
    found = correspondence(first, last, middle_flow)
    positions = found.sampling_positions(found.pose.back(pixel_centers(SIDE, SIDE), t), t)
    one, other = (
        sample(picture, at, background_of(picture)) for picture, at in zip((first, last), positions, strict=True)
    )
    inside = slice(6, -6)
    apart = np.square(one - other)[inside, inside].mean()
    assert apart < 0.2 * np.square(first - last)[inside, inside].mean()
