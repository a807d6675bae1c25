"""Cosine transforms and the pictures that they make of slopes."""

from __future__ import annotations

import numpy as np
import pytest

from inrcodec.numerics.dct import dct, dct_rates, inverse_dct
from inrcodec.numerics.poisson import Differences, differences, divergence, laplacian, solve_inside, solve_poisson

rng = np.random.default_rng(4)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8])
@pytest.mark.parametrize("axis", [0, 1])
def test_the_transform_is_its_sum(count: int, axis: int) -> None:
    values = rng.normal(size=(count, 4) if axis == 0 else (4, count))
    waves = np.cos(np.pi * np.arange(count)[:, None] * (2 * np.arange(count) + 1) / (2 * count))
    np.testing.assert_allclose(dct(values, axis), 2 * np.apply_along_axis(waves.__matmul__, axis, values), atol=1e-12)
    np.testing.assert_allclose(inverse_dct(dct(values, axis), axis), values, atol=1e-12)


def test_cosines_are_eigenvectors_of_the_laplacian() -> None:
    picture = rng.normal(size=(6, 5, 2))
    rates = dct_rates(6)[:, None, None] + dct_rates(5)[None, :, None]
    np.testing.assert_allclose(dct(dct(laplacian(picture), 0), 1), -rates * dct(dct(picture, 0), 1), atol=1e-10)


@pytest.mark.parametrize("shape", [(6, 5, 3), (1, 7, 1), (7, 1, 1), (1, 1, 1)])
def test_a_picture_comes_back_from_its_slopes_and_its_mean(shape: tuple[int, int, int]) -> None:
    picture = rng.normal(size=shape)
    mean = np.broadcast_to(picture.mean(axis=(0, 1)), shape)
    np.testing.assert_allclose(solve_poisson(divergence(differences(picture)), mean), picture, atol=1e-10)


def test_a_screened_solution_is_the_least_squares_one() -> None:
    slopes = Differences(rng.normal(size=(5, 3, 1)), rng.normal(size=(4, 4, 1)))
    towards, screen = rng.normal(size=(5, 4, 1)), 0.3
    found = solve_poisson(divergence(slopes), towards, screen)

    def loss(picture: np.ndarray) -> float:
        errors = sum(float(np.square(a - b).sum()) for a, b in zip(differences(picture), slopes, strict=True))
        return errors + screen * float(np.square(picture - towards).sum())

    for _ in range(20):
        assert loss(found + 1e-3 * rng.normal(size=found.shape)) > loss(found)


@pytest.mark.parametrize("corner", [False, True], ids=["in the middle", "at a corner"])
def test_inside_of_a_mask_it_bends_as_asked_and_outside_nothing_changes(corner: bool) -> None:
    ground, other = rng.normal(size=(12, 15, 2)), rng.normal(size=(12, 15, 2))
    inside = np.zeros((12, 15), bool)
    inside[slice(0, 7) if corner else slice(3, 9), slice(0, 9) if corner else slice(4, 11)] = True
    found = solve_inside(laplacian(other), ground, inside)
    np.testing.assert_array_equal(found[~inside], ground[~inside])
    np.testing.assert_allclose(laplacian(found)[inside], laplacian(other)[inside], atol=1e-3)


def test_a_hole_that_is_told_nothing_is_filled_smoothly() -> None:
    rows, columns = np.mgrid[:9, :9].astype(float)
    plane = (0.1 * rows - 0.05 * columns)[..., None]
    inside = np.zeros((9, 9), bool)
    inside[3:6, 2:7] = True
    filled = solve_inside(np.zeros((9, 9, 1)), np.where(inside[..., None], 5.0, plane), inside)
    np.testing.assert_allclose(filled, plane, atol=1e-3)
