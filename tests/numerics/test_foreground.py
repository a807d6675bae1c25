"""Where the foreground is: center, spread and axis of what is drawn, and whether it is drawn on a background at all."""

from __future__ import annotations

import math

import numpy as np
import pytest

from inrcodec.numerics.foreground import foreground_moments, foreground_of, has_background, pixel_centers


def lens(center: tuple[float, float], half_length: float, turn: float, side: int = 64) -> np.ndarray:
    """A dark lens, twice as long as wide, on yellow; turn from x towards y."""
    offset = pixel_centers(side, side) - np.array(center, np.float32)
    along = math.cos(turn) * offset[..., 1] + math.sin(turn) * offset[..., 0]
    aside = math.cos(turn) * offset[..., 0] - math.sin(turn) * offset[..., 1]
    inside = np.hypot(along, 2 * aside) < half_length
    return np.where(inside[..., None], [0.1, 0.1, 0.4], [1.0, 1.0, 0.2]).astype(np.float32)


@pytest.mark.parametrize("turn", [0.0, 0.6, -1.2])
def test_moments_of_a_lens(turn: float) -> None:
    found = foreground_moments(lens((0.2, -0.1), 0.5, turn))
    assert found.center == pytest.approx((0.2, -0.1), abs=0.01)
    assert found.spread == pytest.approx(0.5 * math.sqrt(1 + 0.25) / 2, rel=0.03)
    assert math.cos(2 * (found.axis - turn)) > 0.99
    assert 0.5 < found.stretch < 0.7


def test_a_drawing_has_a_background_and_noise_has_none() -> None:
    assert has_background(lens((0, 0), 0.5, 0))
    assert not has_background(np.random.default_rng(0).random((32, 32, 3), np.float32))


def test_an_empty_picture_is_all_ink() -> None:
    assert (foreground_of(np.ones((8, 8, 3), np.float32)) == 1).all()
    assert foreground_moments(np.ones((8, 8, 3), np.float32)).center == pytest.approx((0, 0), abs=1e-6)
