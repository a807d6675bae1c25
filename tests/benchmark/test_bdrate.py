"""Interpolation on rate-distortion curves and BD-rates, against closed forms, published points and SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest

from inrcodec.benchmark.bdrate import Curve, bd_rate, front

PSNRS = [28.0, 31.0, 34.5, 36.0, 40.0]
RATES = [0.5, 0.9, 1.6, 2.0, 3.3]


def test_a_curve_goes_through_its_points() -> None:
    curve = Curve.through(RATES, PSNRS)
    for rate, psnr in zip(RATES, PSNRS, strict=True):
        assert curve.rate_at(psnr) == pytest.approx(rate)
        assert curve.psnr_at(rate) == pytest.approx(psnr)


def test_two_points_are_a_line_in_log_rate() -> None:
    curve = Curve.through([1.0, 4.0], [30.0, 40.0])
    assert curve.rate_at(35.0) == pytest.approx(2.0)
    assert curve.psnr_at(2.0) == pytest.approx(35.0)


def test_nothing_is_extrapolated() -> None:
    curve = Curve.through(RATES, PSNRS)
    for beyond in (27.9, 40.1, math.inf):
        assert curve.rate_at(beyond) is None
    for beyond in (0.49, 3.31):
        assert curve.psnr_at(beyond) is None
    lonely = Curve.through([1.0], [30.0])
    assert lonely.rate_at(30.0) == pytest.approx(1.0)
    assert lonely.rate_at(30.1) is None
    assert Curve.through([], []).rate_at(30.0) is None


def test_a_curve_rises_between_its_points() -> None:
    rates, psnrs = [1.0, 1.01, 3.0, 3.5], [30.0, 35.0, 35.1, 41.0]
    curve = Curve.through(rates, psnrs)
    along = [curve.rate_at(psnr) for psnr in np.linspace(30, 41, 200)]
    assert None not in along
    assert np.all(np.diff(np.array(along, dtype=np.float64)) > 0)


def test_only_the_best_points_count() -> None:
    assert front([1.0, 2.0, 3.0, 3.0], [30.0, 29.0, 32.0, 31.0]) == [0, 2]
    assert front([2.0, 1.0, 3.0], [30.0, 30.0, math.inf]) == [1, 2]
    curve = Curve.through([3.0, 1.0, 2.0, 4.0], [32.0, 30.0, 29.0, math.inf])
    assert curve.psnrs.tolist() == [30.0, 32.0]


def test_interpolation_equals_scipy() -> None:
    interpolate = pytest.importorskip("scipy.interpolate")
    random = np.random.default_rng(0)
    for count in (2, 3, 4, 9):
        psnrs = 25 + np.cumsum(0.1 + random.random(count))
        log_rates = np.cumsum(0.001 + random.random(count) ** 3)
        expected = interpolate.PchipInterpolator(psnrs, log_rates)
        curve = Curve(log_rates, psnrs)
        for psnr in np.linspace(psnrs[0], psnrs[-1], 25):
            assert math.log(curve.rate_at(psnr) or 0) == pytest.approx(float(expected(psnr)), abs=1e-12)
        low, high = psnrs[0] + 0.03, psnrs[-1] - 0.04
        assert curve.mean_log_rate(low, high) == pytest.approx(float(expected.integrate(low, high)) / (high - low))


def test_a_curve_against_itself_is_zero() -> None:
    difference = bd_rate(Curve.through(RATES, PSNRS), Curve.through(RATES, PSNRS))
    assert difference is not None
    assert difference.percent == pytest.approx(0.0, abs=1e-9)
    assert (difference.low, difference.high) == (28.0, 40.0)


@pytest.mark.parametrize(("factor", "percent"), [(0.5, -50.0), (2.0, 100.0), (0.9, -10.0)])
def test_a_constant_factor_in_rate(factor: float, percent: float) -> None:
    curve = Curve.through([factor * rate for rate in RATES], PSNRS)
    difference = bd_rate(curve, Curve.through(RATES, PSNRS))
    assert difference is not None
    assert difference.percent == pytest.approx(percent)


def test_the_way_back_is_the_inverse() -> None:
    curve, anchor = Curve.through(RATES, PSNRS), Curve.through([0.7, 1.5, 2.9], [29.0, 33.0, 38.0])
    there, back = bd_rate(curve, anchor), bd_rate(anchor, curve)
    assert there is not None
    assert back is not None
    assert (1 + there.percent / 100) * (1 + back.percent / 100) == pytest.approx(1)
    assert (there.low, there.high) == (29.0, 38.0)


# The points of two examples, with what the package bjontegaard 1.3.0 (FAU-LMS, method "pchip", which agrees with the
# JVET's spreadsheet) makes of them; Bjontegaard's own polynomial gives -4.42 % and 31.40 %.
PUBLISHED = [
    (
        ([9487.76, 4593.60, 2486.44, 1358.24], [40.037, 38.615, 36.845, 34.851]),
        ([9787.80, 4469.00, 2451.52, 1356.24], [40.121, 38.651, 36.970, 34.987]),
        -4.417485350589,
    ),
    (
        ([686.76, 309.58, 157.11, 85.95], [40.28, 37.18, 34.24, 31.42]),
        ([893.34, 407.80, 204.93, 112.75], [40.39, 37.21, 34.17, 31.24]),
        31.379878202398,
    ),
]


@pytest.mark.parametrize(("anchor", "curve", "percent"), PUBLISHED, ids=["x265", "example"])
def test_published_points(
    anchor: tuple[list[float], list[float]], curve: tuple[list[float], list[float]], percent: float
) -> None:
    difference = bd_rate(Curve.through(*curve), Curve.through(*anchor))
    assert difference is not None
    assert difference.percent == pytest.approx(percent, abs=1e-9)


def test_without_a_common_range_there_is_no_answer() -> None:
    low, high = Curve.through([1.0, 2.0], [20.0, 30.0]), Curve.through([1.0, 2.0], [29.5, 40.0])
    assert bd_rate(low, high) is None
    assert bd_rate(Curve.through([1.0], [30.0]), high) is None
