"""Derivatives as pictures: which way is which color."""

from __future__ import annotations

import numpy as np
import pytest

from inrcodec.exporters.derivatives import (
    draw_gradient,
    draw_laplacian,
    draw_magnitudes,
    draw_normals,
    magnitudes,
    normals,
    on_white,
    white_of,
)


def ramp(right: float, down: float, channels: int = 3) -> np.ndarray:
    """The gradient of a grey ramp, (1, 1, channels, 2)."""
    slopes = np.zeros((1, 1, channels, 2), np.float32)
    slopes[..., :3, :] = (right, down)
    return slopes


@pytest.mark.parametrize(
    ("right", "down", "expected"),
    [(1, 0, (1, 0, 0)), (-1, 0, (0, 1, 1)), (0, -1, (0.5, 1, 0)), (0, 1, (0.5, 0, 1)), (0, 0, (0, 0, 0))],
)
def test_hues_are_directions(right: float, down: float, expected: tuple[float, ...]) -> None:
    np.testing.assert_allclose(draw_gradient(ramp(right, down), 1.0)[0, 0], expected, atol=1e-6)


def test_brightness_is_size() -> None:
    assert draw_gradient(ramp(0.25, 0), 1.0).max() == pytest.approx(0.25)
    np.testing.assert_allclose(magnitudes(ramp(3, 4)), 5 * np.sqrt(3), rtol=1e-6)
    assert draw_magnitudes(np.full((1, 1), 0.5, np.float32), 2.0)[0, 0].tolist() == [0.25] * 3


def test_grey_is_nought_in_a_laplacian() -> None:
    bends = np.array([[[0.0, 2.0, -2.0]]], np.float32)
    np.testing.assert_allclose(draw_laplacian(bends, 2.0)[0, 0], [0.5, 1, 0])


def test_normals_look_away_from_what_rises() -> None:
    np.testing.assert_allclose(normals(ramp(0, 0))[0, 0], [0, 0, 1])
    rising_right, rising_down = normals(ramp(1, 0), 1.0)[0, 0], normals(ramp(0, 1), 1.0)[0, 0]
    np.testing.assert_allclose(rising_right, np.array([-1, 0, 1]) / np.sqrt(2), atol=1e-6)
    np.testing.assert_allclose(rising_down, np.array([0, 1, 1]) / np.sqrt(2), atol=1e-6)  # y is up
    assert draw_normals(normals(ramp(0, 0)))[0, 0].tolist() == [0.5, 0.5, 1.0]


def test_transparency_is_white_ground() -> None:
    black_edge = np.zeros((1, 1, 4, 2), np.float32)
    black_edge[..., 3, 0] = 1.0  # black ink becomes opaque to the right: the picture darkens
    np.testing.assert_allclose(on_white(black_edge)[0, 0], [[-1, 0]] * 3)


def test_white_is_never_nought() -> None:
    assert white_of(np.zeros((3, 3), np.float32)) == 1.0
    almost = np.zeros((30, 30), np.float32)
    almost[0, 0] = 3.0
    assert white_of(almost) == 3.0
