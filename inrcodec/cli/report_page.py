"""`report --html`: what the page shows, in which order and in which words."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import PurePath

import numpy as np

from inrcodec.archive import AnyArchive, Archive, straightened
from inrcodec.bitstream.figures import HOLDOUT_PSNR, TRAIN_PSNR
from inrcodec.cli.console import decibels
from inrcodec.cli.info import describe, described, holdout_words
from inrcodec.cli.page_pictures import SHOWN, PageOriginals
from inrcodec.evaluate import Report
from inrcodec.evaluate.matching import Match
from inrcodec.exporters import charts, pages
from inrcodec.exporters.charts import Line
from inrcodec.exporters.pages import Shown
from inrcodec.numerics.arrays import Pixels
from inrcodec.version import __version__

SHEET, SIDE = 600, 96  # images of the sheet at most, and pixels of the longer side there
BRIGHTEST = 99.0  # percentile of the errors that are shown: it and what is larger is drawn in full brightness


def report_page(
    archive: AnyArchive,
    report: Report,
    originals: PageOriginals,
    references: Iterable[tuple[int, Pixels]],
    command: str,
) -> str:
    """The page of a report; without originals or references, what needs them is left out. command: what wrote it."""
    name = PurePath(archive.called).name
    subtitle = (
        f"{len(report.images):,} images in {report.file_size:,} bytes, {report.bits_per_pixel:.3f} bits per pixel"
    )
    sizes = originals.sizes() if originals.seen == len(archive) else []
    parts = [_summary(report), _settings(archive, command), _generalization(report), _course(archive), _spread(report)]
    parts += [
        _ends(archive, report, originals.shown()),
        _enlarged(archive, references),
        _sizes(report, sizes),
        _sheet(archive, report),
        _all(report),
    ]
    return pages.page(name, subtitle, [part for part in parts if part])


def _summary(report: Report) -> str:
    rows = [("PSNR", decibels(report.mean_psnr), _named(report, "worst"), _named(report, "best"))]
    rows.append(("SSIM", number(report.mean_ssim, 4), "", ""))
    rows.append(("mean absolute error", number(report.mean_mae, 4), "", ""))
    notes = [pages.words(note) for note in report.notes]
    return pages.section("Summary", pages.table(("figure", "mean", "worst", "best"), rows), *notes)


def _named(report: Report, which: str) -> str:
    image = getattr(report, which)
    return "" if image is None else f"{decibels(image.psnr)} {image.name}"


def _settings(archive: AnyArchive, command: str) -> str:
    """Who made what, when, from what: enough to make the page again."""
    told = [(label.strip(), " ".join(value.split())) for label, value in _described(archive)]
    made = time.strftime("%Y-%m-%d", time.localtime())
    rows = [*told, ("this page", f"{made}, inrcodec {__version__}"), ("command", command)]
    if archive.path is not None and archive.path.is_file():
        rows.insert(1, ("written", time.strftime("%Y-%m-%d", time.localtime(archive.path.stat().st_mtime))))
    return pages.section("Settings", pages.definitions(rows))


def _described(archive: AnyArchive) -> Iterable[tuple[str, str]]:
    name = PurePath(archive.called).name
    if isinstance(archive, Archive):
        return described(describe(name, archive), verbose=True)
    from inrcodec.cli.collection_info import collection_lines, describe_collection

    return collection_lines(describe_collection(archive.called), verbose=True)


def _generalization(report: Report) -> str:
    if report.mean_holdout_psnr is None:
        return ""
    rows = [
        (
            "pixels never seen by the fit until then",
            decibels(report.mean_holdout_psnr),
            number(report.mean_holdout_mae, 4),
        ),
        ("pixels seen, at that moment", "", number(report.mean_fitted_mae, 4)),
        ("the whole set, as the file has it", decibels(report.mean_psnr), number(report.mean_mae, 4)),
    ]
    return pages.section(
        "Two readings of generalization",
        pages.words(holdout_words(report.holdout_mode, report.holdout_fraction)),
        pages.table(("error on", "PSNR", "mean absolute error"), rows),
    )


def _course(archive: AnyArchive) -> str:
    record = archive.record
    if record is None:
        return ""
    labels = {TRAIN_PSNR: "fitted pixels", HOLDOUT_PSNR: "held-out pixels"}
    lines = [Line(labels.get(column.name, column.name), column.values.tolist()) for column in record.columns]
    taken = f"{record.steps:,} steps, {record.passes:,.0f} passes over the set, {record.seconds:,.0f} s"
    return pages.section("The fit", pages.words(taken), charts.chart(lines, "share of the fit", "PSNR in dB"))


def _spread(report: Report) -> str:
    known = [image.psnr for image in report.images if image.psnr is not None]
    return pages.section("PSNR of the images", charts.histogram(known, "PSNR in dB")) if known else ""


def _ends(archive: AnyArchive, report: Report, originals: dict[int, Match]) -> str:
    ranked = sorted((image for image in report.images if image.psnr is not None), key=lambda image: image.psnr or 0.0)
    if not ranked:
        return ""
    parts, white = [], _white(originals)
    for title, images in (("Worst", ranked[:SHOWN]), ("Best", ranked[::-1][:SHOWN])):
        rows = [
            pages.gallery(
                f"{image.number} {image.name}, {decibels(image.psnr)}",
                _pictures(archive, image.number, originals, white),
            )
            for image in images
        ]
        parts.append(pages.section(title, pages.columns(rows)))
    return "".join(parts)


def _white(originals: dict[int, Match]) -> float:
    """The error that is drawn in full brightness, the same for all, in one digit."""
    if not originals:
        return 1.0
    errors = np.concatenate([np.abs(one.original - one.decoded)[..., :3].ravel() for one in originals.values()])
    return max(0.001, float(f"{np.percentile(errors, BRIGHTEST):.1g}"))


def _pictures(archive: AnyArchive, number: int, originals: dict[int, Match], white: float) -> list[Shown]:
    drawn = Shown("decoded", archive[number].render())
    if number not in originals:
        return [drawn]
    one = originals[number]
    error = np.abs(one.original - one.decoded)[..., :3]
    amplified = np.clip(error / white, 0.0, 1.0)
    return [Shown("original", straightened(one.original)), drawn, Shown(f"error, white is {white:g}", amplified)]


def _enlarged(archive: AnyArchive, references: Iterable[tuple[int, Pixels]]) -> str:
    rows = []
    for chosen, reference in references:
        image, size = archive[chosen], (reference.shape[1], reference.shape[0])
        pictures = [Shown("low resolution", image.render(), 192), Shown("prediction", image.render(size), 192)]
        rows.append(pages.gallery(image.name, [*pictures, Shown("true", straightened(reference), 192)]))
    return pages.section("Decoded larger", *rows) if rows else ""


def _sizes(report: Report, sizes: Sequence[tuple[str, int]]) -> str:
    if not sizes:
        return ""
    rows = [("this file", f"{report.file_size:,}", f"{report.bits_per_pixel:.3f}", "1.0")]
    rows += [
        (title, f"{size:,}", f"{8 * size / report.pixels:.3f}", f"{size / report.file_size:.1f}")
        for title, size in sizes
    ]
    return pages.section("Size", pages.table(("stored as", "bytes", "bits per pixel", "times this file"), rows))


def _sheet(archive: AnyArchive, report: Report) -> str:
    """Every image with its figures, in order; of very many the first."""
    shown = []
    for image in report.images[:SHEET]:
        side = min(SIDE, max(image.width, image.height))
        figures = [decibels(image.psnr)] if image.psnr is not None else []
        figures.append(f"{image.bits / 8:,.0f} bytes")
        pixels = archive[image.number].render(side)
        shown.append(Shown(f"{image.number} {image.name}", pixels, SIDE, figures))
    left = len(report.images) - len(shown)
    more = [pages.words(f"The first {SHEET} of {len(report.images):,}; the table below has all.")] if left else []
    return pages.section("The images", pages.sheet(shown), *more)


def _all(report: Report) -> str:
    headings = ("image", "PSNR", "SSIM", "MAE", "held-out PSNR", "held-out MAE", "bytes")
    rows = [
        (
            f"{image.number} {image.name}", decibels(image.psnr), number(image.ssim, 4), number(image.mae, 4),
            decibels(image.holdout_psnr), number(image.holdout_mae, 4), f"{image.bits / 8:,.0f}",
        )
        for image in report.images
    ]  # fmt: skip
    return pages.section("All figures", pages.table(headings, rows))


def number(figure: float | None, digits: int) -> str:
    """A figure for people; "-" where it is unknown."""
    return "-" if figure is None else f"{figure:.{digits}f}"
