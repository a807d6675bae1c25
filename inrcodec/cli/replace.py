"""`inrcodec replace`: another picture in the place of an image."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from inrcodec.cli.console import Console, decibels, print_json
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
    epilog,
)
from inrcodec.cli.remove import Changed, check_changed
from inrcodec.errors import Message

EPILOG = epilog(
    ("inrcodec replace set.inr cat.png ./new/cat.png", "inrcodec replace set.inr 3 dog.webp -o other.inr"),
    ("file, number, name, psnr, bits, images, file_size, size_before, notes",),
)


def replace(
    file: File,
    image: Annotated[str, typer.Argument(metavar="IMAGE", help="A number or a name.", show_default=False)],
    picture: Annotated[str, typer.Argument(metavar="PICTURE", help="A picture file.", show_default=False)],
    output: Changed = None,
    refine: Annotated[
        int | None,
        typer.Option("--refine", metavar="STEPS", min=0, help="Steps of fitting.", show_default="as with add"),
    ] = None,
    quality: Annotated[int, typer.Option("-q", "--quality", min=0, max=100, help="As the file was encoded with.")] = 50,
    max_size: MaxSize = None,
    background: Background = None,
    device: Device = "auto",
    engine: Engine = "auto",
    threads: Threads = None,
    seed: Seed = 0,
    resume: Resume = False,
    trust: Trust = False,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Put a picture in the place of an image, which keeps its number and name; all else stays as it is."""
    import inrcodec
    from inrcodec.cli.opening import check_to_change
    from inrcodec.cli.progress import resumable_progress

    check_changed(output)
    check_to_change(file, output)
    console = Console(quiet)
    with resumable_progress(Path(output or file), console) as (on_progress, on_notice):
        result = inrcodec.replace(
            file, image, picture, output, steps=refine, quality=quality, max_size=max_size, background=background,
            device=device, engine=engine, threads=threads, seed=seed, trust=trust, overwrite=force,
            resume=resume, on_progress=on_progress, on_notice=on_notice,
        )  # fmt: skip
    changed, size = result.archive[result.names[0]], result.archive.file_size
    if json:
        answer = {"file": str(result.path), "number": changed.number, "name": changed.name, "psnr": changed.psnr}
        answer |= {"bits": changed.bits, "images": len(result.archive), "file_size": size}
        print_json({**answer, "size_before": result.size_before, "notes": result.notes})
    else:
        print(result.path, flush=True)
        change = f"{size:,} bytes, {size - result.size_before:+,}"
        console.say(f"{changed.number} {changed.name}: {decibels(changed.psnr)}; {change}")
    for note in result.notes:
        console.say(Message("note: ", note))
