"""`inrcodec report`: how well each image was fitted and what it costs, stored or measured again; a table, or a page."""

from __future__ import annotations

import dataclasses
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inrcodec.cli.console import Console, print_csv, print_json, print_table
from inrcodec.cli.opening import open_any, open_signal
from inrcodec.cli.options import Force, Json, Quiet, Trust, Verbose, epilog
from inrcodec.cli.report_several import print_side_by_side, refuse_for_several
from inrcodec.cli.report_text import HEADINGS, SortKey, course, order, row, totals
from inrcodec.errors import UsageError
from inrcodec.exporters.naming import displayed

if TYPE_CHECKING:
    from inrcodec.archive import AnyArchive, Signal
    from inrcodec.cli.page_pictures import PageOriginals
    from inrcodec.evaluate import ImageReport, Report

PAGES = (".html", ".htm")
EPILOG = epilog(
    (
        "inrcodec report set.inr",
        "inrcodec report set.inr --sort psnr --limit 10",
        "inrcodec report set.inr --against ./thumbs --html report.html",
        "inrcodec report set.inr --curves curves.png",
        "inrcodec report seed0.inr seed1.inr seed2.inr",
        "inrcodec report set.inr --csv > set.csv",
    ),
    (
        "file, file_size, pixels, bits_per_pixel, holdout_mode, holdout_fraction, mean_psnr, mean_holdout_psnr, "
        "mean_ssim, mean_mae, mean_holdout_mae, mean_fitted_mae, best, worst, images, notes, exact_images; each image: "
        "number, name, width, height, bits, psnr, holdout_psnr, ssim, mae, holdout_mae, fitted_mae, bits_per_pixel, "
        "exact (no error at all: psnr is null)",
        "(with several files) files, figures; each figure: figure, values, mean, deviation",
    ),
)


