"""`encode -o NAME.inrs`: a folder of images becomes a collection, shard by shard, side by side."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from inrcodec.bitstream.collection import SUFFIX
from inrcodec.cli.console import Console, counted, decibels, print_json, say_pairs
from inrcodec.cli.spelling import quoted
from inrcodec.cli.values import spoken_duration
from inrcodec.errors import Message, UsageError

if TYPE_CHECKING:
    from inrcodec.encoding.options import EncodeOptions
    from inrcodec.encoding.shards.collect import CollectionResult
    from inrcodec.encoding.shards.options import CollectionProgress, Sharding
    from inrcodec.images.scan import Source

AUTO, SKIPPED = "auto", 5
PANEL = "Collections"
LISTED = 10  # failures that are told one by one

Shards = Annotated[
    str | None,
    typer.Option(
        "--shards",
        metavar="auto|N",
        help="Make a collection: a folder of so many .inr files.",
        show_default="one file; auto where -o ends in .inrs",
        rich_help_panel=PANEL,
    ),
]
Order = Annotated[
    Literal["auto", "names", "clusters"],
    typer.Option(
        "--order",
        help="Which images share a shard: by name, or what looks alike (auto: up to 50,000).",
        rich_help_panel=PANEL,
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers", min=1, help="Shards at a time, on this machine.", show_default="1", rich_help_panel=PANEL
    ),
]
Ray = Annotated[
    str | None,
    typer.Option(
        "--ray",
        metavar="ADDRESS",
        help="A Ray cluster that does the work; local starts one.",
        show_default="none",
        rich_help_panel=PANEL,
    ),
]


def is_collection(target: Path, *, shards: str | None, order: str, workers: int | None, ray: str | None) -> bool:
    """Whether a collection is asked for; UsageError where only half of one is."""
    if target.suffix == SUFFIX:
        return True
    asked = {"--shards": shards, "--order": None if order == "auto" else order, "--workers": workers, "--ray": ray}
    for name in (name for name, value in asked.items() if value is not None):
        raise UsageError(f"{name} makes a collection; give it a name that ends in {SUFFIX}: -o {target.stem}{SUFFIX}")
    return False


def sharding_of(
    shards: str | None,
    order: Literal["auto", "names", "clusters"],
    workers: int | None,
    ray: str | None,
    *,
    force: bool,
) -> Sharding:
    """The options as one value."""
    from inrcodec.encoding.shards.options import Sharding

    if shards is not None and shards != AUTO and not (shards.isascii() and shards.isdigit() and int(shards[:9]) > 0):
        raise UsageError(f"--shards {shards}: give a number, or auto")
    count = None if shards in (None, AUTO) else int(str(shards)[:9])
    return Sharding(shards=count, order=order, workers=workers, ray=ray, overwrite=force)


def collect_and_say(
    sources: Sequence[Source], target: Path, options: EncodeOptions, sharding: Sharding, json: bool, console: Console
) -> None:
    """Encode, and say what came of it; after a stop the same command goes on."""
    import dataclasses

    from inrcodec.cli.interrupt import Terminated, between_steps
    from inrcodec.cli.progress import step_progress
    from inrcodec.encoding.shards.collect import collection_with

    try:
        with between_steps() as check, step_progress(console) as step:

            def on_progress(progress: CollectionProgress) -> None:
                step("encode", int(progress.images), progress.all_images, figures(progress))
                check()

            told = dataclasses.replace(sharding, on_progress=on_progress)
            result = collection_with(sources, target, options, told)
    except (KeyboardInterrupt, Terminated):
        console.warn("inrcodec: stopped; the same command goes on with what is there")
        raise
    answer = result_keys(target, result)
    if json:
        print_json(answer)
    else:
        print(target, flush=True)
        say_pairs(console, summary(answer))
        console.say("next:")
        console.say(f"  inrcodec verify {quoted(target)}")
        console.say(f"  inrcodec decode {quoted(target)} --index 0 --size 256")
    for note in result.notes:
        console.say(Message("note: ", note))
    if result.failed:
        console.warn(f"inrcodec: {counted(len(result.failed), 'shard')} failed; the same command tries them again:")
        for task, reason in result.failed[:LISTED]:
            console.warn(f"  {task.key}, {counted(len(task.files), 'image')} from {task.files[0].name} on: {reason}")
    if result.skipped:
        console.warn(f"inrcodec: {len(result.skipped)} skipped:")
        for one in result.skipped:
            console.warn(Message(f"  {one.path}: ", one.reason))
    if result.failed or result.skipped:
        raise typer.Exit(SKIPPED)


def figures(progress: CollectionProgress) -> str:
    """How far a collection is, for people."""
    words = f"{progress.done} of {progress.shards} shards  {progress.rate:.1f} images/s  {progress.bytes:,} bytes"
    if not math.isnan(progress.remaining):
        words += f"  {spoken_duration(progress.remaining)} left"
    again = f", {progress.retried} tried again" if progress.retried else ""
    return f"{words}  {progress.workers} at work{again}"


def result_keys(target: Path, result: CollectionResult) -> dict[str, Any]:
    """The outcome as plain values, in the order of the JSON keys."""
    found, about = result.collection, result.collection.manifest.about
    return {
        "file": str(target),
        "file_size": found.file_size,
        "images": len(found),
        "shards": len(found.manifest.shards),
        "pixels": found.pixels,
        "bits_per_pixel": found.bits_per_pixel,
        "mean_psnr": found.mean_psnr,
        "order": about.order,
        "source_bytes": result.source_bytes,
        "ratio": result.source_bytes / found.file_size,
        "seconds": result.seconds,
        "fitting_seconds": result.fitting_seconds,
        "reused": result.reused,
        "retried": result.retried,
        "failed": [
            {"shard": task.key, "images": [file.name for file in task.files], "reason": reason}
            for task, reason in result.failed
        ],
        "skipped": [{"path": one.path, "reason": one.reason} for one in result.skipped],
        "notes": list(result.notes),
    }


def summary(answer: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What was achieved, as (name, value) lines."""
    yield "images", f"{answer['images']:,} in {counted(answer['shards'], 'shard')}, {answer['pixels']:,} pixels"
    yield "size", f"{answer['file_size']:,} bytes, {answer['bits_per_pixel']:.3f} bits per pixel"
    yield "sources", f"{answer['source_bytes']:,} bytes, {answer['ratio']:.1f} times the collection"
    yield "mean PSNR", decibels(answer["mean_psnr"])
    there = f", {answer['reused']:,} of the shards there before" if answer["reused"] else ""
    yield "time", spoken_duration(answer["seconds"]) + there
