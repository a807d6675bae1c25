"""`inrcodec encode`: a folder of images becomes one file."""

from __future__ import annotations

import dataclasses
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from inrcodec.cli.options import Force, Json, Quiet, Verbose, epilog
from inrcodec.cli.outcome import missed, next_commands, plan_keys, plan_lines, result_keys, summary
from inrcodec.cli.presets import check_patience, with_preset
from inrcodec.cli.snapshots import snapshots_into
from inrcodec.cli.talk import Talk, print_json, say_pairs
from inrcodec.cli.values import parse_bytes, parse_duration
from inrcodec.errors import UsageError
from inrcodec.settings import CONDITIONINGS

if TYPE_CHECKING:
    from inrcodec.fitting.progress import Progress

EPILOG = epilog(
    (
        "inrcodec encode ./thumbs -o set.inr",
        "inrcodec encode ./thumbs -o small.inr --quality 30 --time-limit 2m",
        "inrcodec encode 'icons/*.png' logo.webp -o icons.inr --background white",
        "inrcodec encode ./photos -o photos.inr --max-size 64 --effort 7",
        "inrcodec encode ./thumbs -o set.inr --target-size 60k",
        "inrcodec encode ./thumbs -o set.inr --target-psnr 35",
        "inrcodec encode ./thumbs -o set.inr --conditioning latent --code 128",
        "inrcodec encode ./thumbs -o set.inr --snapshots 50,750,final",
        "inrcodec encode ./thumbs --dry-run",
    ),
    (
        "file, file_size, images, pixels, bits_per_pixel, mean_psnr, worst_psnr, worst_image, holdout_mode, "
        "holdout_psnr, source_bytes, ratio, seconds, skipped (path, reason), notes",
        "(with --dry-run) file, images, pixels, channels, parameters, estimated_seconds, estimated_bytes, "
        "source_bytes, skipped, notes",
    ),
)
MISSED, SKIPPED = 4, 5
DESIGN = "Network"


