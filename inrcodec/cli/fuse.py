"""`inrcodec fuse`: several pictures as one by their slopes, or one pasted into another without a seam."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from inrcodec.cli.console import Console, print_json
from inrcodec.cli.opening import refuse_folder
from inrcodec.cli.options import Effort, Force, Json, Quiet, Resume, TimeLimit, Trust, epilog
from inrcodec.cli.pictures import Source, archived, one_size, picture
from inrcodec.cli.values import parse_duration
from inrcodec.errors import UsageError

if TYPE_CHECKING:
    from inrcodec.encoding.signals.options import SignalKeywords
    from inrcodec.exporters.formats import PictureFormat
    from inrcodec.numerics.arrays import Pixels
    from inrcodec.numerics.fusion import Fusion

EPILOG = epilog(
    (
        "inrcodec fuse a.png b.png -o fused.png",
        "inrcodec fuse set.inr --index 3,41 -o fused.png",
        "inrcodec fuse a.png b.png --mask m.png -o pasted.png",
        "inrcodec fuse near.jpg far.jpg --resize --screen 0.1",
        "inrcodec fuse a.png b.png -o fused.inr --time-limit 1m",
    ),
    ("file, width, height, bytes, sources, rule, screen, clipped, kept, kept_by_average",),
)
SCREEN, ARCHIVE = 0.03, ".inr"


def fuse(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="PICTURES", help="Two or more picture files, or one .inr file.", show_default=False),
    ],
    index: Annotated[
        str | None,
        typer.Option("--index", metavar="LIST", help="Images of the .inr file: 3,41.", show_default=False),
    ] = None,
    rule: Annotated[
        Literal["strongest", "mean"] | None,
        typer.Option(
            "--rule",
            help="Which slopes: for every two neighbors the strongest, chosen jointly for all channels; or the mean, "
            "which is plain averaging, as Poisson's equation is linear. With --mask, strongest mixes both.",
            show_default="strongest; with --mask those of the second",
        ),
    ] = None,
    mask: Annotated[
        str | None,
        typer.Option(
            "--mask",
            metavar="PICTURE",
            help="Paste the second picture into the first where this is bright; the rest stays as it is.",
            show_default=False,
        ),
    ] = None,
    screen: Annotated[
        float | None,
        typer.Option(
            "--screen",
            min=0,
            help="Weight of the average: without it one pixel in five overshoots and is clipped.",
            show_default="0.03",
        ),
    ] = None,
    resize: Annotated[bool, typer.Option("--resize", help="Bring all pictures to the size of the first.")] = False,
    background: Annotated[
        str, typer.Option("--background", metavar="COLOR", help="Transparency is flattened on this.")
    ] = "white",
    output: Annotated[
        str,
        typer.Option("-o", "--output", metavar="FILE", help="A picture, .inr to fit a field to it, or - for stdout."),
    ] = "fused.png",
    effort: Effort = 5,
    time_limit: TimeLimit = None,
    resume: Resume = False,
    trust: Trust = False,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fuse pictures by their gradients: what is strongest in any of them comes through; the path goes to stdout."""
    console = Console(quiet)
    limit = None if time_limit is None else parse_duration(time_limit)
    path, still = _output(output, force=force, json=json, resume=resume)
    if resume and still is not None:
        raise UsageError("--resume goes on with the fit of a field; it is for -o FILE.inr")
    pictures = _pictures(sources, index, background, trust=trust)
    if mask is None:
        how: str = rule or "strongest"
        weight = SCREEN if screen is None else screen
        fused = _fused(one_size(pictures, resize=resize), how, weight)
    else:
        if screen is not None:
            raise UsageError("--screen is for whole pictures; outside of a mask nothing changes anyway")
        how, weight = _pasting(rule), 0.0
        *pictures, dark = one_size([*pictures, picture(mask, "black")], resize=resize)
        fused = _pasted(pictures, dark.pixels, mixed=how == "mix")
    if still is not None:
        _put(path, fused, still, force=force)
    if path is None:
        return
    if still is None:
        from inrcodec.encoding.signals.options import SignalKeywords

        options = SignalKeywords(overwrite=force, resume=resume, effort=effort, time_limit=limit)
        _fit(path, fused, options, console)
    answer = _answer(path, fused, pictures, {"rule": how, "screen": weight})
    if json:
        print_json(answer)
        return
    print(path)
    _say(fused, pasted=mask is not None, console=console)


