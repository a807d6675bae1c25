"""Which points count, and what is said of a codec against inrcodec."""

from __future__ import annotations

import pytest

from inrcodec.benchmark.compare.results import Contender, Point, ranked
from inrcodec.benchmark.compare.standings import standing


def point(rate: float, psnr: float, variant: str = "") -> Point:
    return Point(
        setting=f"{rate} {variant}",
        size=round(1000 * rate),
        bits_per_pixel=rate,
        psnr=psnr,
        encode_seconds=1.0,
        decode_seconds=1.0,
        variant=variant,
    )


def contender(*points: Point, lossless: bool = False) -> Contender:
    return Contender("codec", "Codec", "files", lossless, ranked(points))


INRCODEC = contender(point(1.0, 30.0), point(2.0, 35.0), point(4.0, 40.0))


def test_points_are_ordered_and_the_beaten_are_told() -> None:
    points = ranked([point(2.0, 33.0), point(1.0, 30.0), point(1.5, 29.0)])
    assert [one.bits_per_pixel for one in points] == [1.0, 1.5, 2.0]
    assert [one.best for one in points] == [True, False, True]


def test_a_variant_wins_where_its_curve_lies_lower() -> None:
    """At 29 dB the second variant has no point, but qualities between its points would do better than the first's."""
    first = [point(1.0, 25.0, "half"), point(2.0, 29.0, "half"), point(4.0, 31.0, "half")]
    second = [point(1.5, 28.0, "full"), point(2.5, 32.0, "full")]
    best = [one.setting for one in ranked([*first, *second]) if one.best]
    assert best == ["1.0 half", "1.5 full", "2.5 full"]


def test_twice_the_rate() -> None:
    codec = contender(point(2.0, 30.0), point(4.0, 35.0), point(8.0, 40.0))
    found = standing(codec, INRCODEC)
    assert found.rates == pytest.approx((2.0, 4.0, 8.0))
    assert found.psnrs[0] is None
    assert found.psnrs[1:] == pytest.approx((30.0, 35.0))
    assert found.bd_rate is not None
    assert found.bd_rate.percent == pytest.approx(-50.0)


def test_a_lossless_codec_has_one_rate_for_all() -> None:
    found = standing(contender(point(5.0, float("inf")), lossless=True), INRCODEC)
    assert found.rates == (5.0, 5.0, 5.0)
    assert found.psnrs == (None, None, None)
    assert found.bd_rate is None


def test_without_points_of_inrcodec_there_is_nothing_to_say() -> None:
    found = standing(INRCODEC, contender())
    assert (found.rates, found.psnrs, found.bd_rate) == ((), (), None)
