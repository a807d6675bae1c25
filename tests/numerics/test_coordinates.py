"""Grids of cell centers and the matrices that interpolate between them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inrcodec.numerics.arrays import FloatArray
from inrcodec.numerics.coordinates import Axis, image_places, interpolation, samples_per_pixel


def interpolation_matrix(axis: Axis, cells: int) -> FloatArray:
    """All weights (axis.count, cells), zeros where a cell is out of reach."""
    found = interpolation(axis, cells)
    matrix = np.zeros((axis.count, cells), dtype=np.float32)
    matrix[:, found.first : found.first + found.weights.shape[1]] = found.weights
    return matrix


def test_centers_are_the_middles_of_equal_cells() -> None:
    assert Axis(4).centers().tolist() == [-0.75, -0.25, 0.25, 0.75]
    assert Axis(2, 0.0, 1.0).centers().tolist() == [0.25, 0.75]


@given(st.integers(1, 40), st.integers(1, 5))
def test_subsamples_average_to_the_pixel_center(count: int, times: int) -> None:
    fine = Axis(count).finer(times).centers().reshape(count, times)
    np.testing.assert_allclose(fine.mean(axis=1), Axis(count).centers(), atol=1e-6)


@given(st.integers(1, 40).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1))))
def test_a_part_has_the_centers_of_the_whole(shape: tuple[int, int]) -> None:
    count, first = shape
    np.testing.assert_allclose(
        Axis(count).part(slice(first, count)).centers(), Axis(count).centers()[first:], atol=1e-6
    )


@given(st.integers(1, 60), st.integers(1, 30))
def test_rows_sum_to_one(positions: int, cells: int) -> None:
    np.testing.assert_allclose(interpolation_matrix(Axis(positions), cells).sum(axis=1), 1.0, atol=1e-5)


def test_cells_read_at_their_centers_are_themselves() -> None:
    np.testing.assert_allclose(interpolation_matrix(Axis(7), 7), np.eye(7), atol=1e-6)


def test_parabolas_are_reproduced_away_from_the_border() -> None:
    """Cubic convolution with a = -1/2 is exact for polynomials of degree 2 (Keys 1981, section IV)."""
    cells, axis = 16, Axis(80)
    values = Axis(cells).centers() ** 2
    inner = np.abs(axis.centers()) < 0.7
    read = interpolation_matrix(axis, cells) @ values
    np.testing.assert_allclose(read[inner], (axis.centers() ** 2)[inner], atol=1e-5)


@pytest.mark.parametrize(("native", "requested", "expected"), [(48, 48, 2), (48, 96, 1), (48, 256, 1), (48, 12, 8)])
def test_samples_are_never_sparser_than_in_the_fit(native: int, requested: int, expected: int) -> None:
    assert samples_per_pixel(native, requested, 2) == expected


def test_places_run_from_the_first_image_to_the_last() -> None:
    assert image_places(3).tolist() == [-1.0, 0.0, 1.0]
    assert image_places(1).tolist() == [0.0]


def test_a_part_reaches_few_cells_and_reads_them_alike() -> None:
    axis, cells = Axis(400), 200
    part = axis.part(slice(100, 140))
    assert interpolation(part, cells).weights.shape[1] < 26
    np.testing.assert_allclose(interpolation_matrix(part, cells), interpolation_matrix(axis, cells)[100:140], atol=1e-6)