def report(
    files: Annotated[
        list[str], typer.Argument(metavar="FILES", help="One .inr file or collection (.inrs), or several to compare.")
    ],
    sort: Annotated[
        SortKey, typer.Option("--sort", help="Order of the rows: worst first; bits and bpp most first.")
    ] = "number",
    best: Annotated[bool, typer.Option("--best", help="The other way round: best first.")] = False,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=0, help="Show only the first rows; totals cover all.", show_default="all"),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="FOLDER", help="Measure again from these originals.", show_default="stored"),
    ] = None,
    background: Annotated[
        str | None,
        typer.Option("--background", metavar="COLOUR", help="Flatten originals as encode did.", show_default="keep"),
    ] = None,
    html: Annotated[
        str | None,
        typer.Option("--html", metavar="FILE", help="Write a page; - for stdout.", show_default="none"),
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(
            "--reference", metavar="FOLDER", help="The images in high resolution, for --html.", show_default="none"
        ),
    ] = None,
    curves: Annotated[
        str | None,
        typer.Option("--curves", metavar="FILE", help="Plot the fit as .png or .svg.", show_default="none"),
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print the rows as CSV on stdout.")] = False,
    force: Force = False,
    json: Json = False,
    trust: Trust = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """List quality and cost of every image, from figures in the file or measured again from the originals."""
    console = Console(quiet, verbose)
    if len(files) == 1 and (signal := open_signal(files[0])) is not None:
        for_images = {"--against": against, "--html": html, "--reference": reference, "--background": background}
        _report_signal(files[0], signal, for_images, curves, force=force, json=json, csv=csv, console=console)
        return
    for file in files:
        if (signal := open_signal(file)) is not None:
            raise UsageError(f"{file} holds a {signal.kind}; several files are compared where they are sets of images")
    archives = [open_any(file, trust=trust) for file in files]
    if len(archives) > 1:
        refuse_for_several({"--against": against, "--html": html, "--reference": reference, "--curves": curves})
        print_side_by_side(archives, json=json, csv=csv)
        return
    if reference is not None and html is None:
        raise UsageError("--reference is for the page; add --html FILE")
    (archive,) = archives
    if html == "-":
        from inrcodec.cli.destination import check_stream

        if csv:
            raise UsageError("--html - and --csv both want stdout; leave one of them out")
        check_stream(json=json, what="a page")
    elif html is not None and Path(html).suffix.lower() not in PAGES:
        raise UsageError(f"--html {html}: a page ends in {' or '.join(PAGES)}")
    outputs = [Path(path) for path in (html, curves) if path is not None and (path != "-" or path == curves)]
    _check_outputs(outputs, curves, force=force)
    originals = _page_originals(html)
    answer = _answer(archive, against, background, originals)
    for note in answer.notes:
        console.warn(f"inrcodec: {note}")
    if html is not None and originals is not None:
        path = None if html == "-" else Path(html)
        _write_page(archive, answer, originals, path, reference, background, force=force)
        if path is None:
            return
        console.say(f"wrote {html}")
    if curves is not None:
        _write_curves(archive, Path(curves), force=force)
        console.say(f"wrote {curves}")
    rows = sorted(answer.images, key=lambda image: order(image, sort), reverse=best)[:limit]
    if json:
        print_json(_keys(answer, rows))
    elif csv:
        keys = [_image_keys(image) for image in rows]
        print_csv(list(_image_keys(answer.images[0])), [list(row.values()) for row in keys])
    elif not outputs:
        print_table(HEADINGS, (row(image) for image in rows))
        print()
        for name, value in (*totals(answer), *course(archive)):
            print(f"{name:<16}{displayed(value)}")


def _report_signal(
    file: str,
    signal: Signal,
    for_images: dict[str, str | None],
    curves: str | None,
    *,
    force: bool,
    json: bool,
    csv: bool,
    console: Console,
) -> None:
    """What the file of one signal says of itself."""
    from inrcodec.cli.info import print_pairs
    from inrcodec.cli.signals.saying import course_lines, describe_signal, figure_lines
    from inrcodec.exporters.tables import as_csv

    for name in (name for name, value in for_images.items() if value is not None):
        raise UsageError(f"{name} is for images; {file} holds a {signal.kind}")
    if curves is not None:
        _check_outputs([Path(curves)], curves, force=force)
        _write_curves(signal, Path(curves), force=force)
        console.say(f"wrote {curves}")
    told = describe_signal(file, signal)
    if json:
        print_json({key: told[key] for key in ("file", "file_size", "kind", "name", "axes", "channels", "figures")})
    elif csv:
        print(
            as_csv(["name", "file_size", *signal.figures], [[signal.name, signal.file_size, *signal.figures.values()]]),
            end="",
        )
    elif curves is None:
        print_pairs([("kind", f"{signal.kind}, from {signal.name}"), *figure_lines(signal.figures)])
        print_pairs([("size", f"{signal.file_size:,} bytes"), *course_lines(signal)])


def _page_originals(html: str | None) -> PageOriginals | None:
    """What gathers the originals for a page, where one is wanted."""
    if html is None:
        return None
    from inrcodec.cli.page_pictures import PageOriginals

    return PageOriginals()


def _answer(
    archive: AnyArchive, against: str | None, background: str | None, originals: PageOriginals | None
) -> Report:
    from inrcodec.evaluate import evaluate

    if against is None:
        return evaluate(archive)
    from inrcodec.evaluate.originals import measure_again

    return measure_again(archive, against, background, originals.see if originals else lambda match: None)


def _check_outputs(paths: Sequence[Path], curves: str | None, *, force: bool) -> None:
    """Refuse, before any work, what cannot be written."""
    from inrcodec.cli.destination import check_free, check_parent

    check_free(paths, force=force)
    for path in paths:
        check_parent(path)
    if curves is not None:
        from inrcodec.exporters.plots import check_plot

        check_plot(Path(curves))


def _write_page(
    archive: AnyArchive,
    answer: Report,
    originals: PageOriginals,
    path: Path | None,
    reference: str | None,
    background: str | None,
    *,
    force: bool,
) -> None:
    from inrcodec.cli.destination import put
    from inrcodec.cli.page_pictures import read_references
    from inrcodec.cli.report_page import report_page

    references = () if reference is None else read_references(archive, Path(reference), background)
    text = report_page(archive, answer, originals, references, shlex.join(["inrcodec", *sys.argv[1:]]))
    put(path, text.encode(), force=force)


def _write_curves(archive: AnyArchive | Signal, path: Path, *, force: bool) -> None:
    from inrcodec.bitstream.files import write_atomically
    from inrcodec.exporters.plots import draw_record

    if archive.record is None:
        raise UsageError(f"{archive.called}: has no training record (encode --no-record leaves it out)")
    write_atomically(path, draw_record(archive.called, archive.record, path.suffix), overwrite=force)


def _keys(answer: Report, rows: list[ImageReport]) -> dict[str, Any]:
    """The report as plain values, in the order of the JSON keys."""
    keys: dict[str, Any] = {field.name: getattr(answer, field.name) for field in dataclasses.fields(answer)}
    keys["exact_images"] = answer.exact_images
    keys["best"] = None if answer.best is None else _image_keys(answer.best)
    keys["worst"] = None if answer.worst is None else _image_keys(answer.worst)
    keys["images"] = [_image_keys(image) for image in rows]
    return keys


def _image_keys(image: ImageReport) -> dict[str, Any]:
    return {**dataclasses.asdict(image), "bits_per_pixel": image.bits_per_pixel, "exact": image.is_exact}
