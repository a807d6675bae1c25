"""Rate-distortion curves: the rate that a PSNR costs, and how far two curves lie apart; arrays in, floats out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MIN_OVERLAP = 1.0  # dB: over less than that, a mean difference says nothing


@dataclass(frozen=True)
class BdRate:
    """How many percent more rate a curve takes than another one, on average over PSNRs from `low` to `high` dB."""

    percent: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Curve:
    """The best points of a codec: natural logarithms of rates and PSNRs in dB, both (points,) and strictly rising."""

    log_rates: Floats
    psnrs: Floats

    @staticmethod
    def through(rates: Sequence[float], psnrs: Sequence[float]) -> Curve:
        """The curve of these points; one for which another point is at least as small and as good is passed over."""
        kept = [(math.log(rates[at]), psnrs[at]) for at in front(rates, psnrs) if math.isfinite(psnrs[at])]
        points = np.array(kept, dtype=np.float64).reshape(-1, 2)
        return Curve(points[:, 0], points[:, 1])

    def rate_at(self, psnr: float) -> float | None:
        """The rate that this PSNR costs; None outside the measured points."""
        if not _inside(self.psnrs, psnr):
            return None
        return math.exp(float(_interpolated(np.array([psnr]), self.psnrs, self.log_rates)[0]))

    def psnr_at(self, rate: float) -> float | None:
        """The PSNR that this rate buys, dB; None outside the measured points."""
        if not _inside(self.log_rates, math.log(rate)):
            return None
        return float(_interpolated(np.array([math.log(rate)]), self.log_rates, self.psnrs)[0])

    def mean_log_rate(self, low: float, high: float) -> float:
        """Mean of the logarithm of the rate over PSNRs from low to high; exact, as Simpson's rule is for cubics."""
        knots = self.psnrs[(self.psnrs > low) & (self.psnrs < high)]
        edges = np.concatenate([[low], knots, [high]])
        starts, ends = edges[:-1], edges[1:]
        first, middle, last = (
            _interpolated(places, self.psnrs, self.log_rates) for places in (starts, (starts + ends) / 2, ends)
        )
        return float(np.sum((ends - starts) / 6 * (first + 4 * middle + last)) / (high - low))


def front(rates: Sequence[float], psnrs: Sequence[float]) -> list[int]:
    """Numbers of the points that no other one beats in rate and PSNR at once, by rising rate."""
    best, kept = -math.inf, []
    for at in sorted(range(len(rates)), key=lambda at: (rates[at], -psnrs[at])):
        if psnrs[at] > best:
            best = psnrs[at]
            kept.append(at)
    return kept


def bd_rate(curve: Curve, anchor: Curve) -> BdRate | None:
    """The rate of `curve` against that of `anchor` at equal PSNR; None where they share less than MIN_OVERLAP.

    Bjontegaard, "Calculation of average PSNR differences between RD-curves", ITU-T VCEG-M33 (2001), with the piecewise
    cubic interpolation of the JCT-VC common test conditions (Bossen, JCTVC-L1100, 2013) in place of his polynomial,
    which may swing between points.
    """
    if min(len(curve.psnrs), len(anchor.psnrs)) < 2:
        return None
    low = max(float(curve.psnrs[0]), float(anchor.psnrs[0]))
    high = min(float(curve.psnrs[-1]), float(anchor.psnrs[-1]))
    if high - low < MIN_OVERLAP:
        return None
    difference = curve.mean_log_rate(low, high) - anchor.mean_log_rate(low, high)
    return BdRate(100 * math.expm1(difference), low, high)


def _inside(knots: Floats, place: float) -> bool:
    return len(knots) > 0 and bool(knots[0] <= place <= knots[-1])


def _interpolated(places: Floats, knots: Floats, values: Floats) -> Floats:
    """Values at `places` of the monotone cubic through (knots, values), which rise strictly."""
    if len(knots) == 1:
        return np.full(len(places), values[0])
    slopes = _slopes(knots, values)
    piece = np.clip(np.searchsorted(knots, places, side="right") - 1, 0, len(knots) - 2)
    width, rise = knots[piece + 1] - knots[piece], values[piece + 1] - values[piece]
    share = (places - knots[piece]) / width
    start, end = slopes[piece] * width, slopes[piece + 1] * width
    cubic = values[piece] + share * (start + share * (3 * rise - 2 * start - end + share * (start + end - 2 * rise)))
    return np.asarray(cubic, dtype=np.float64)


def _slopes(knots: Floats, values: Floats) -> Floats:
    """Slopes at the knots that keep rising values rising.

    Fritsch and Butland, "A method for constructing local monotone piecewise cubic interpolants" (1984),
    https://doi.org/10.1137/0905021: inside, a weighted harmonic mean of the chords to either side; at the ends the
    three-point formula, but never below zero.
    """
    widths = np.diff(knots)
    chords = np.diff(values) / widths
    if len(chords) == 1:
        return np.repeat(chords, 2)
    before, after = widths[:-1] + 2 * widths[1:], 2 * widths[:-1] + widths[1:]
    inside = (before + after) / (before / chords[:-1] + after / chords[1:])
    return np.concatenate([[_end_slope(widths, chords)], inside, [_end_slope(widths[::-1], chords[::-1])]])


def _end_slope(widths: Floats, chords: Floats) -> float:
    near, next_one = float(widths[0]), float(widths[1])
    return max(0.0, ((2 * near + next_one) * float(chords[0]) - near * float(chords[1])) / (near + next_one))
