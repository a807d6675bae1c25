"""A comparison as tables on stdout, and as the curves of a plot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from inrcodec.cli.console import decibels, print_table
from inrcodec.cli.values import spoken_duration

if TYPE_CHECKING:
    from inrcodec.benchmark.bdrate import BdRate
    from inrcodec.benchmark.compare import Comparison, Contender, Point
    from inrcodec.exporters.plots import PlottedCurve

UNKNOWN = "-"


def show(answer: Comparison, *, every_point: bool) -> None:
    """All tables that there is something to put into."""
    print(f"{answer.images:,} images, {answer.pixels:,} pixels, {answer.channels} channels")
    if answer.inrcodec.points:
        _show_fits(answer.inrcodec.points)
    if answer.inrcodec.points and answer.standings:
        _show_rates(answer)
        _show_psnrs(answer)
    if answer.standings:
        _show_ranges(answer)
    if every_point:
        _show_points(answer)
    if answer.enlarging:
        _show_enlarging(answer)


def plotted(answer: Comparison) -> list[PlottedCurve]:
    """Of every codec the best points, inrcodec first."""
    every = (answer.inrcodec, *(standing.codec for standing in answer.standings))
    return [_curve(one) for one in every if one.points]


def _curve(one: Contender) -> PlottedCurve:
    from inrcodec.exporters.plots import PlottedCurve

    best = [point for point in one.points if point.best and (one.lossless or math.isfinite(point.psnr))]
    return PlottedCurve(
        title_of(one),
        one.title.removesuffix(" lossless"),
        tuple(point.bits_per_pixel for point in best),
        tuple(point.psnr for point in best),
        strong=one.packing == "set",
        dashed=one.packing == "sheet",
        lossless=one.lossless,
    )


def title_of(one: Contender) -> str:
    """A codec and how it was used: "AVIF sheet"; inrcodec has but one way."""
    return one.title if one.packing == "set" else f"{one.title} {one.packing}"


def _show_fits(points: Sequence[Point]) -> None:
    rows = [(point.setting, *_figures(point)) for point in points]
    _table("inrcodec, whole files", ("fit", "bytes", "bpp", "PSNR", "encode", "decode"), rows)


def _show_rates(answer: Comparison) -> None:
    points = answer.inrcodec.points
    headings = ("codec", *(_psnr(point.psnr) for point in points), "BD-rate", "over")
    own = ("inrcodec", *(_rate(point.bits_per_pixel) for point in points), "", "")
    rows = [(title_of(one.codec), *map(_rate, one.rates), *_bd_rate(one.bd_rate)) for one in answer.standings]
    _table(
        "Bits per pixel at the PSNR of inrcodec; BD-rate is inrcodec's rate against the codec's", headings, [own, *rows]
    )


def _show_psnrs(answer: Comparison) -> None:
    points = answer.inrcodec.points
    headings = ("codec", *(f"{point.bits_per_pixel:.3f} bpp" for point in points))
    rows = [(title_of(one.codec), *map(_psnr, one.psnrs)) for one in answer.standings if not one.codec.lossless]
    own = ("inrcodec", *(_psnr(point.psnr) for point in points))
    if rows:
        _table("PSNR at the bits per pixel of inrcodec", headings, [own, *rows])


def _show_ranges(answer: Comparison) -> None:
    title = "What the codecs range over; seconds for the whole set at a setting in the middle, one thread"
    rows = [_range(one.codec) for one in answer.standings]
    _table(title, ("codec", "settings", "bpp", "PSNR", "encode", "decode"), rows)


def _range(one: Contender) -> tuple[str, ...]:
    """One row: from the smallest to the finest of the best settings."""
    best = [point for point in one.points if point.best]
    middle = best[len(best) // 2]
    first, last = best[0], best[-1]
    if one.lossless:
        reach = (first.setting, _rate(first.bits_per_pixel), "lossless")
    else:
        reach = (
            f"{first.setting} to {last.setting}",
            f"{_rate(first.bits_per_pixel)} to {_rate(last.bits_per_pixel)}",
            f"{first.psnr:.1f} to {_psnr(last.psnr)}",
        )
    return title_of(one), *reach, _seconds(middle.encode_seconds), _seconds(middle.decode_seconds)


def _show_points(answer: Comparison) -> None:
    rows = [
        (title_of(standing.codec), point.setting, *_figures(point), "" if point.best else "beaten by another")
        for standing in answer.standings
        for point in standing.codec.points
    ]
    headings = ("codec", "setting", "bytes", "bpp", "PSNR", "encode", "decode", "")
    _table("Every point", headings, rows, left=(0, 1, 7))


def _show_enlarging(answer: Comparison) -> None:
    assert answer.enlarging is not None
    rows = [
        (way.title, _rate(way.bits_per_pixel), _psnr(way.psnr), f"{way.ssim:.4f}", _seconds(way.seconds))
        for way in answer.enlarging.ways
    ]
    title = f"Decoded at the size of {answer.enlarging.images:,} references, and the thumbnails themselves enlarged"
    _table(title, ("way", "bpp", "PSNR", "SSIM", "time"), rows)


def _table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[int] = (0,)) -> None:
    print(f"\n{title}")
    print_table(headings, rows, left=left)


def _figures(point: Point) -> tuple[str, ...]:
    """A point's cells after its name."""
    times = _seconds(point.encode_seconds), _seconds(point.decode_seconds)
    return f"{point.size:,}", _rate(point.bits_per_pixel), _psnr(point.psnr), *times


def _rate(figure: float | None) -> str:
    return UNKNOWN if figure is None else f"{figure:.3f}"


def _psnr(figure: float | None) -> str:
    return "no error" if figure == math.inf else decibels(figure)


def _bd_rate(figure: BdRate | None) -> tuple[str, str]:
    """How much more (+) or less (-) inrcodec takes, and over which PSNRs."""
    if figure is None:
        return UNKNOWN, ""
    return f"{figure.percent:+.1f} %", f"{figure.low:.1f} to {figure.high:.1f} dB"


def _seconds(figure: float | None) -> str:
    if figure is None:
        return UNKNOWN
    return f"{figure:.2f} s" if figure < 10 else spoken_duration(figure)
