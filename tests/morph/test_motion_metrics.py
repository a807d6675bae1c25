"""Measures of morphs on sequences whose values are known."""

from __future__ import annotations

import numpy as np
import pytest

from inrcodec.morph.motion_metrics import motion

RNG = np.random.default_rng(0)
FIRST, LAST = (RNG.random((16, 16, 3), dtype=np.float32) for _ in range(2))


def test_a_fade() -> None:
    found = motion(np.stack([(1 - t) * FIRST + t * LAST for t in np.linspace(0, 1, 9)]))
    assert found.r2 == pytest.approx(1, abs=1e-4)
    assert found.concentration == pytest.approx(1 / 8, abs=1e-3)
    assert found.largest_step == pytest.approx(1, abs=1e-3)
    assert found.path_length == pytest.approx(1, abs=1e-3)
    assert 0.35 < found.sharpness < 0.65
    assert found.ghost > 0.7


def test_a_cut() -> None:
    found = motion(np.stack([FIRST] * 4 + [LAST] * 5))
    assert found.concentration == pytest.approx(1)
    assert found.largest_step == pytest.approx(8)
    assert found.ghost < 0.1


def test_a_shape_that_travels() -> None:
    """The middle stands where neither end does: no regression on the ends explains it."""

    def square(left: int) -> np.ndarray:
        frame = np.ones((24, 24, 3), np.float32)
        frame[8:16, left : left + 6] = 0.0
        return frame

    found = motion(np.stack([square(left) for left in range(2, 17, 2)]))
    assert found.r2 < 0.5
    assert found.ghost < 0.1
    assert found.sharpness == pytest.approx(1, abs=0.05)
    assert found.path_length > 2


def test_equal_ends_have_no_measures() -> None:
    found = motion(np.stack([FIRST] * 3))
    assert np.isnan([found.r2, found.path_length, found.largest_step]).all()
