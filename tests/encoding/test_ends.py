"""The tolerance of a set: the least that makes its flat pixels exact, and none where there are hardly any."""

from __future__ import annotations

import numpy as np

from inrcodec.encoding.ends import LARGEST, tolerance_for


def drawn(source: np.ndarray, off: float) -> np.ndarray:
    """With half of the pixels off by some levels."""
    error = np.zeros_like(source)
    error[::2] = off / 255
    return np.where(source > 0.5, source - error, source + error).astype(np.float32)


def test_white_that_is_off_by_three_levels_asks_for_three() -> None:
    source = np.ones((8, 8, 3), np.float32)
    source[2:6, 2:6] = 0.25
    assert tolerance_for([(source, source)]) == 0
    assert tolerance_for([(source, drawn(source, 3))]) == 3
    assert tolerance_for([(source, drawn(source, 20))]) == LARGEST  # costs nothing, and does what it can


def test_no_more_than_it_may_cost() -> None:
    source = np.full((8, 8, 3), 250 / 255, np.float32)
    source[0] = 1.0
    shown = source.copy()
    shown[0] = 249 / 255
    assert tolerance_for([(source, shown)]) < 5  # a tolerance of 5 makes white of what is nearly white


def test_photographs_have_none() -> None:
    source = np.full((8, 8, 3), 0.5, np.float32)
    source[0, 0] = 1.0
    assert tolerance_for([(source, drawn(source, 3))]) == 0


def test_alpha_counts_alone() -> None:
    source = np.zeros((8, 8, 4), np.float32)
    source[2:6, 2:6] = [0.3, 0.2, 0.1, 1.0]
    assert tolerance_for([(source, drawn(source, 2))]) == 2
