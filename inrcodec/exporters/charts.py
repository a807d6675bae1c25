"""Charts of a page as SVG: axes with ticks at round values, no script."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inrcodec.exporters.pages import text, words

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 260, 52, 12, 30, 44  # of a chart and its margins, in SVG units
BINS = 24
TICKS = 5  # about so many


@dataclass(frozen=True)
class Line:
    """One line of a chart: a label and its values, NaN where there are none, over even steps of 0 to 1."""

    label: str
    values: Sequence[float]


@dataclass(frozen=True)
class _Axis:
    """Values from low to high, which are round, over a stretch of the drawing."""

    low: float
    high: float
    step: float
    first: float
    last: float

    def place(self, value: float) -> float:
        return self.first + (value - self.low) / (self.high - self.low) * (self.last - self.first)

    @property
    def ticks(self) -> list[float]:
        return [self.low + self.step * tick for tick in range(round((self.high - self.low) / self.step) + 1)]

    def label(self, value: float) -> str:
        return f"{value:.{max(0, -math.floor(math.log10(self.step) + 1e-9))}f}"


def chart(lines: Sequence[Line], across: str, up: str) -> str:
    """Lines over a fit; across runs from 0 to 1."""
    known = [value for line in lines for value in line.values if np.isfinite(value)]
    if not known:
        return words("Nothing was recorded.")
    horizontal, vertical = _across(0.0, 1.0), _up(min(known), max(known))
    parts = [_axes(horizontal, vertical, across, up)]
    for number, line in enumerate(lines):
        kind = ("first", "second")[number % 2]
        parts.append(f'<polyline class="{kind}" points="{_points(line.values, horizontal, vertical)}"/>')
        x, y = LEFT + 12 + 220 * number, 12
        parts.append(f'<line class="{kind}" x1="{x}" y1="{y}" x2="{x + 24}" y2="{y}"/>')
        parts.append(f'<text x="{x + 30}" y="{y + 5}">{text(line.label)}</text>')
    return _drawing(parts, f"{up} over {across}")


def histogram(values: Sequence[float], across: str) -> str:
    """How many images have which value."""
    known = [value for value in values if np.isfinite(value)]
    if not known:
        return words("Nothing is known.")
    low, span = min(known), _span(min(known), max(known))
    counts, edges = np.histogram(known, min(BINS, max(1, len(known) // 2)), (low, max(max(known), low + span)))
    horizontal = _across(float(edges[0]), float(edges[-1]))
    vertical = _up(0.0, float(counts.max()), whole=True)
    parts = [_axes(horizontal, vertical, across, "images")]
    for count, start, stop in zip(counts.tolist(), edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        left, right, top = horizontal.place(start) + 1, horizontal.place(stop) - 1, vertical.place(count)
        size = f'width="{max(1.0, right - left):.1f}" height="{vertical.first - top:.1f}"'
        tip = f"<title>{start:.1f} to {stop:.1f}: {count}</title>"
        parts.append(f'<rect class="bar" x="{left:.1f}" y="{top:.1f}" {size}>{tip}</rect>')
    return _drawing(parts, f"images by {across}")


def _axis(low: float, high: float, first: float, last: float, *, whole: bool = False) -> _Axis:
    """Round values around these."""
    span = _span(low, high)
    power = 10.0 ** math.floor(math.log10(span / TICKS))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= span / TICKS)
    step = max(1.0, step) if whole else step
    start = math.floor(low / step + 1e-9) * step
    return _Axis(start, max(math.ceil(high / step - 1e-9) * step, start + step), step, first, last)


def _span(low: float, high: float) -> float:
    """From low to high; where these are all but the same, something that can be told apart all the same."""
    return high - low if high - low > 1e-9 * abs(high) else max(1.0, abs(high) / 100)


def _across(low: float, high: float) -> _Axis:
    return _axis(low, high, LEFT, WIDTH - RIGHT)


def _up(low: float, high: float, *, whole: bool = False) -> _Axis:
    return _axis(low, high, HEIGHT - BOTTOM, TOP, whole=whole)


def _points(values: Sequence[float], horizontal: _Axis, vertical: _Axis) -> str:
    places = ((horizontal.place((number + 0.5) / len(values)), value) for number, value in enumerate(values))
    return " ".join(f"{x:.1f},{vertical.place(value):.1f}" for x, value in places if np.isfinite(value))


def _axes(horizontal: _Axis, vertical: _Axis, across: str, up: str) -> str:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = []
    for value in vertical.ticks:
        y = vertical.place(value)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{right}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{vertical.label(value)}</text>')
    for value in horizontal.ticks:
        x = horizontal.place(value)
        parts.append(f'<path class="axis" d="M{x:.1f} {bottom}v5"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 19}" text-anchor="middle">{horizontal.label(value)}</text>')
    parts.append(f'<path class="axis" d="M{LEFT} {TOP}V{bottom}H{right}"/>')
    parts.append(f'<text x="{(LEFT + right) / 2}" y="{HEIGHT - 6}" text-anchor="middle">{text(across)}</text>')
    parts.append(f'<text x="{right}" y="17" text-anchor="end">{text(up)}</text>')
    return "".join(parts)


def _drawing(parts: Sequence[str], label: str) -> str:
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return f'<svg {size} role="img" aria-label="{text(label)}">{"".join(parts)}</svg>'