def encode(
    sources: Annotated[
        list[str], typer.Argument(metavar="SOURCES", help="Folders, image files or globs.", show_default=False)
    ],
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FILE", help="The file to write.", show_default="FOLDER.inr, here"),
    ] = None,
    quality: Annotated[int, typer.Option("-q", "--quality", min=0, max=100, help="0 smallest, 100 finest.")] = 50,
    target_psnr: Annotated[
        float | None,
        typer.Option("--target-psnr", metavar="DB", help="Steer to this mean PSNR.", show_default="use --quality"),
    ] = None,
    target_size: Annotated[
        str | None,
        typer.Option("--target-size", metavar="BYTES", help="Steer to this size: 60k.", show_default="use --quality"),
    ] = None,
    effort: Annotated[
        int, typer.Option("-e", "--effort", min=1, max=9, help="1 quickest, 9 smallest for its quality.")
    ] = 5,
    passes: Annotated[
        int | None,
        typer.Option(
            "--passes", min=1, help="Visits of every pixel (epochs), in place of effort.", show_default="by effort"
        ),
    ] = None,
    time_limit: Annotated[
        str | None,
        typer.Option(
            "--time-limit", metavar="TIME", help="Stop fitting in time: 90, 90s, 5m, 1h.", show_default="none"
        ),
    ] = None,
    holdout: Annotated[
        float,
        typer.Option(
            "--holdout", min=0.0, max=0.5, help="Share of pixels hidden from the fit to measure it; 0 for none."
        ),
    ] = 0.1,
    holdout_mode: Annotated[
        Literal["release", "strict"],
        typer.Option("--holdout-mode", help="Fit hidden pixels after measuring (release), or never (strict)."),
    ] = "release",
    max_size: Annotated[
        int | None, typer.Option("--max-size", min=1, help="Shrink images to this longest side.", show_default="keep")
    ] = None,
    background: Annotated[
        str | None,
        typer.Option(
            "--background", metavar="COLOUR", help="Flatten transparency: white, #ff8800.", show_default="keep"
        ),
    ] = None,
    conditioning: Annotated[
        str, typer.Option("--conditioning", metavar="NAME", help=f"{', '.join(CONDITIONINGS)}.", rich_help_panel=DESIGN)
    ] = "pyramid",
    footprint: Annotated[
        int,
        typer.Option(
            "--footprint", min=1, max=8, help="Points per pixel and axis: 2 makes decode --upsample field better."
        ),
    ] = 1,
    preset: Annotated[
        Literal["memorize"] | None,
        typer.Option(
            "--preset",
            help="memorize: the study's joint network (binary, width 10x, three layers).",
            show_default="none",
            rich_help_panel=DESIGN,
        ),
    ] = None,
    width: Annotated[
        str | None,
        typer.Option(
            "--width",
            metavar="N|Nx",
            help="Hidden units, or a multiple of 256: 10x.",
            show_default="by set",
            rich_help_panel=DESIGN,
        ),
    ] = None,
    depth: Annotated[
        int | None,
        typer.Option("--depth", min=1, max=8, help="Hidden layers.", show_default="2 to 5", rich_help_panel=DESIGN),
    ] = None,
    activation: Annotated[
        Literal["sine", "relu", "relu-pe", "tanh"] | None,
        typer.Option("--activation", help="Of every layer.", show_default="sine", rich_help_panel=DESIGN),
    ] = None,
    w0: Annotated[
        int | None,
        typer.Option(
            "--w0", min=1, max=1000, help="Frequency of the first layer.", show_default="30", rich_help_panel=DESIGN
        ),
    ] = None,
    code: Annotated[
        int | None,
        typer.Option(
            "--code",
            min=1,
            max=1024,
            help="Numbers that tell an image (latent, hypernetwork).",
            show_default="64, 32",
            rich_help_panel=DESIGN,
        ),
    ] = None,
    bottleneck: Annotated[
        int | None,
        typer.Option(
            "--bottleneck",
            min=1,
            max=256,
            help="How many times narrower the middle layer is.",
            show_default="1, or 10",
            rich_help_panel=DESIGN,
        ),
    ] = None,
    head: Annotated[
        int | None,
        typer.Option(
            "--head",
            min=0,
            max=4096,
            help="Hidden units from code to weights (hypernetwork); 0: linear.",
            show_default="0",
            rich_help_panel=DESIGN,
        ),
    ] = None,
    space: Annotated[
        Literal["plain", "smooth"] | None,
        typer.Option(
            "--space",
            help="smooth: fit every drawing in a frame of its own (place, size, turn): for morphs by code with "
            "--conditioning latent; a pyramid gains nothing from it.",
            show_default="plain",
            rich_help_panel=DESIGN,
        ),
    ] = None,
    augment: Annotated[
        str | None,
        typer.Option(
            "--augment",
            metavar="KINDS",
            help="Learn from variations too: flip,rotate,crop.",
            show_default="none",
            rich_help_panel=DESIGN,
        ),
    ] = None,
    extra: Annotated[
        str | None,
        typer.Option(
            "--extra",
            metavar="FOLDER",
            help="Learn from these images too; they are not stored.",
            show_default="none",
            rich_help_panel=DESIGN,
        ),
    ] = None,
    device: Annotated[Literal["auto", "cuda", "mps", "cpu"], typer.Option("--device", help="Where to fit.")] = "auto",
    threads: Annotated[
        int | None, typer.Option("--threads", min=1, help="CPU threads.", show_default="all cores")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="The same seed repeats a run.")] = 0,
    record: Annotated[
        bool, typer.Option("--record/--no-record", help="Keep curves and more figures for reports in the file.")
    ] = True,
    snapshots: Annotated[
        str | None,
        typer.Option(
            "--snapshots",
            metavar="STEPS",
            help="Write what the network sees at steps, such as 50,750,final.",
            show_default="none",
        ),
    ] = None,
    snapshots_to: Annotated[
        str | None,
        typer.Option("--snapshots-to", metavar="DIR", help="Where to.", show_default="FILE-snapshots"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would take; write nothing.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the same command after Ctrl-C.")] = False,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Fit one small network and a code per image, and write both as one .inr file; its path goes to stdout."""
    talk = Talk(quiet, verbose)
    limit = None if time_limit is None else parse_duration(time_limit)
    target = _target(output, sources, talk)
    if not dry_run:
        check_target(target, force=force)
    from inrcodec.request import Request

    asked: dict[str, Any] = {
        "quality": quality, "target_psnr": target_psnr,
        "target_size": None if target_size is None else parse_bytes(target_size), "effort": effort, "passes": passes,
        "time_limit": limit, "holdout": holdout, "holdout_mode": holdout_mode,
        "max_size": max_size, "background": background, "conditioning": conditioning,
        "footprint": footprint, "width": width, "depth": depth, "activation": activation, "w0": w0,
        "code": code, "bottleneck": bottleneck, "head": head, "space": space, "augment": augment, "extra": extra,
        "device": device, "threads": threads, "seed": seed,
    }  # fmt: skip
    if preset is not None:
        asked = with_preset(preset, asked, dataclasses.asdict(Request()))
    if dry_run:
        _dry_run(sources, target, asked, json, talk)
    else:
        if preset is not None:
            check_patience(sources, asked)
        shown = None if snapshots is None else snapshots_into(snapshots, snapshots_to, target, force=force)
        how = {"overwrite": force, "resume": resume, "record": record, "snapshots": shown}
        _encode(sources, target, asked, how, json, talk)


def check_target(target: Path, *, force: bool) -> None:
    """Refuse an output that cannot or must not be written, before any work."""
    if str(target) == "-":
        raise UsageError("encode writes a file that it reads back and checks, not a stream; give -o a file name")
    from inrcodec.encoding import check_output

    check_output(target, overwrite=force)


def _target(output: str | None, sources: Sequence[str], talk: Talk) -> Path:
    """Where to write: -o, or a name made from the only folder given, in the current folder."""
    if output is not None:
        return Path(output)
    first = Path(sources[0]).resolve()
    stem = "set"
    if len(sources) == 1 and first.exists():
        stem = (first.name if first.is_dir() else first.stem) or stem
    talk.say(f"no -o given: writing {stem}.inr")
    return Path(f"{stem}.inr")


def _dry_run(sources: Sequence[str], target: Path, asked: dict[str, Any], json: bool, talk: Talk) -> None:
    import inrcodec

    answer = plan_keys(target, inrcodec.plan(sources, **asked))
    if json:
        print_json(answer)
    else:
        for name, value in plan_lines(answer):
            print(f"{name:<12}{value}")
    _finish(answer["skipped"], answer["notes"], 0, talk)


def _encode(
    sources: Sequence[str], target: Path, asked: dict[str, Any], how: dict[str, Any], json: bool, talk: Talk
) -> None:
    import inrcodec
    from inrcodec.cli.interrupt import between_steps
    from inrcodec.cli.progress import fit_progress
    from inrcodec.evaluate import evaluate

    talk.detail("loading torch and the images")
    try:
        with between_steps() as check, fit_progress(talk) as draw:

            def on_progress(news: Progress) -> None:
                draw(news)
                check()

            result = inrcodec.encode(sources, target, on_progress=on_progress, **how, **asked)
    except KeyboardInterrupt:
        _say_how_to_resume(target, talk)
        raise
    answer = result_keys(result, evaluate(result.archive))
    if json:
        print_json(answer)
    else:
        print(result.path, flush=True)
        say_pairs(talk, summary(answer))
        for line in next_commands(result.path):
            talk.say(line)
    failures = list(missed(asked, answer))
    for what in failures:
        talk.warn(f"inrcodec: {what}; the file is complete")
    _finish(answer["skipped"], answer["notes"], MISSED if failures else 0, talk)


def _say_how_to_resume(target: Path, talk: Talk) -> None:
    """After Ctrl-C: the line that goes on from the checkpoint, if the fit had begun."""
    from inrcodec.encoding import checkpoint_path

    if checkpoint_path(target).exists():
        words = [word for word in sys.argv[1:] if word != "--resume"]
        talk.warn(f"inrcodec: stopped; to go on: {shlex.join(['inrcodec', *words, '--resume'])}")


def _finish(skipped: Sequence[dict[str, str]], notes: Sequence[str], code: int, talk: Talk) -> None:
    """Say what was passed over, and leave with the exit code that it means."""
    for note in notes:
        talk.say(f"note: {note}")
    if skipped:
        talk.warn(f"inrcodec: {len(skipped)} skipped:")
        for one in skipped:
            talk.warn(f"  {one['path']}: {one['reason']}")
    if code or skipped:
        raise typer.Exit(code or SKIPPED)
