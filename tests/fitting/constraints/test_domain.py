"""Domains: where their places lie, and that targets belong to them."""

from __future__ import annotations

import numpy as np
import pytest

from inrcodec.fitting.constraints.domain import Anywhere, Cells, Near, Scattered, spread

rng = np.random.default_rng(1)
ONE = np.full((1, 1, 1), 0.5, np.float32)


def test_cells_lie_at_their_centers_with_x_fastest() -> None:
    cells = Cells((4, 2), np.arange(8, dtype=np.float32).reshape(1, 1, 8))
    places = cells.places(np.arange(8))
    np.testing.assert_allclose(places[:, 0], [-0.75, -0.25, 0.25, 0.75] * 2)
    np.testing.assert_allclose(places[:, 1], [-0.5] * 4 + [0.5] * 4)
    points, targets = cells.draw(rng, 100)
    numbers = np.rint((points[:, 0] + 1) * 2 - 0.5) + 4 * np.rint((points[:, 1] + 1) - 0.5)
    np.testing.assert_array_equal(targets[0, 0], numbers)
    assert cells.count() == 8


@pytest.mark.parametrize(("axis", "count"), [(0, 6), (1, 4)])
def test_places_between_cells(axis: int, count: int) -> None:
    cells = Cells((4, 2), np.zeros((1, 1, count), np.float32), axis)
    places = cells.places(np.arange(count))
    expected = ([-0.5, 0, 0.5] * 2, [-0.5] * 3 + [0.5] * 3) if axis == 0 else ([-0.75, -0.25, 0.25, 0.75], [0] * 4)
    np.testing.assert_allclose(places.T, expected)
    assert cells.count() == count


def test_three_axes() -> None:
    cells = Cells((2, 3, 4), np.zeros((1, 1, 24), np.float32))
    places = cells.places(np.arange(24))
    assert len(np.unique(places, axis=0)) == 24
    np.testing.assert_allclose(places[:2], [[-0.5, -2 / 3, -0.75], [0.5, -2 / 3, -0.75]])


def test_a_mask_is_kept() -> None:
    numbers = np.array([1, 6])
    cells = Cells((4, 2), np.arange(8, dtype=np.float32).reshape(1, 1, 8), numbers=numbers)
    assert set(cells.draw(rng, 60)[1].ravel().tolist()) == {1.0, 6.0}
    assert cells.count() == 2
    points, targets = Anywhere((4, 2), ONE, numbers).draw(rng, 500)
    inside = np.floor((points[:, 0] + 1) * 2) + 4 * np.floor(points[:, 1] + 1)
    assert set(inside.tolist()) == {1.0, 6.0}
    assert len(np.unique(points)) > 900  # anywhere in them
    assert (targets == 0.5).all()


def test_anywhere_and_near() -> None:
    points, targets = Anywhere((4, 2), ONE).draw(rng, 500)
    assert points.shape == (500, 2)
    assert targets.shape == (1, 1, 500)
    assert np.abs(points).max() <= 1
    wide = np.array([0.01, 0.02])
    near, _ = Near(np.array([[0.2, -0.3]]), wide, ONE).draw(rng, 4000)
    np.testing.assert_allclose(near.mean(axis=0), [0.2, -0.3], atol=2e-3)
    np.testing.assert_allclose(near.std(axis=0), wide, rtol=0.1)
    assert Anywhere((4, 2), ONE).count() is Near(near, wide, ONE).count() is None


def test_scattered_points_keep_their_targets() -> None:
    points = rng.uniform(-1, 1, (5, 2))
    found, targets = Scattered(points, points.T[None].astype(np.float32)).draw(rng, 30)
    np.testing.assert_allclose(targets[0].T, found, atol=1e-6)
    assert (Scattered(points, ONE).draw(rng, 9)[1] == 0.5).all()


def test_a_draw_is_spread_evenly_and_every_cell_has_its_turn() -> None:
    drawn = np.stack([spread(rng, 1000, 50) for _ in range(400)])
    np.testing.assert_array_equal(drawn // 20, np.broadcast_to(np.arange(50), drawn.shape))
    assert len(np.unique(drawn)) == 1000
    assert spread(rng, 3, 50).max() == 2
