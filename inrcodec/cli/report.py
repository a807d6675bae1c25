"""`inrcodec report`: how well each image was fitted and what it costs, from the figures stored in the file."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from inrcodec.cli.opening import open_archive
from inrcodec.cli.options import File, Json, Quiet, Verbose, epilog
from inrcodec.cli.talk import decibels, print_json, print_table
from inrcodec.exporters.naming import displayed

if TYPE_CHECKING:
    from inrcodec.evaluate import ImageReport, Report

EPILOG = epilog(
    ("inrcodec report set.inr", "inrcodec report set.inr --sort psnr --limit 10", "inrcodec report set.inr --json"),
    (
        "file, file_size, pixels, bits_per_pixel, holdout_mode, holdout_fraction, mean_psnr, mean_holdout_psnr, "
        "best, worst, images; each image: number, name, width, height, bits, psnr, holdout_psnr, bits_per_pixel",
    ),
)
HEADINGS = ("number", "name", "size", "PSNR", "held-out", "bytes", "bpp")
SortKey = Literal["number", "name", "psnr", "holdout", "bits", "bpp"]


def report(
    file: File,
    sort: Annotated[
        SortKey, typer.Option("--sort", help="Order of the rows: PSNRs worst first, bits and bpp most first.")
    ] = "number",
    limit: Annotated[
        int | None, typer.Option("--limit", min=0, help="Show only the first rows; totals cover all.")
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """List PSNR, held-out PSNR and cost of every image, as measured by the encoder and stored in the file."""
    from inrcodec.evaluate import evaluate

    answer = evaluate(open_archive(file))
    rows = sorted(answer.images, key=lambda image: _order(image, sort))[:limit]
    if json:
        print_json(_keys(answer, rows))
        return
    print_table(HEADINGS, (_row(image) for image in rows))
    print()
    for name, value in _totals(answer):
        print(f"{name:<16}{displayed(value)}")


def _order(image: ImageReport, sort: SortKey) -> tuple[Any, int]:
    """Sort key of a row; what was not measured comes last."""
    unknown = math.inf
    keys: dict[str, Any] = {
        "number": image.number,
        "name": image.name.casefold(),
        "psnr": unknown if image.psnr is None else image.psnr,
        "holdout": unknown if image.holdout_psnr is None else image.holdout_psnr,
        "bits": -image.bits,
        "bpp": -image.bits_per_pixel,
    }
    return keys[sort], image.number


def _keys(answer: Report, rows: list[ImageReport]) -> dict[str, Any]:
    """The report as plain values, in the order of the JSON keys."""
    keys: dict[str, Any] = {field.name: getattr(answer, field.name) for field in dataclasses.fields(answer)}
    keys["best"] = None if answer.best is None else _image_keys(answer.best)
    keys["worst"] = None if answer.worst is None else _image_keys(answer.worst)
    keys["images"] = [_image_keys(image) for image in rows]
    return keys


def _image_keys(image: ImageReport) -> dict[str, Any]:
    return {**dataclasses.asdict(image), "bits_per_pixel": image.bits_per_pixel}


def _row(image: ImageReport) -> tuple[str, ...]:
    return (
        str(image.number),
        image.name,
        f"{image.width}x{image.height}",
        decibels(image.psnr),
        decibels(image.holdout_psnr),
        f"{image.bits / 8:,.0f}",
        f"{image.bits_per_pixel:.3f}",
    )


def _totals(answer: Report) -> list[tuple[str, str]]:
    """Lines below the table, as (name, value)."""
    from inrcodec.cli.info import holdout_words

    lines = [("images", f"{len(answer.images):,}"), ("PSNR", f"mean {decibels(answer.mean_psnr)}")]
    if answer.best and answer.worst:
        lines.append(("worst", f"{decibels(answer.worst.psnr)}  {answer.worst.number} {answer.worst.name}"))
        lines.append(("best", f"{decibels(answer.best.psnr)}  {answer.best.number} {answer.best.name}"))
    lines.append(("held-out", f"mean {decibels(answer.mean_holdout_psnr)}"))
    lines.append(("held-out pixels", holdout_words(answer.holdout_mode, answer.holdout_fraction)))
    lines.append(("file", f"{answer.file_size:,} bytes, {answer.bits_per_pixel:.3f} bits per pixel"))
    return lines
