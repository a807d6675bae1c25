"""`inrcodec morph`: a sequence through two or more images, as a moving picture or as a strip."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from inrcodec.cli.console import Console, print_json, print_table
from inrcodec.cli.morph_pictures import moving_picture, numbered_frames, strips
from inrcodec.cli.opening import open_any
from inrcodec.cli.options import Force, Json, Quiet, Set, Trust, epilog
from inrcodec.cli.values import check_pixels, parse_size
from inrcodec.errors import UsageError
from inrcodec.exporters.formats import animation_formats, suffixes_in_words

if TYPE_CHECKING:
    from inrcodec.archive import AnyArchive
    from inrcodec.morph import FrameSequence

EPILOG = epilog(
    (
        "inrcodec morph set.inr 3 41 --gif",
        "inrcodec morph set.inr 3 41 7 -o tour.webp --size 256 --bounce",
        "inrcodec morph set.inr cat.png dog.png --compare -o strips.png",
        "inrcodec morph set.inr 3 41 7 -o frames/",
        "inrcodec morph clip.inr -o smooth.mp4",
        "inrcodec morph set.inr 3 41 --metrics",
    ),
    ("file, path, mode, frames, width, height, fps; with --metrics: file, table (first, second, mode, measures)",),
)
STRIP_FRAMES = 9
MEASURES = ("R2", "ghost", "S2", "concentration", "largest step", "path")


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Frames from each image to the next, frames a second, frames to rest on every image, and how it is gone."""

    frames: int
    fps: float
    hold: int
    ease: Literal["linear", "smooth"]


USUAL = Pace(frames=24, fps=20, hold=6, ease="smooth")
FASTEST, MOST_BETWEEN = 50.0, 24  # frames a second, and from one to the next, of a clip at its own pace


def morph(
    file: Set,
    images: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="IMAGE IMAGE ...",
            help="Numbers or names, in order; of a clip, all of its frames at its own pace if none is given.",
            show_default=False,
        ),
    ] = None,
    mode: Annotated[
        Literal["move", "code", "last-hidden", "blend"],
        typer.Option("--mode", help="move: shapes travel; code: latents; last-hidden: the study's; blend: a fade."),
    ] = "move",
    refine: Annotated[
        bool,
        typer.Option(
            "--refine",
            help="With move: fit a small SIREN to how each pair bends (2 s each, needs torch): better for faces, "
            "moons, photographs; no better for what only moves, and unlike shapes travel further.",
        ),
    ] = False,
    gif: Annotated[bool, typer.Option("--gif", help="Write FILE-morph.gif (what happens without -o).")] = False,
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help=f"Ends in {suffixes_in_words(animation_formats())}; or a folder of frames, or - for stdout.",
            show_default="FILE-morph.gif",
        ),
    ] = None,
    frames: Annotated[
        int | None,
        typer.Option("--frames", min=2, max=1000, help="From each image to the next.", show_default=str(USUAL.frames)),
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option("--fps", min=1, max=50, help="Frames per second.", show_default=f"{USUAL.fps:g}"),
    ] = None,
    size: Annotated[str, typer.Option("--size", metavar="SIZE", help="256 (longest side), 4x or native.")] = "256",
    ease: Annotated[
        Literal["linear", "smooth"] | None,
        typer.Option("--ease", help="Even pace, or slow at the ends.", show_default=USUAL.ease),
    ] = None,
    bounce: Annotated[bool, typer.Option("--bounce", help="There and back again.")] = False,
    loop: Annotated[int, typer.Option("--loop", min=0, help="Times to play; 0 for ever.")] = 0,
    hold: Annotated[
        int | None,
        typer.Option("--hold", min=0, max=1000, help="Frames to rest on every image.", show_default=str(USUAL.hold)),
    ] = None,
    dither: Annotated[
        Literal["floyd-steinberg", "none"], typer.Option("--dither", help="Of GIF; none makes small files.")
    ] = "floyd-steinberg",
    sheet: Annotated[bool, typer.Option("--sheet", help="A strip of nine frames as a still picture.")] = False,
    compare: Annotated[bool, typer.Option("--compare", help="A strip for every mode, one below the other.")] = False,
    metrics: Annotated[
        bool, typer.Option("--metrics", help="Measure every mode on every pair; write nothing.")
    ] = False,
    force: Force = False,
    json: Json = False,
    trust: Trust = False,
    quiet: Quiet = False,
) -> None:
    """Travel from image to image: shapes move where they can, and what cannot move changes over quickly."""
    from inrcodec.morph import MODES, FrameSequence

    if gif and output is not None and Path(output).suffix.lower() != ".gif":
        raise UsageError(f"--gif and -o {output} disagree; leave one of them out")
    if metrics and (gif or output is not None):
        raise UsageError("--metrics measures and writes nothing; leave --gif and -o out")
    if refine and mode != "move" and not (compare or metrics):
        raise UsageError(f"--refine goes with --mode move, not with {mode}; leave one of them out")
    archive = open_any(file, trust=trust)
    usual = USUAL if images else _pace_of_clip(archive)
    pace = Pace(
        frames=frames or usual.frames,
        fps=fps or usual.fps,
        hold=usual.hold if hold is None else hold,
        ease=ease or usual.ease,
    )
    numbers = _numbers(archive, images or [f"0-{len(archive) - 1}"])
    first = archive[numbers[0]]
    wanted = parse_size(size).of(first.width, first.height)
    check_pixels(*wanted, "a frame")
    if metrics:
        _measure(archive, file, numbers, refine, json)
        return
    modes = MODES if compare else (mode,)
    sequence = FrameSequence(
        numbers=numbers,
        size=wanted,
        mode=mode,
        frames=pace.frames,
        hold=pace.hold,
        ease=pace.ease,
        bounce=bounce,
        refine=refine and mode == "move",
    )
    if sheet or compare:
        sequence = dataclasses.replace(sequence, frames=STRIP_FRAMES - 1, hold=0, ease="linear", bounce=False)
    single = not (sheet or compare)
    path = Path(output or f"{Path(file).stem}-morph{'.gif' if single else '.png'}")
    stream = output == "-"
    if stream:
        from inrcodec.cli.destination import check_stream

        check_stream(json=json, what="a picture")
        path = Path("stdout.gif" if single else "stdout.png")  # what decides the format
    elif single and output is not None and _is_folder(output):
        written = numbered_frames(archive, sequence, path, Console(quiet), force=force)
        _tell(json, file, path, mode, sequence, pace.fps, written)
        return
    _check_format(path, sequence, loop, still=not single)
    if not stream:
        _check_output(path, force=force)
    sequences = [dataclasses.replace(sequence, mode=one, refine=refine and one == "move") for one in modes]
    blob = (
        strips(archive, sequences, path, Console(quiet))
        if sheet or compare
        else moving_picture(archive, sequence, path, pace.fps, loop, dither != "none", Console(quiet))
    )
    from inrcodec.cli.destination import put

    put(None if stream else path, blob, force=force)
    if not stream:
        _tell(json, file, path, list(modes) if compare else mode, sequence, pace.fps, len(blob))


