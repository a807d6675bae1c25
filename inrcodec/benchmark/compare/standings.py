"""Where inrcodec stands against each codec: rates at equal PSNR, PSNRs at equal rate, and the BD-rate."""

from __future__ import annotations

from inrcodec.benchmark.bdrate import bd_rate
from inrcodec.benchmark.compare.results import Contender, Standing


def standing(codec: Contender, inrcodec: Contender) -> Standing:
    """One codec against the points of inrcodec."""
    if codec.lossless:
        return _lossless(codec, inrcodec)
    curve = codec.curve()
    return Standing(
        codec,
        tuple(curve.rate_at(point.psnr) for point in inrcodec.points),
        tuple(curve.psnr_at(point.bits_per_pixel) for point in inrcodec.points),
        bd_rate(inrcodec.curve(), curve),
    )


def _lossless(codec: Contender, inrcodec: Contender) -> Standing:
    """Without a choice of rates: its one rate buys every PSNR, and no PSNR is to be had for less."""
    rate = codec.points[0].bits_per_pixel
    return Standing(codec, tuple(rate for _ in inrcodec.points), tuple(None for _ in inrcodec.points), None)
