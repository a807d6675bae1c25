"""How far places are from a surface that points tell, and on which side."""

from __future__ import annotations

import numpy as np
import pytest

from inrcodec.signals.shape.surface import Surface

pytest.importorskip("scipy")

RADIUS = 0.6


def ball(count: int = 4000) -> Surface:
    """A sphere in coordinates of the box."""
    height = 1 - 2 * (np.arange(count) + 0.5) / count
    turn = np.arange(count) * np.pi * (3 - 5**0.5)
    around = np.sqrt(1 - height**2)
    normals = np.stack([around * np.cos(turn), around * np.sin(turn), height], axis=1)
    return Surface(RADIUS * normals, normals)


def test_distances_are_those_of_the_sphere() -> None:
    from inrcodec.signals.shape.distances import known_distances

    known = known_distances(ball(), np.random.default_rng(0), far=3000, near=3000)
    truth = np.linalg.norm(known.places, axis=1) - RADIUS
    assert len(known.places) > 5000
    assert np.abs(known.distances - truth).max() < 0.004
    assert np.abs(known.distances - truth).mean() < 4e-4
    assert np.abs(known.places).max() <= 1


def test_one_wrong_normal_turns_nothing_inside_out() -> None:
    from inrcodec.signals.shape.distances import signed_distances

    surface, places = ball(), np.random.default_rng(0).uniform(-1, 1, (5000, 3))
    surface.normals[::8] *= -1
    truth = np.linalg.norm(places, axis=1) - RADIUS
    far = np.abs(truth) > 0.05
    wrong = np.sign(signed_distances(surface, places)) != np.sign(truth)
    assert wrong[far].mean() < 0.005


def test_places_on_normals_that_another_sheet_is_nearer_to_are_left_out() -> None:
    """Between two walls, a place moved by more than half the way is nearer to the other one."""
    from inrcodec.signals.shape.distances import known_distances

    across = np.stack(np.meshgrid(*[np.linspace(-0.9, 0.9, 60)] * 2), axis=-1).reshape(-1, 2)
    lower = np.hstack([across, np.full((len(across), 1), -0.02)])
    upper = np.hstack([across, np.full((len(across), 1), 0.02)])
    down = np.tile([0.0, 0, -1], (len(across), 1))
    known = known_distances(Surface(np.vstack([lower, upper]), np.vstack([down, -down])), np.random.default_rng(0), 0)
    truth = np.abs(known.places[:, 2]) - 0.02
    np.testing.assert_allclose(known.distances, truth, atol=0.001)


def test_the_box_has_room_around_the_shape_and_is_a_cube() -> None:
    surface = Surface(ball().points * [30, 10, 10] + [100, 0, 0], ball().normals)
    low, high = surface.box()
    np.testing.assert_allclose(high - low, 2 * RADIUS * 30 / 0.9, rtol=1e-3)
    inside = surface.in_box().points
    assert np.abs(inside).max() == pytest.approx(0.9, abs=1e-3)
    np.testing.assert_allclose(low + (inside + 1) / 2 * (high - low), surface.points, atol=1e-9)
