"""The tolerance of a set: the least that makes its flat pixels exact, and none where there are hardly any."""

from __future__ import annotations

import numpy as np
import pytest

from inrcodec.bitstream.ends import Ends
from inrcodec.encoding.ends import _judged, ends_for, has_white
from inrcodec.numerics.arrays import Pixels


def tolerance_for(pairs: list[tuple[Pixels, Pixels]]) -> int:
    return ends_for(pairs).tolerance


def drawn(source: Pixels, off: float) -> Pixels:
    """With half of the pixels off by some levels."""
    error = np.zeros_like(source)
    error[::2] = off / 255
    return np.where(source > 0.5, source - error, source + error).astype(np.float32)


def test_white_that_is_off_by_three_levels_asks_for_three() -> None:
    source = np.ones((8, 8, 3), np.float32)
    source[2:6, 2:6] = 0.25
    assert tolerance_for([(source, source)]) == 0
    assert tolerance_for([(source, drawn(source, 3))]) == 3
    assert tolerance_for([(source, drawn(source, 20))]) == 0  # none is large enough to do anything


def test_no_more_than_it_may_cost() -> None:
    source = np.full((8, 8, 3), 250 / 255, np.float32)
    source[0] = 1.0
    shown = source.copy()
    shown[0] = 249 / 255
    assert tolerance_for([(source, shown)]) == 0  # a tolerance would make white of what is nearly white


def test_photographs_have_none() -> None:
    source = np.full((16, 16, 3), 0.5, np.float32)
    source[0, 0] = 1.0
    assert tolerance_for([(source, drawn(source, 3))]) == 0


def test_alpha_counts_alone() -> None:
    source = np.zeros((8, 8, 4), np.float32)
    source[2:6, 2:6] = [0.3, 0.2, 0.1, 1.0]
    assert tolerance_for([(source, drawn(source, 2))]) == 2


def test_a_little_white_among_transparent_pixels_counts_too() -> None:
    source = np.zeros((8, 8, 4), np.float32)
    source[2:6, 2:6] = [0.3, 0.2, 0.1, 1.0]
    source[3, 3:5] = 1.0  # 3 % of all pixels
    shown = source.copy()
    shown[3, 3, :3] = 1 - 3 / 255
    assert tolerance_for([(source, shown)]) == 3


def test_an_image_that_is_nearly_white_all_over_keeps_that() -> None:
    page, die = np.ones((8, 8, 3), np.float32), np.full((8, 8, 3), 250 / 255, np.float32)
    page[2:4], die[2:4] = 0.2, 0.2
    shown = page.copy()
    shown[0] = 1 - 6 / 255
    assert (has_white(page), has_white(die)) == (True, False)
    assert ends_for([(page, shown), (die, die)]) == Ends(6, (True, False))
    assert ends_for([(page, shown)]) == Ends(6)


def test_small_images_are_judged_together_as_they_are_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two shapes in turn, with and without white."""
    rng = np.random.default_rng(0)
    pairs = []
    for number in range(12):
        source = np.where(rng.random((4 + number // 3 % 2, 5, 1)) < 0.5, 1.0, rng.random()) * np.ones(3)
        pairs.append((source.astype(np.float32), drawn(source.astype(np.float32), 1 + number % 3)))
    ends = Ends(3, tuple(number % 4 > 0 for number in range(12)))
    decibels, shares = _judged(pairs, ends)
    monkeypatch.setattr("inrcodec.encoding.ends.TOGETHER", 0)
    assert shares
    alone = _judged(pairs, ends)
    assert [decibels, *shares] == pytest.approx([alone[0], *alone[1]])
