"""Where inrcodec stands against each rival: rates at equal PSNR, PSNRs at equal rate, and the BD-rate."""

from __future__ import annotations

from inrcodec.benchmark.bdrate import bd_rate
from inrcodec.benchmark.compare.results import Contender, Standing


def standing(rival: Contender, inrcodec: Contender) -> Standing:
    """One rival against the points of inrcodec."""
    if rival.lossless:
        return _lossless(rival, inrcodec)
    curve = rival.curve()
    return Standing(
        rival,
        tuple(curve.rate_at(point.psnr) for point in inrcodec.points),
        tuple(curve.psnr_at(point.bits_per_pixel) for point in inrcodec.points),
        bd_rate(inrcodec.curve(), curve),
    )


def _lossless(rival: Contender, inrcodec: Contender) -> Standing:
    """Without a choice of rates: its one rate buys every PSNR, and no PSNR is to be had for less."""
    rate = rival.points[0].bits_per_pixel
    return Standing(rival, tuple(rate for _ in inrcodec.points), tuple(None for _ in inrcodec.points), None)
