"""Shrinking is an exact mean over areas."""

from __future__ import annotations

import numpy as np
import pytest

from inrcodec.images.shrink import shrunk


@pytest.mark.parametrize(
    ("height", "width", "longest"), [(64, 64, 16), (50, 70, 13), (7, 31, 30), (31, 7, 3), (3, 200, 5)]
)
def test_the_mean_of_the_picture_is_kept(height: int, width: int, longest: int) -> None:
    pixels = np.random.default_rng(height).random((height, width, 4), np.float32)
    small = shrunk(pixels, longest)
    assert max(small.shape[:2]) == longest
    np.testing.assert_allclose(small.mean((0, 1)), pixels.mean((0, 1)), atol=1e-6)


def test_whole_blocks_become_their_means() -> None:
    pixels = np.random.default_rng(1).random((12, 8, 3), np.float32)
    np.testing.assert_allclose(shrunk(pixels, 3), pixels.reshape(3, 4, 2, 4, 3).mean((1, 3)), atol=1e-6)


def test_a_row_on_a_border_counts_in_both_by_its_share() -> None:
    ramp = np.array([0, 0.3, 0.9], np.float32).reshape(3, 1, 1).repeat(3, 1).repeat(3, 2)
    small = shrunk(ramp, 2)
    np.testing.assert_allclose(small[:, 0, 0], [(0 + 0.15) / 1.5, (0.15 + 0.9) / 1.5], atol=1e-6)


def test_proportions_are_kept_and_nothing_is_enlarged() -> None:
    pixels = np.ones((20, 40, 3), np.float32)
    assert shrunk(pixels, 10).shape == (5, 10, 3)
    assert shrunk(pixels, 40) is pixels
    assert shrunk(pixels, 400) is pixels
    assert shrunk(np.ones((1, 300, 3), np.float32), 4).shape == (1, 4, 3)
    assert shrunk(pixels, 1).shape == (1, 1, 3)
    assert shrunk(pixels, 7).max() <= 1
