"""`inrcodec compare`: is the file smaller than the same pictures as PNG, JPEG, WebP, AVIF and JPEG XL?"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inrcodec.bitstream.collection import is_collection
from inrcodec.cli.console import Console
from inrcodec.cli.network_options import Conditioning
from inrcodec.cli.options import (
    Background,
    Device,
    Effort,
    Engine,
    Force,
    Holdout,
    Json,
    MaxSize,
    Quiet,
    Seed,
    Threads,
    Verbose,
    epilog,
)
from inrcodec.cli.outcome import finish
from inrcodec.cli.progress import kept_progress
from inrcodec.cli.sources import FilesFrom, Null, Sources, gathered
from inrcodec.cli.spelling import spelled
from inrcodec.cli.values import parse_duration
from inrcodec.errors import UsageError
from inrcodec.exporters.documents import as_json

if TYPE_CHECKING:
    from inrcodec.benchmark.compare import Comparison

EPILOG = epilog(
    (
        "inrcodec compare ./thumbs",
        "inrcodec compare ./thumbs --qualities 30,60 --effort 3 --save fits",
        "inrcodec compare ./thumbs --archive set.inr -o plot.svg -o table.json",
        "inrcodec compare ./thumbs --archive set.inr --reference ./originals --codecs none",
        "inrcodec compare ./thumbs --qualities none --codecs webp,avif,jxl",
    ),
    (
        "sources, images, pixels, channels, inrcodec, standings, enlarging, notes, skipped (path, reason)",
        "(inrcodec and each standing's codec) name, title, packing, lossless, points; each point: setting, size, "
        "bits_per_pixel, psnr (null when lossless), encode_seconds, decode_seconds, best",
        "(each standing, a number per point of inrcodec) rates: bits per pixel at equal PSNR; psnrs: dB at equal bits "
        "per pixel; bd_rate (percent, low, high): rate of inrcodec against the codec, below zero is less",
        "(enlarging, null without --reference) images, ways (title, bits_per_pixel, psnr, ssim, seconds)",
    ),
)
NONE = "none"
DOCUMENT = ".json"


def compare(
    sources: Sources = None,
    qualities: Annotated[
        str | None,
        typer.Option(
            "--qualities", metavar="LIST", help="Fit once for each, or none.", show_default="20,40,60,80; none with -a"
        ),
    ] = None,
    archive: Annotated[
        list[str] | None,
        typer.Option(
            "-a",
            "--archive",
            metavar="FILE",
            help="An .inr file of the same images; may be repeated.",
            show_default=False,
        ),
    ] = None,
    codecs: Annotated[
        str | None,
        typer.Option(
            "--codecs",
            "--rivals",  # what it was called in version 0.1
            metavar="LIST",
            help="png, webp-lossless, jxl-lossless, jpeg, webp, avif, jxl, or none.",
            show_default="all",
        ),
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(
            "--reference",
            metavar="FOLDER",
            help="The same images in high resolution: compare decoding at their size.",
            show_default=False,
        ),
    ] = None,
    save: Annotated[
        str | None,
        typer.Option(
            "--save",
            metavar="FOLDER",
            help="Keep fitted files here, and use those that are here.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="A plot (.png, .svg) or all numbers (.json); may be repeated.",
            show_default=False,
        ),
    ] = None,
    effort: Effort = 5,
    time_limit: Annotated[
        str | None, typer.Option("--time-limit", metavar="TIME", help="For each fit: 90, 5m, 1h.", show_default="none")
    ] = None,
    holdout: Holdout = 0.0,
    max_size: MaxSize = None,
    background: Background = None,
    conditioning: Conditioning = "pyramid",
    device: Device = "auto",
    engine: Engine = "auto",
    threads: Threads = None,
    seed: Seed = 0,
    points: Annotated[bool, typer.Option("--points", help="List every measured point too.")] = False,
    files_from: FilesFrom = None,
    null: Null = False,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Compare inrcodec with PNG, JPEG, WebP, AVIF and JPEG XL on the same images, as files and as one sheet.

    Every byte is counted: bits per pixel at equal PSNR, PSNR at equal bits per pixel, BD-rate and seconds.
    """
    from inrcodec.benchmark.compare import QUALITIES, compare
    from inrcodec.cli.comparison import show
    from inrcodec.encoding.options import EncodeOptions

    console = Console(quiet, verbose)
    given = gathered(sources, files_from, null)
    for stored in filter(is_collection, archive or ()):
        raise UsageError(f"{stored}: is a collection; -a takes .inr files of the same images")
    default = () if archive else QUALITIES
    outputs = _outputs(output or [], force=force)
    options = EncodeOptions(
        effort=effort, time_limit=None if time_limit is None else parse_duration(time_limit), holdout=holdout,
        max_size=max_size, background=background, conditioning=conditioning,
        device=device, engine=engine, threads=threads, seed=seed,
    )  # fmt: skip
    wanted = default if qualities is None else parse_qualities(qualities)
    against = None if codecs is None else _listed(codecs)
    with kept_progress(console, save) as on_step:
        answer = compare(
            given, options=options, qualities=wanted, archives=archive or (), codecs=against, reference=reference,
            save=save, on_step=on_step,
        )  # fmt: skip
    document = as_json({"sources": given, **_keys(answer)}, spelled)
    if json:
        print(document, end="", flush=True)
    else:
        show(answer, every_point=points or not answer.inrcodec.points)
    _write(outputs, answer, document, force, console)
    finish(answer.skipped, answer.notes, console)