def _output(output: str, *, force: bool, json: bool, resume: bool) -> tuple[Path | None, PictureFormat | None]:
    """Where to write, checked before any work: stdout where there is no path, a fitted field where no format."""
    from inrcodec.cli.destination import check_free, check_parent, check_stream
    from inrcodec.exporters.stills import format_for, format_named

    if output == "-":
        check_stream(json=json)
        return None, format_named("png")
    path = Path(output)
    still = None if path.suffix.lower() == ARCHIVE else format_for(path)
    check_parent(path)
    if still is None:
        from inrcodec.encoding.encode import check_output

        check_output(path, overwrite=force, resume=resume)
    check_free([path], force=force)
    return path, still


def _pictures(sources: Sequence[str], index: str | None, background: str, *, trust: bool) -> list[Source]:
    """What is to be fused, in the order given."""
    for source in sources:
        refuse_folder(source, "picture files or one .inr file")
    if any(Path(source).suffix.lower() == ARCHIVE for source in sources):
        if len(sources) > 1:
            raise UsageError("give one .inr file with --index, or picture files; decode writes pictures of a file")
        found = archived(sources[0], index, background, trust=trust)
    elif index is not None:
        raise UsageError("--index chooses images of an .inr file; name the picture files themselves")
    else:
        found = [picture(source, background) for source in sources]
    if len(found) < 2:
        raise UsageError("one picture alone is fused already; give two or more")
    return found


def _fused(pictures: Sequence[Source], rule: str, screen: float) -> Fusion:
    from inrcodec.numerics.fusion import fuse

    return fuse([one.pixels for one in pictures], rule, screen)


def _pasting(rule: str | None) -> str:
    """What is done inside of a mask."""
    if rule == "mean":
        raise UsageError("--rule mean has no meaning with --mask; leave it out, or use strongest to mix both textures")
    return "mix" if rule == "strongest" else "paste"


def _pasted(pictures: Sequence[Source], mask: Pixels, *, mixed: bool) -> Fusion:
    from inrcodec.numerics.fusion import paste

    if len(pictures) != 2:
        raise UsageError(f"--mask pastes the second of two pictures into the first, and there are {len(pictures)}")
    inside = mask.mean(axis=2) > 0.5
    if not inside.any():
        raise UsageError("the mask is dark everywhere, so nothing would be pasted; what is bright in it is pasted")
    return paste(pictures[0].pixels, pictures[1].pixels, inside, mixed=mixed)


def _put(path: Path | None, fused: Fusion, still: PictureFormat, *, force: bool) -> None:
    from inrcodec.cli.destination import put
    from inrcodec.exporters.stills import encode_still

    put(path, encode_still(fused.picture, still), force=force)


def _fit(path: Path, fused: Fusion, options: SignalKeywords, console: Console) -> None:
    """Write the fused picture as a field that was fitted to it."""
    from inrcodec.cli.fit import fit_shown
    from inrcodec.encoding.signals.options import picture_list
    from inrcodec.exporters.stills import format_for

    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder, f"{path.stem}.png")
        _put(plain, fused, format_for(plain), force=False)
        fit_shown(picture_list(plain), path, options, console)


def _answer(path: Path, fused: Fusion, pictures: Sequence[Source], how: dict[str, Any]) -> dict[str, Any]:
    """The outcome as plain values, in the order of the JSON keys."""
    height, width = fused.picture.shape[:2]
    return {
        "file": str(path),
        "width": width,
        "height": height,
        "bytes": path.stat().st_size,
        "sources": [one.name for one in pictures],
        **how,
        "clipped": fused.clipped,
        "kept": fused.kept,
        "kept_by_average": fused.kept_by_average,
    }


def _say(fused: Fusion, *, pasted: bool, console: Console) -> None:
    if fused.kept is not None and fused.kept_by_average is not None and not pasted:
        console.say(
            f"of differences over 0.1, {100 * fused.kept:.0f} % keep three quarters of themselves "
            f"(the average: {100 * fused.kept_by_average:.0f} %)"
        )
    if fused.clipped > 0:
        console.say(f"{100 * fused.clipped:.1f} % of the pixels were beyond black or white, and clipped")
