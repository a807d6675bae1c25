"""`inrcodec study`: several designs of the network on one set, each with the same budget."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inrcodec.cli.console import Console, decibels, print_json, print_table
from inrcodec.cli.options import Background, Device, Force, Json, LabelColumn, Quiet, Seed, Verbose, epilog
from inrcodec.cli.outcome import finish
from inrcodec.cli.progress import kept_progress
from inrcodec.cli.sources import FilesFrom, Null, Sources, gathered
from inrcodec.cli.values import parse_duration

if TYPE_CHECKING:
    from inrcodec.benchmark.study import Row

EPILOG = epilog(
    (
        "inrcodec study ./thumbs",
        "inrcodec study ./thumbs --time-limit 2m --save fits --reference ./originals",
        "inrcodec study ./thumbs --designs 'latent latent:code=128 binary:activation=relu'",
        "inrcodec study ./thumbs --labels labels.csv -o curves.svg",
    ),
    (
        "images, pixels, rows, notes, skipped; each row: design, file, parameters, file_size, bits_per_pixel, psnr, "
        "holdout_psnr, reference_psnr, precision_at_1, precision_interval, blend, ghost, passes, "
        "seconds, train_curve, holdout_curve",
    ),
)
HEADINGS = (
    *("design", "parameters", "bytes", "bpp", "PSNR", "held-out", "enlarged", "P@1"),
    *("blend", "ghost", "passes", "seconds"),
)


def study(
    sources: Sources = None,
    designs: Annotated[
        str | None,
        typer.Option(
            "--designs",
            metavar="LIST",
            help="Designs apart by spaces: latent:code=128 grid.",
            show_default="all conditionings, and three activations",
        ),
    ] = None,
    time_limit: Annotated[str, typer.Option("--time-limit", metavar="TIME", help="For each design: 90s, 5m.")] = "60s",
    effort: Annotated[
        int | None,
        typer.Option("--effort", min=1, max=9, help="Equal passes in place of equal time.", show_default="none"),
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option("--reference", metavar="FOLDER", help="The same images in high resolution.", show_default="none"),
    ] = None,
    labels: Annotated[
        str | None,
        typer.Option("--labels", metavar="CSV", help="Columns name and label: judge neighbours.", show_default="none"),
    ] = None,
    label_column: LabelColumn = "label",
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FILE", help="Plot all curves as .png or .svg.", show_default="none"),
    ] = None,
    save: Annotated[
        str | None,
        typer.Option("--save", metavar="DIR", help="Keep fits, and go on with them.", show_default="none"),
    ] = None,
    background: Background = None,
    device: Device = "auto",
    seed: Seed = 0,
    files_from: FilesFrom = None,
    null: Null = False,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Fit each design for the same time, and print what it takes, how good it is, and what its codes are worth."""
    console = Console(quiet, verbose)
    given = gathered(sources, files_from, null)
    if output is not None:
        _check_output(Path(output), force=force)
    from inrcodec.benchmark.study import DESIGNS
    from inrcodec.benchmark.study import study as run
    from inrcodec.encoding.options import EncodeOptions

    options = EncodeOptions(
        time_limit=parse_duration(time_limit) if effort is None else None,
        effort=effort or 9,  # with a limit, it only says how many passes there would be without
        background=background,
        device=device,
        seed=seed,
    )
    with kept_progress(console, save) as on_step:
        answer = run(
            given,
            options=options,
            designs=DESIGNS if designs is None else designs.split(),
            reference=reference,
            labels=labels,
            label_column=label_column,
            save=save,
            on_step=on_step,
        )
    if json:
        print_json(answer)
    else:
        print_table(HEADINGS, [_row(row) for row in answer.rows], left=(0,))
    if output is not None:
        _plot(answer.rows, Path(output), force=force)
        console.say(f"wrote {output}")
    finish(answer.skipped, answer.notes, console)


def _check_output(path: Path, *, force: bool) -> None:
    from inrcodec.cli.destination import check_free, check_parent
    from inrcodec.exporters.plots import check_plot

    check_plot(path)
    check_parent(path)
    check_free([path], force=force)


def _plot(rows: tuple[Row, ...], path: Path, *, force: bool) -> None:
    from inrcodec.bitstream.files import write_atomically
    from inrcodec.exporters.plots import Course, draw_courses

    courses = [Course(row.design, row.train_curve, row.holdout_curve) for row in rows]
    write_atomically(path, draw_courses(courses, path.suffix), overwrite=force)


def _row(row: Row) -> tuple[str, ...]:
    return (
        row.design,
        f"{row.parameters:,}",
        f"{row.file_size:,}",
        f"{row.bits_per_pixel:.3f}",
        decibels(row.psnr),
        decibels(row.holdout_psnr),
        decibels(row.reference_psnr),
        _precision(row),
        _two_digits(row.blend),
        _two_digits(row.ghost),
        "-" if row.passes is None else f"{row.passes:,.0f}",
        "-" if row.seconds is None else f"{row.seconds:,.0f}",
    )


def _precision(row: Row) -> str:
    if row.precision_at_1 is None or row.precision_interval is None:
        return "-"
    low, high = row.precision_interval
    return f"{row.precision_at_1:.2f} [{low:.2f}, {high:.2f}]"


def _two_digits(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.2f}"
