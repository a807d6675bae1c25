"""`inrcodec decode`: images out of a file, at any size, as files, as one sheet or to stdout."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from inrcodec.bitstream.collection import is_collection
from inrcodec.cli.chosen import chosen_numbers, chosen_sizes
from inrcodec.cli.clip import is_film, play
from inrcodec.cli.console import Console, print_json
from inrcodec.cli.decode_pictures import Job, write_sheet, write_stills
from inrcodec.cli.opening import open_any, open_signal
from inrcodec.cli.options import Force, Index, Json, PictureSize, Quiet, Set, Trust, Verbose, epilog
from inrcodec.cli.salvage import files_of_lost, open_lenient, say_damaged, whole_numbers
from inrcodec.cli.signals import Asked, decode_signal
from inrcodec.cli.values import parse_size
from inrcodec.errors import UsageError
from inrcodec.exporters.formats import in_words, still_formats

if TYPE_CHECKING:
    from inrcodec.archive import AnyArchive

EPILOG = epilog(
    (
        "inrcodec decode set.inr",
        "inrcodec decode set.inr --size 256 -o big",
        "inrcodec decode sprites.inr --size 4x --upsample nearest",
        "inrcodec decode set.inr --index 3,7-9 --format webp",
        "inrcodec decode set.inr --index cat.png -o cat.avif",
        "inrcodec decode set.inr --index 'icons/*' --size 2x -o 'out/{name}-{size}.webp'",
        "inrcodec decode set.inr --sheet --size 2x -o sheet.png",
        "inrcodec decode set.inr --index 3 -o - > three.png",
        "inrcodec decode clip.inr -o clip.mp4",
        "inrcodec decode damaged.inr --salvage -o saved",
        "inrcodec decode bell.inr --rate 48000 -o bell.wav",
        "inrcodec decode knot.inr --size 256 -o knot.stl",
        "inrcodec decode ball.inr --fps 48 -o ball.gif",
    ),
    ("file, written (path, width, height, bytes, images); with --salvage: damaged (names), lost (shards)",),
)
NATIVE, SIGNALS = "native", "Sounds, clips and shapes"
STILLS = still_formats()
DEFAULT_QUALITIES = ", ".join(f"{one.name} {one.default_quality or 'lossless'}" for one in STILLS if one.takes_quality)


def decode(
    file: Set,
    size: PictureSize = NATIVE,
    index: Index = None,
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="PATH",
            help="A folder, one file (its suffix decides), a template of names, or - for stdout.",
            show_default="FILE-decoded or FILE-sheet.png",
        ),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="FORMAT", help=f"{in_words([one.name for one in STILLS])}.", show_default="png"
        ),
    ] = None,
    quality: Annotated[
        int | None,
        typer.Option("--quality", min=0, max=100, help="Of lossy formats.", show_default=DEFAULT_QUALITIES),
    ] = None,
    sheet: Annotated[bool, typer.Option("--sheet", help="Tile all selected images into one picture.")] = False,
    columns: Annotated[
        int | None, typer.Option("--columns", min=1, help="Of the sheet.", show_default="about square")
    ] = None,
    upsample: Annotated[
        Literal["detail", "field", "nearest", "lanczos"],
        typer.Option(
            "--upsample",
            help="Larger than native: edges drawn by the detail network, the field alone, pixels repeated (for pixel "
            "art), or Lanczos.",
        ),
    ] = "detail",
    rate: Annotated[
        int | None,
        typer.Option(
            "--rate",
            min=1,
            metavar="N",
            help="Of a sound: samples a second.",
            show_default="as it was",
            rich_help_panel=SIGNALS,
        ),
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option(
            "--fps",
            min=0.01,
            max=1000,
            help="Of a clip: frames a second.",
            show_default="as it was",
            rich_help_panel=SIGNALS,
        ),
    ] = None,
    largest: Annotated[
        bool, typer.Option("--largest", help="Of a shape: its largest part alone.", rich_help_panel=SIGNALS)
    ] = False,
    salvage: Annotated[
        bool, typer.Option("--salvage", help="Of what is damaged, write what it still holds; exit code 3.")
    ] = False,
    force: Force = False,
    json: Json = False,
    trust: Trust = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Write images of a file as picture files, at any size, or a sound, clip or shape as a file of its kind.

    The written paths go to stdout.
    """
    from inrcodec.cli.destination import check_stream, find_destination
    from inrcodec.exporters.sheets import plan_sheet
    from inrcodec.exporters.stills import check_quality

    console = Console(quiet, verbose)
    asked = Asked(size=None if size == NATIVE else size, rate=rate, fps=fps, largest=largest)
    if (signal := open_signal(file, trust=trust)) is not None:
        _refuse_images_only(signal.kind, index=index, quality=quality, sheet=sheet or columns is not None)
        decode_signal(signal, asked, file=file, output=output, format=format, force=force, json=json, console=console)
        return
    wanted = parse_size(size)
    if columns is not None and not sheet:
        raise UsageError("--columns is for a sheet; add --sheet")
    saved = open_lenient(file) if salvage else None
    archive = open_any(file, trust=trust) if saved is None else saved
    film = not sheet and is_film(archive, output, index)
    if wrong := asked.given() - ({"size", "fps"} if film else {"size"}):
        raise UsageError(f"--{min(wrong)} is for a sound, clip or shape; {file} holds images")
    if film and output is not None:
        if format is not None or quality is not None:
            raise UsageError(f"--format and --quality are for pictures; -o {output} is a moving one")
        play(archive, output, wanted, upsample, fps, force=force, json=json, console=console)
        return
    numbers, damaged = chosen_numbers(archive, index), list[int]()
    if saved is not None:
        numbers, damaged = whole_numbers(saved, numbers)
    sizes = chosen_sizes(archive, numbers, wanted)
    archive.check_work(list(zip(numbers, sizes, strict=True)))
    destination = find_destination(
        output, format, stem=Path(file).stem, pictures=1 if sheet else len(numbers), sheet=sheet
    )
    job = Job(
        archive=archive,
        numbers=numbers,
        sizes=sizes,
        destination=destination,
        quality=quality,
        force=force,
        upsample=upsample,
    )
    if destination.is_stream:
        check_stream(json=json)
    check_quality(destination.still, quality)
    if archive.channels == 4 and not destination.still.alpha:
        console.say(f"{destination.still.name} holds no transparency: flattened on white")
    written = write_sheet(job, plan_sheet(job.sizes, columns), console) if sheet else write_stills(job, console)
    if json:
        print_json({"file": file, "written": written, **(_lost(file, archive, damaged) if salvage else {})})
    else:
        for picture in written:
            if picture.path is not None:
                print(picture.path)
    if saved is not None:
        say_damaged(saved, damaged, console)


def _lost(file: str, archive: AnyArchive, damaged: list[int]) -> dict[str, list[str]]:
    """What JSON says of a file that is salvaged: images that are damaged, and shards that are lost."""
    names = {"damaged": [archive.names[number] for number in damaged]}
    return {**names, "lost": files_of_lost(archive, damaged)} if is_collection(file) else names


def _refuse_images_only(kind: str, *, index: str | None, quality: int | None, sheet: bool) -> None:
    """UsageError where an option makes sense of images alone."""
    given = {"--index": index is not None, "--quality": quality is not None, "--sheet": sheet}
    for name in (name for name, there in given.items() if there):
        raise UsageError(f"{name} is for images; this file holds a {kind}")