def parse_qualities(text: str) -> tuple[float, ...]:
    """Qualities from "20,40,60", each once and in order; none for "none"."""
    try:
        wanted = sorted({float(part) for part in _listed(text)})
    except ValueError:
        raise UsageError(f"cannot read the qualities {text!r}; write 20,40,60 or none") from None
    if not all(0 <= quality <= 100 for quality in wanted):
        raise UsageError(f"qualities {text!r} are not all within 0 to 100")
    return tuple(wanted)


def _listed(text: str) -> tuple[str, ...]:
    """The parts of a list with commas; empty for "none"."""
    return () if text.strip() == NONE else tuple(part for piece in text.split(",") if (part := piece.strip()))


def _outputs(paths: Sequence[str], *, force: bool) -> tuple[Path, ...]:
    """Where to write, refused before any work when that cannot or must not be done."""
    from inrcodec.cli.destination import check_free, check_parent
    from inrcodec.exporters.plots import SUFFIXES, check_plot

    outputs = tuple(map(Path, paths))
    for path in outputs:
        suffix = path.suffix.lower()
        if suffix not in (*SUFFIXES, DOCUMENT):
            known = " or ".join(SUFFIXES)
            raise UsageError(f"-o {path}: end it with {known} for a plot, or with {DOCUMENT} for all numbers")
        if suffix != DOCUMENT:
            check_plot(path)
        check_parent(path)
    check_free(outputs, force=force)
    return outputs


def _write(outputs: Sequence[Path], answer: Comparison, document: str, force: bool, console: Console) -> None:
    from inrcodec.bitstream.files import write_atomically
    from inrcodec.cli.comparison import plotted
    from inrcodec.exporters.plots import draw_curves

    title = f"{answer.images:,} images, {answer.pixels:,} pixels"
    for path in outputs:
        suffix = path.suffix.lower()
        blob = document.encode() if suffix == DOCUMENT else draw_curves(title, plotted(answer), suffix)
        write_atomically(path, blob, overwrite=force)
        console.say(f"wrote {path}")


def _keys(answer: Comparison) -> dict[str, Any]:
    """The comparison by its JSON keys."""
    return {field.name: getattr(answer, field.name) for field in dataclasses.fields(answer)}
