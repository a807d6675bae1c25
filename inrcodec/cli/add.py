"""`inrcodec add`: more images for a file that exists, without fitting it anew."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inrcodec.cli.console import Console, counted, decibels, print_json, say_pairs
from inrcodec.cli.options import (
    Background,
    Device,
    Engine,
    Force,
    Json,
    MaxSize,
    Quiet,
    Resume,
    Seed,
    Set,
    Threads,
    Trust,
    Verbose,
    epilog,
)
from inrcodec.cli.outcome import finish, passed_over
from inrcodec.cli.sources import FilesFrom, Null, Packed, Sources, found_in, gathered
from inrcodec.cli.values import spoken_duration
from inrcodec.errors import UsageError

if TYPE_CHECKING:
    from inrcodec.archive import AnyArchive, ArchivedImage
    from inrcodec.encoding.add import AddResult
    from inrcodec.encoding.shards.adding import Adding, CollectionAddResult
    from inrcodec.images import Found

EPILOG = epilog(
    (
        "inrcodec add set.inr new.png",
        "inrcodec add set.inr ./more -o larger.inr",
        "inrcodec add photos.inrs ./more",
        "inrcodec add photos.inrs more-*.tar --input tar",
        "inrcodec add icons.inr logo.png --background white --refine 1000",
    ),
    (
        "file, added (number, name, psnr, bits), images, file_size, size_before, seconds, skipped (path, reason), "
        "notes; of a collection also changed, new (shards)",
    ),
)


def add(
    file: Set,
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
    quality: Annotated[
        int | None,
        typer.Option(
            "-q", "--quality", min=0, max=100, help="As the file was encoded with.", show_default="50; the collection's"
        ),
    ] = None,
    max_size: MaxSize = None,
    background: Background = None,
    device: Device = "auto",
    engine: Engine = "auto",
    threads: Threads = None,
    seed: Seed = 0,
    files_from: FilesFrom = None,
    null: Null = False,
    input: Packed = "files",
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
    Into a collection: each image joins the shard with images most like it; many, and those that none takes, get their
    own. Quality, largest side and background are the collection's, but for those that are given.
    """
    console = Console(quiet, verbose)
    given = found_in(gathered(sources, files_from, null), input)
    if output == "-":
        raise UsageError("add writes a file that it reads back and checks, not a stream; give -o a file name")
    import inrcodec
    from inrcodec.bitstream.collection import is_collection, is_url
    from inrcodec.cli.opening import check_to_change
    from inrcodec.cli.progress import resumable_progress

    if is_collection(file) and not is_url(file):
        if output is not None or resume:
            raise UsageError(
                f"{file}: is a collection, which is changed in place and goes on by itself; leave out -o and --resume"
            )
        from inrcodec.encoding.shards.adding import Adding

        how = Adding(
            steps=refine, quality=quality, max_size=max_size, background=background, device=device, engine=engine,
            threads=threads, seed=seed, trust=trust,
        )  # fmt: skip
        _add_to_collection(file, given, how, json, console)
        return
    check_to_change(file, output)
    with resumable_progress(Path(output or file), console) as (on_progress, on_notice):
        result = inrcodec.add(
            file, given, output, overwrite=force, max_size=max_size, background=background, on_progress=on_progress,
            steps=refine, quality=50 if quality is None else quality, device=device, engine=engine, threads=threads,
            seed=seed, trust=trust, resume=resume, on_notice=on_notice,
        )  # fmt: skip
    answer = _keys(result)
    if json:
        print_json(answer)
    else:
        print(result.path, flush=True)
        say_pairs(console, _summary(answer))
    finish(result.skipped, result.notes, console)


def _add_to_collection(file: str, sources: list[str] | list[Found], how: Adding, json: bool, console: Console) -> None:
    import dataclasses

    from inrcodec.cli.interrupt import Terminated
    from inrcodec.cli.progress import stoppable_progress
    from inrcodec.encoding.shards.adding import add_to_collection

    try:
        with stoppable_progress(console) as on_progress:
            result = add_to_collection(file, sources, dataclasses.replace(how, on_progress=on_progress))
    except (KeyboardInterrupt, Terminated):
        console.warn("inrcodec: stopped; the same command goes on with what is there")
        raise
    found = result.collection
    new = [found[found.numbers[name]] for name in result.names]
    answer = _told(file, found, new, result) | {"changed": result.changed, "new": result.new}
    if json:
        print_json(answer)
    else:
        print(file, flush=True)
        where = f"{counted(result.changed, 'shard')} grew, {result.new:,} {'is' if result.new == 1 else 'are'} new"
        say_pairs(console, [("shards", where), *_summary(answer)])
    for path in result.left_behind:
        console.warn(f"inrcodec: {path}: could not be removed, and nothing needs it any more; delete it")
    finish(result.skipped, result.notes, console)


def _keys(result: AddResult) -> dict[str, Any]:
    """The outcome as plain values, in the order of the JSON keys."""
    archive = result.archive
    new = [archive[number] for number in range(result.first, len(archive))]
    return _told(str(result.path), archive, new, result)


def _told(
    file: str, archive: AnyArchive, new: Sequence[ArchivedImage], result: AddResult | CollectionAddResult
) -> dict[str, Any]:
    return {
        "file": file,
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
    first, last = added[0]["number"], added[-1]["number"]
    span = f"number {first}" + (f" to {last}" if last - first == len(added) - 1 > 0 else "")
    span += " and others" if last - first != len(added) - 1 else ""
    yield "added", f"{len(added):,}, {span} of {answer['images']:,}"
    yield "file size", f"{answer['file_size']:,} bytes, {grown:+,}"
    known = [one for one in added if one["psnr"] is not None]
    if known:
        others = [one["psnr"] for one in known if one["psnr"] < math.inf]  # exact ones are counted, as by `report`
        mean = sum(others) / len(others) if others else math.inf
        exact = f", {len(known) - len(others):,} exact" if 0 < len(others) < len(known) else ""
        yield "mean PSNR", f"{decibels(mean)}{exact}  of the new ones"
        worst = min(known, key=lambda one: float(one["psnr"]))
        yield "worst PSNR", f"{decibels(worst['psnr'])}  {worst['name']}"
    yield "time", spoken_duration(answer["seconds"])
