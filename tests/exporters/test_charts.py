"""Charts of a page: ticks at round values, all that is known within the axes."""

from __future__ import annotations

import re

import pytest

from inrcodec.exporters.charts import HEIGHT, LEFT, RIGHT, TOP, WIDTH, Line, chart, histogram


def labels(drawn: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", drawn)


def test_ticks_are_round_and_hold_the_values() -> None:
    drawn = chart([Line("fitted <b>", [10.9, float("nan"), 35.3])], "share of the fit", "PSNR in dB")
    told = labels(drawn)
    assert [tick for tick in ("10", "15", "20", "35", "40", "0.0", "0.2", "1.0") if tick not in told] == []
    assert "fitted &lt;b&gt;" in told
    points = re.search(r'points="([^"]*)"', drawn)
    assert points is not None
    for x, y in (map(float, point.split(",")) for point in points[1].split()):
        assert LEFT <= x <= WIDTH - RIGHT
        assert TOP <= y <= HEIGHT


@pytest.mark.parametrize(
    "values", [[30.0], [30.0, 30.0, 30.0], [0.001, 0.002], [30.7, 38.5, 33.0, 34.0], [-5.0, 1e6], [1e20, 1e20], [3e38]]
)
def test_histograms_of_anything_stay_inside(values: list[float]) -> None:
    drawn = histogram(values, "PSNR in dB")
    bars = re.findall(r'<rect class="bar" x="([^"]*)" y="([^"]*)" width="([^"]*)"', drawn)
    assert sum(int(count) for count in re.findall(r": (\d+)</title>", drawn)) == len(values)
    assert all(float(x) >= LEFT and float(x) + float(width) <= WIDTH - RIGHT + 1.5 for x, _, width in bars)
    assert all(float(y) >= TOP - 0.1 for _, y, _ in bars)


@pytest.mark.parametrize("value", [1e20, -3e38, 0.0, 1e-30])
def test_what_is_always_the_same_has_an_axis(value: float) -> None:
    assert "polyline" in chart([Line("x", [value, value])], "a", "b")


def test_nothing_known_is_said() -> None:
    assert "Nothing" in chart([Line("x", [float("nan")])], "a", "b")
    assert "Nothing" in histogram([], "a")
