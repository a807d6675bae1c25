"""`inrcodec fit`: one SIREN for one picture (values, slopes, Laplacian, or a list of constraints), sound or shape."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from inrcodec.cli.console import Console, print_json
from inrcodec.cli.network_options import DESIGN, Activation, Depth, Width
from inrcodec.cli.opening import refuse_folder
from inrcodec.cli.options import Device, Effort, Force, Json, Quiet, Resume, Seed, TimeLimit, epilog
from inrcodec.cli.outlook import MISSED
from inrcodec.cli.values import parse_duration, spoken_duration
from inrcodec.errors import UsageError

if TYPE_CHECKING:
    from inrcodec.encoding.signals.fit import FitResult
    from inrcodec.encoding.signals.listed import ConstraintList
    from inrcodec.encoding.signals.options import SignalKeywords

EPILOG = epilog(
    (
        "inrcodec fit cat.png -o cat.inr",
        "inrcodec fit cat.png --from gradient -o cat.inr",
        "inrcodec fit cat.png --from laplacian --time-limit 3m -o cat.inr",
        "inrcodec fit cat.png --from gradient --reach 1 --activation relu-pe -o relu.inr",
        "inrcodec fit cat.png --from gradient --show-constraints > cat.toml",
        "inrcodec fit cat.toml -o cat.inr",
        "inrcodec fit knot.ply -o knot.inr",
        "inrcodec fit bell.wav -o bell.inr",
        "inrcodec fit talk.flac --start 1m30s --length 3 -o talk.inr",
    ),
    (
        "file, file_size, known, psnr, psnr_unquantized, psnr_unsettled, psnr_lattice, slopes, loss, steps, "
        "source_bytes, ratio, seconds",
        "(sounds, clips, shapes) file, file_size, kind, known, figures, unquantized, loss, steps, warnings, "
        "source_bytes, ratio, seconds",
    ),
)
LIST_SUFFIX = ".toml"
GRACE_SECONDS = 5.0  # loading and writing are not what --time-limit is about here


def fit(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="A picture, a sound, a clip, a shape, or a list of constraints (.toml).",
            show_default=False,
        ),
    ],
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FILE", help="The file to write.", show_default="SOURCE.inr, here"),
    ] = None,
    quantity: Annotated[
        Literal["value", "gradient", "laplacian"] | None,
        typer.Option("--from", help="What is told of the picture.", show_default="value"),
    ] = None,
    constant: Annotated[
        str | None,
        typer.Option(
            "--constant",
            metavar="COLOR",
            help="What slopes do not tell, the mean of each channel: picture, none or a color.",
            show_default="picture",
        ),
    ] = None,
    reach: Annotated[
        int | None,
        typer.Option(
            "--reach",
            min=1,
            metavar="PIXELS",
            help="How far apart compared pixels are; 1: exact derivatives alone, the paper's way.",
            show_default="the whole picture",
        ),
    ] = None,
    show_constraints: Annotated[
        bool, typer.Option("--show-constraints", help="Print the list that the options stand for; fit nothing.")
    ] = False,
    start: Annotated[
        str | None,
        typer.Option("--start", metavar="TIME", help="Of a sound: where to begin, as in 1m30s.", show_default="0"),
    ] = None,
    length: Annotated[
        str | None,
        typer.Option("--length", metavar="TIME", help="Of a sound: how much of it.", show_default="to its end"),
    ] = None,
    effort: Effort = 5,
    passes: Annotated[
        int | None,
        typer.Option("--passes", min=1, help="Visits of every sample, in place of effort.", show_default="by effort"),
    ] = None,
    time_limit: TimeLimit = None,
    width: Width = None,
    depth: Depth = None,
    activation: Activation = None,
    w0: Annotated[
        str | None,
        typer.Option(
            "--w0",
            metavar="N[,N...]",
            help="Frequency of the first layer, or of every layer.",
            show_default="by size",
            rich_help_panel=DESIGN,
        ),
    ] = None,
    device: Device = "auto",
    threads: Annotated[
        int, typer.Option("--threads", min=1, help="CPU threads; 2 help on an idle machine and hurt on a busy one.")
    ] = 1,
    seed: Seed = 0,
    resume: Resume = False,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fit one sine network to one picture, sound, clip or shape and write it as a file; its path goes to stdout.

    For a set of pictures, or for the smallest file, use encode; for video, encode CLIP --frames all: the frames of a
    clip have much in common, and a set of them is both finer and smaller than one network.
    """
    console = Console(quiet)
    limit = None if time_limit is None else parse_duration(time_limit)
    from inrcodec.signals import kind_of

    refuse_folder(source, "one picture, sound, clip or shape")
    kind = None if _is_list(source) else kind_of(source)
    if kind is not None and (quantity or constant or reach or show_constraints):
        raise UsageError(f"--from, --constant, --reach and --show-constraints are for a picture; {source} is a {kind}")
    if kind is None and (start or length):
        raise UsageError("--start and --length are for a sound")
    listed = None if kind is not None else _listed(source, quantity, constant, reach)
    if listed is not None and show_constraints:
        from inrcodec.encoding.signals.listed import write_list

        print(write_list(listed), end="")
        return
    from inrcodec.encoding.signals.options import SignalKeywords

    target = Path(f"{Path(source).stem}.inr" if output is None else output)
    if output == "-":
        raise UsageError("fit writes a file that it reads back and checks, not a stream; give -o a file name")
    options = SignalKeywords(
        overwrite=force, resume=resume, effort=effort, passes=passes, time_limit=limit, width=width, depth=depth,
        activation=activation, w0=w0, device=device, threads=threads, seed=seed,
        start=None if start is None else parse_duration(start, nothing=True),
        length=None if length is None else parse_duration(length),
    )  # fmt: skip
    if listed is None:
        from inrcodec.cli.signals.fitting import fit_signal_shown

        seconds = fit_signal_shown(source, target, options, console, json=json)
        _check_time(limit, seconds, console)
        return
    # A list that was read names its files relative to itself, and its constraints in messages as it does.
    result = fit_shown(source if _is_list(source) else listed, target, options, console)
    if json:
        print_json(_answer(result))
    else:
        print(result.path, flush=True)
        for line in _lines(result):
            console.say(line)
    _check_time(limit, result.seconds, console)


