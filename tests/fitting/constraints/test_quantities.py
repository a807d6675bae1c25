"""Quantities on a known function: what they ask for is there, in units of samples; numpy alone."""

from __future__ import annotations

import numpy as np
import pytest

from inrcodec.field.jets import Jet
from inrcodec.fitting.constraints import Constraint, Sample, quantity_named
from inrcodec.fitting.constraints.domain import Cells, Points, Scattered

SIDES = (8, 6)  # x first
A, B = 2.0, -1.5  # of sin(A x + B y), in coordinates from -1 to 1
rng = np.random.default_rng(0)


def jets(points: Points, shift: float = 0.0) -> Jet:
    """Two channels: sin(A x + B y) + shift, and twice that."""
    turn = A * points[:, 0] + B * points[:, 1]
    rates = np.array([A, B])[:, None]
    value, first, second = np.sin(turn) + shift, np.cos(turn) * rates, -np.sin(turn) * rates**2
    return Jet(*(np.stack([part, 2 * part]) for part in (value, first, second)))


def per_sample() -> np.ndarray:
    return np.array([2 / side for side in SIDES])


def expected(quantity: str, points: Points) -> np.ndarray:
    """What the function has there, (channels, components, count)."""
    jet, rate = jets(points), per_sample()[:, None]
    slopes = jet.first * rate
    match quantity:
        case "value":
            return jet.value[:, None]
        case "gradient":
            return slopes
        case "direction":
            return slopes / np.linalg.norm(slopes, axis=1, keepdims=True)
        case "slope":
            return np.linalg.norm(slopes, axis=1, keepdims=True)
    return (jet.second * rate**2).sum(axis=1, keepdims=True)


def errors(sample: Sample, shift: float = 0.0) -> np.ndarray:
    jet = jets(sample.points, shift)
    if sample.directions is not None:
        jet = Jet(jet.value, np.einsum("dan,can->cdn", sample.directions, jet.first))
    return np.asarray(sample.residual(Jet(*jet.parts()[: sample.order + 1]), sample.targets))


@pytest.mark.parametrize("quantity", ["value", "gradient", "direction", "slope", "laplacian"])
def test_a_function_meets_its_own_constraint_and_no_other(quantity: str) -> None:
    points = rng.uniform(-1, 1, (50, 2))
    targets = expected(quantity, points).astype(np.float32)
    assert quantity_named(quantity).components(2) == targets.shape[1]
    met = Constraint("met", quantity, SIDES, (Scattered(points, targets),))
    missed = Constraint("missed", quantity, SIDES, (Scattered(points, targets + np.float32(0.25)),))
    (sample,), (other,) = met.samples(rng, 40), missed.samples(rng, 40)
    assert len(sample.points) == 40
    assert np.abs(errors(sample)).max() < 1e-5
    np.testing.assert_allclose(errors(other), -0.25, atol=1e-5)


@pytest.mark.parametrize("axis", [0, 1])
def test_slopes_along_one_axis(axis: int) -> None:
    cells = [7, 6] if axis == 0 else [8, 5]
    places = Cells(SIDES, np.zeros((2, 1, np.prod(cells)), np.float32), axis).places(np.arange(np.prod(cells)))
    targets = expected("gradient", places)[:, axis : axis + 1].astype(np.float32)
    constraint = Constraint("one", "gradient", SIDES, (Cells(SIDES, targets, axis),))
    (sample,) = constraint.samples(rng, 64)
    assert np.abs(errors(sample)).max() < 1e-6


def test_differences_of_both_axes_are_one_sample_with_a_direction_for_each_place() -> None:
    known = []
    for axis, cells in enumerate((42, 40)):
        places = Cells(SIDES, np.zeros((2, 1, cells), np.float32), axis).places(np.arange(cells))
        known.append(Cells(SIDES, expected("gradient", places)[:, axis : axis + 1].astype(np.float32), axis))
    (sample,) = Constraint("both", "gradient", SIDES, tuple(known)).samples(rng, 64)
    assert sample.directions is not None
    assert sample.directions.shape == (1, 2, 64)
    assert sorted(np.count_nonzero(sample.directions[0], axis=1)) == [32, 32]
    assert np.abs(errors(sample)).max() < 1e-6


def potential() -> np.ndarray:
    """The function on the lattice, (channels, rows, columns)."""
    places = Cells(SIDES, np.zeros((2, 1, 48), np.float32)).places(np.arange(48))
    return jets(places).value.reshape(2, 6, 8).astype(np.float32)


@pytest.mark.parametrize("quantity", ["gradient", "laplacian"])
@pytest.mark.parametrize("reach", [2, 4, 8])
def test_far_differences_do_not_see_a_constant(quantity: str, reach: int) -> None:
    points = rng.uniform(-1, 1, (9, 2))
    known = (Scattered(points, expected(quantity, points).astype(np.float32)),)
    constraint = Constraint("far", quantity, SIDES, known, reach=reach, potential=potential())
    for sample in constraint.samples(rng, 300):
        assert np.abs(errors(sample, shift=3.0)).max() < 1e-5


def test_windows_are_as_wide_as_the_reach() -> None:
    known = (Scattered(np.zeros((1, 2)), np.zeros((2, 2, 1), np.float32)),)
    *_, far = Constraint("far", "gradient", SIDES, known, reach=3, potential=potential()).samples(rng, 12_800)
    places = far.points.reshape(100, 64, 2)
    cells = np.rint((places + 1) * np.array(SIDES) / 2 - 0.5)
    assert (cells.max(axis=1) - cells.min(axis=1)).max() == 2
    whole = cells.reshape(-1, 2)
    assert whole.min() == 0
    assert whole.max(axis=0).tolist() == [7, 5]


def test_second_differences_are_mirrored_at_borders() -> None:
    known = (Scattered(np.zeros((1, 2)), np.zeros((2, 1, 1), np.float32)),)
    (sample,) = Constraint("far", "laplacian", SIDES, known, reach=8, potential=potential()).samples(rng, 900)
    cells = np.rint((sample.points + 1) * np.array(SIDES) / 2 - 0.5).reshape(3, 300, 2)
    assert cells.min() == 0
    assert cells.reshape(-1, 2).max(axis=0).tolist() == [7, 5]
    moved = cells[1:] != cells[0]
    assert not (moved.any(axis=0).sum(axis=1) > 1).any()  # along one axis
