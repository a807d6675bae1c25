"""`inrcodec add`: more images for a file that exists, without fitting it anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inrcodec.cli.console import Console, decibels, print_json, say_pairs
from inrcodec.cli.options import (
    Background,
    Device,
    Engine,
    File,
    Force,
    Json,
    MaxSize,
    Quiet,
    Resume,
    Seed,
    Threads,
    Trust,
    Verbose,
    epilog,
)
from inrcodec.cli.outcome import finish, passed_over
from inrcodec.cli.sources import FilesFrom, Null, Sources, gathered
from inrcodec.cli.values import spoken_duration
from inrcodec.errors import UsageError

if TYPE_CHECKING:
    from inrcodec.encoding.add import AddResult

EPILOG = epilog(
    (
        "inrcodec add set.inr new.png",
        "inrcodec add set.inr ./more -o larger.inr",
        "inrcodec add icons.inr logo.png --background white --refine 1000",
    ),
    ("file, added (number, name, psnr, bits), images, file_size, size_before, seconds, skipped (path, reason), notes",),
)


def add(
    file: File,
    sources: Sources = None,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write here instead.", show_default="the file itself"),
    ] = None,
    refine: Annotated[
        int | None,
        typer.Option(
            "--refine",
            metavar="STEPS",
            min=0,
            help="Steps of fitting for each image.",
            show_default="400; 0 where the file has an encoder",
        ),
    ] = None,
    quality: Annotated[int, typer.Option("-q", "--quality", min=0, max=100, help="As the file was encoded with.")] = 50,
    max_size: MaxSize = None,
    background: Background = None,
    device: Device = "auto",
    engine: Engine = "auto",
    threads: Threads = None,
    seed: Seed = 0,
    files_from: FilesFrom = None,
    null: Null = False,
    resume: Resume = False,
    trust: Trust = False,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Append images to a file: its network and its images stay as they are, new ones get codes of their own.

    Files of every design with latents or codes can grow (pyramid, latent, hypernetwork). A file that was encoded with
    --keep-encoder gives new images a code at once; elsewhere, and with --refine, their codes are fitted.
    """
    console = Console(quiet, verbose)
    given = gathered(sources, files_from, null)
    if output == "-":
        raise UsageError("add writes a file that it reads back and checks, not a stream; give -o a file name")
    import inrcodec
    from inrcodec.cli.opening import check_to_change
    from inrcodec.cli.progress import resumable_progress

    check_to_change(file, output)
    with resumable_progress(Path(output or file), console) as (on_progress, on_notice):
        result = inrcodec.add(
            file, given, output, overwrite=force, max_size=max_size, background=background, on_progress=on_progress,
            steps=refine, quality=quality, device=device, engine=engine, threads=threads, seed=seed,
            trust=trust, resume=resume, on_notice=on_notice,
        )  # fmt: skip
    answer = _keys(result)
    if json:
        print_json(answer)
    else:
        print(result.path, flush=True)
        say_pairs(console, _summary(answer))
    finish(result.skipped, result.notes, console)


def _keys(result: AddResult) -> dict[str, Any]:
    """The outcome as plain values, in the order of the JSON keys."""
    archive = result.archive
    new = [archive[number] for number in range(result.first, len(archive))]
    return {
        "file": str(result.path),
        "added": [
            {"number": image.number, "name": image.name, "psnr": image.psnr, "bits": image.bits} for image in new
        ],
        "images": len(archive),
        "file_size": archive.file_size,
        "size_before": result.size_before,
        "seconds": result.seconds,
        **passed_over(result.skipped, result.notes),
    }


def _summary(answer: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What was added, as (name, value) lines."""
    added, grown = answer["added"], answer["file_size"] - answer["size_before"]
    span = f"number {added[0]['number']}" + (f" to {added[-1]['number']}" if len(added) > 1 else "")
    yield "added", f"{len(added):,}, {span} of {answer['images']:,}"
    yield "file size", f"{answer['file_size']:,} bytes, {grown:+,}"
    known = [one for one in added if one["psnr"] is not None]
    if known:
        yield "mean PSNR", f"{decibels(sum(one['psnr'] for one in known) / len(known))}  of the new ones"
        worst = min(known, key=lambda one: float(one["psnr"]))
        yield "worst PSNR", f"{decibels(worst['psnr'])}  {worst['name']}"
    yield "time", spoken_duration(answer["seconds"])