def _check_time(limit: float | None, seconds: float, console: Console) -> None:
    """End with code 4 where a time limit was missed."""
    if limit is not None and seconds > limit + GRACE_SECONDS:
        took = spoken_duration(seconds)
        console.warn(f"inrcodec: it took {took}, longer than --time-limit; the file is complete")
        raise typer.Exit(MISSED)


def _is_list(source: str) -> bool:
    return Path(source).suffix.lower() == LIST_SUFFIX


def _listed(source: str, quantity: Any, constant: str | None, reach: int | None) -> ConstraintList:
    """The constraints that are asked for."""
    from inrcodec.encoding.signals.listed import read_list
    from inrcodec.encoding.signals.options import picture_list

    if _is_list(source):
        if quantity is not None or constant is not None or reach is not None:
            raise UsageError("--from, --constant and --reach are for a picture; a list says all that itself")
        if not Path(source).is_file():
            raise UsageError(f"{source}: no such file")
        return read_list(Path(source))
    if constant is not None and quantity in (None, "value"):
        raise UsageError("--constant: values leave no constant open; it is for --from gradient or laplacian")
    return picture_list(source, quantity or "value", constant or "picture", reach)


def fit_shown(source: str | ConstraintList, target: Path, options: SignalKeywords, console: Console) -> FitResult:
    """Fit with progress on stderr; Ctrl-C ends it between two steps."""
    from inrcodec.cli.signals.fitting import shown
    from inrcodec.encoding.signals.fit import fit_with

    with shown(target, options, console) as told:
        return fit_with(source, target, told)


def _answer(result: FitResult) -> dict[str, Any]:
    """The outcome as plain values, in the order of the JSON keys."""
    size = result.archive.file_size
    return {
        "file": str(result.path),
        "file_size": size,
        "known": result.known,
        "psnr": result.psnr,
        "psnr_unquantized": result.psnr_unquantized,
        "psnr_unsettled": result.psnr_unsettled,
        "psnr_lattice": result.psnr_lattice,
        "slopes": result.slopes,
        "loss": result.loss,
        "steps": result.steps,
        "source_bytes": result.source_bytes,
        "ratio": result.source_bytes / size if result.source_bytes else None,
        "seconds": result.seconds,
    }


def _lines(result: FitResult) -> Iterator[str]:
    """What was known and what came of it."""
    yield f"{result.path}: {result.archive.file_size:,} bytes; known: {result.known}"
    figures = [
        (result.psnr, "{:.1f} dB"),
        (result.psnr_unsettled, "{:.1f} before constants are settled"),
        (result.psnr_lattice, "exact lattice solution {:.0f} dB"),
        (result.slopes, "slopes {:.1f} dB"),
    ]
    told = [words.format(value) for value, words in figures if value is not None]
    yield "; ".join(told) if told else f"error {result.loss:.3g} after {result.steps:,} steps"
