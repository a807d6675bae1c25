"""Options that several commands share, so that they read the same everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import typer


def checked_device(text: str) -> str:
    """A device's name, refused before any work when it can be none."""
    from inrcodec.fitting.devices import parse_device

    parse_device(text)
    return text


File = Annotated[str, typer.Argument(metavar="FILE", help="An .inr file.", show_default=False)]
Set = Annotated[str, typer.Argument(metavar="FILE", help="An .inr file, or a collection (.inrs).", show_default=False)]
Files = Annotated[
    list[str],
    typer.Argument(metavar="FILES", help="One .inr file or collection (.inrs), or several.", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout instead of text.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Say nothing on stderr but errors and skipped files.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Say more on stderr.")]
Trust = Annotated[bool, typer.Option("--trust", help="Do all that FILE asks for, however small it is.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the same command after Ctrl-C.")]
Force = Annotated[bool, typer.Option("-f", "--force", help="Replace files that exist.")]

PictureSize = Annotated[
    str, typer.Option("--size", metavar="SIZE", help="256 (longest side), 320x200 (exact), 2x or native.")
]
Index = Annotated[
    str | None,
    typer.Option("--index", metavar="LIST", help="Numbers, ranges and names: 3,7-9,cat.png.", show_default="all"),
]
LabelColumn = Annotated[str, typer.Option("--label-column", metavar="NAME", help="The column of --labels beside name.")]
Effort = Annotated[int, typer.Option("-e", "--effort", min=1, max=9, help="1 quickest, 9 smallest for its quality.")]
TimeLimit = Annotated[
    str | None,
    typer.Option("--time-limit", metavar="TIME", help="Stop fitting in time: 90, 90s, 5m, 1h.", show_default="none"),
]
Holdout = Annotated[
    float,
    typer.Option("--holdout", min=0.0, max=0.5, help="Share of pixels hidden from the fit to measure it; 0 for none."),
]
UsualHoldout = Annotated[
    float | None,
    typer.Option(
        "--holdout",
        min=0.0,
        max=0.5,
        help="Share of pixels hidden from the fit to measure it; by default 0.1, and none from guesses; 0 for none.",
    ),
]
MaxSize = Annotated[
    int | None, typer.Option("--max-size", min=1, help="Shrink images to this longest side.", show_default="keep")
]
Background = Annotated[
    str | None,
    typer.Option("--background", metavar="COLOUR", help="Flatten transparency: white, #ff8800.", show_default="keep"),
]
Device = Annotated[
    str,
    typer.Option(
        "--device", metavar="NAME", callback=checked_device, help="Where to fit: auto, cuda, cuda:1, mps, cpu."
    ),
]
Engine = Annotated[
    Literal["auto", "kernel", "torch"],
    typer.Option("--engine", help="What fits: compiled kernels (the usual design on CPUs), or torch."),
]
Threads = Annotated[int | None, typer.Option("--threads", min=1, help="CPU threads.", show_default="all cores")]
Seed = Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="The same seed repeats a run.")]


def epilog(examples: Sequence[str], json_keys: Sequence[str] = ()) -> str:
    """The end of a command's help: examples to copy, and what --json prints."""
    text = "[bold]Examples[/bold]\n\n" + "\n".join(f"  {escape(line)}" for line in examples)
    return text + "".join(f"\n\n[bold]JSON keys[/bold]  {escape(keys)}" for keys in json_keys)


def escape(text: str) -> str:
    """The text without a meaning to Rich's markup (importing Rich for this would cost every command its start-up)."""
    return text.replace("[", "\\[")