def _tell(
    json: bool, file: str, path: Path, mode: str | Sequence[str], sequence: FrameSequence, fps: float, written: int
) -> None:
    """What was written, and where."""
    if json:
        keys = {"file": file, "path": str(path), "mode": mode, "frames": sequence.count}
        print_json({**keys, "width": sequence.size[0], "height": sequence.size[1], "fps": fps, "bytes": written})
    else:
        print(path)


def _numbers(archive: AnyArchive, images: Sequence[str]) -> tuple[int, ...]:
    """At least two images in the order of the sequence; one may come again."""
    numbers = tuple(number for image in images for number in archive.select(image))
    if len(numbers) < 2:
        raise UsageError("a morph needs two images or more; give numbers or names, as in: 3 41")
    if any(one == other for one, other in pairwise(numbers)):
        raise UsageError("an image follows on itself; there is nothing to morph")
    return numbers


def _pace_of_clip(archive: AnyArchive) -> Pace:
    """As fast as the clip was, with as many frames between its own as one can see."""
    if archive.times is None:
        raise UsageError("a morph needs two images or more; give numbers or names, as in: 3 41")
    mean = sum(archive.times) / len(archive.times)
    frames = min(MOST_BETWEEN, max(2, int(FASTEST * mean)))
    return Pace(frames=frames, fps=max(1.0, min(FASTEST, frames / mean)), hold=0, ease="linear")


def _check_format(path: Path, sequence: FrameSequence, loop: int, *, still: bool) -> None:
    """Refuse, before any work, what the format does not hold."""
    from inrcodec.exporters.animations import animation_of_suffix, check_animation
    from inrcodec.exporters.stills import check_side, format_for

    if still:
        check_side(format_for(path), *sequence.size)
    else:
        check_animation(animation_of_suffix(path.suffix), sequence.size, loop)


def _check_output(path: Path, *, force: bool) -> None:
    """Refuse, before any work, what must not be written."""
    from inrcodec.cli.destination import check_free, check_parent

    check_parent(path)
    check_free([path], force=force)


def _is_folder(output: str) -> bool:
    """Whether -o names a folder: one that is there, or a name that ends in a slash or has no suffix."""
    return Path(output).is_dir() or output.endswith(("/", os.sep)) or not Path(output).suffix


def _measure(archive: AnyArchive, file: str, numbers: Sequence[int], refine: bool, json: bool) -> None:
    """Every mode on every pair, at native size."""
    from inrcodec.morph import MODES, measured

    pairs = list(pairwise(numbers))
    rows = [(pair, mode, measured(archive, *pair, mode, refine)) for pair in pairs for mode in MODES]
    if json:
        table: list[dict[str, Any]] = [
            {"first": pair[0], "second": pair[1], "mode": mode, **dataclasses.asdict(found)}
            for pair, mode, found in rows
        ]
        print_json({"file": file, "table": table})
        return
    print_table(
        ("pair", "mode", *MEASURES),
        ((f"{a} {b}", mode, *(f"{value:.3f}" for value in dataclasses.astuple(m))) for (a, b), mode, m in rows),
    )
