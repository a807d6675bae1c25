"""Options of `encode` that make a network another one than the usual: designs to compare with, and experiments."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from inrcodec.field.conditioning import CONDITIONINGS

DESIGN = "Network"

Conditioning = Annotated[
    str, typer.Option("--conditioning", metavar="NAME", help=f"{', '.join(CONDITIONINGS)}.", rich_help_panel=DESIGN)
]
Footprint = Annotated[
    int,
    typer.Option(
        "--footprint", min=1, max=8, help="Points per pixel and axis: 2 makes decode --upsample field better."
    ),
]
Preset = Annotated[
    Literal["memorize"] | None,
    typer.Option(
        "--preset",
        help="memorize: the study's joint network (binary, width 10x, three layers).",
        show_default="none",
        rich_help_panel=DESIGN,
    ),
]
Width = Annotated[
    str | None,
    typer.Option(
        "--width",
        metavar="N|Nx",
        help="Hidden units, or a multiple of 256: 10x.",
        show_default="by set",
        rich_help_panel=DESIGN,
    ),
]
Depth = Annotated[
    int | None,
    typer.Option("--depth", min=1, max=8, help="Hidden layers.", show_default="2 to 5", rich_help_panel=DESIGN),
]
Activation = Annotated[
    Literal["sine", "relu", "relu-pe", "tanh"] | None,
    typer.Option("--activation", help="Of every layer.", show_default="sine", rich_help_panel=DESIGN),
]
W0 = Annotated[
    str | None,
    typer.Option(
        "--w0",
        metavar="N[,N...]",
        help="Frequency of the first layer, or of every layer (not of a pyramid).",
        show_default="30",
        rich_help_panel=DESIGN,
    ),
]
Code = Annotated[
    int | None,
    typer.Option(
        "--code",
        min=1,
        max=1024,
        help="Numbers that tell an image (latent, hypernetwork).",
        show_default="64, 32",
        rich_help_panel=DESIGN,
    ),
]
Bottleneck = Annotated[
    int | None,
    typer.Option(
        "--bottleneck",
        min=1,
        max=256,
        help="How many times narrower the middle layer is.",
        show_default="1, or 10",
        rich_help_panel=DESIGN,
    ),
]
Head = Annotated[
    int | None,
    typer.Option(
        "--head",
        min=0,
        max=4096,
        help="Hidden units from code to weights (hypernetwork); 0: linear.",
        show_default="0",
        rich_help_panel=DESIGN,
    ),
]
Space = Annotated[
    Literal["plain", "smooth"] | None,
    typer.Option(
        "--space",
        help="smooth: fit every drawing in a frame of its own (place, size, turn): for morphs by code with "
        "--conditioning latent; a pyramid gains nothing from it.",
        show_default="plain",
        rich_help_panel=DESIGN,
    ),
]
Base = Annotated[
    Literal["auto", "none"],
    typer.Option(
        "--base",
        help="auto: start from a network that ships with the program, and store what differs; none: from nothing.",
        rich_help_panel=DESIGN,
    ),
]
Start = Annotated[
    Literal["auto", "guess", "none"],
    typer.Option(
        "--start",
        help="Of the latents: as a network guesses them, where that is worth it (auto) or always (guess); none: zeros.",
        rich_help_panel=DESIGN,
    ),
]
Share = Annotated[
    Literal["auto", "none"],
    typer.Option(
        "--share",
        help="auto: code an image from another one that it is like, where that makes the file smaller; none: each by "
        "itself.",
        rich_help_panel=DESIGN,
    ),
]
KeepEncoder = Annotated[
    bool,
    typer.Option(
        "--keep-encoder",
        help="Let a small network find the codes (latent, hypernetwork), and store it for inrcodec add.",
        rich_help_panel=DESIGN,
    ),
]
Augment = Annotated[
    str | None,
    typer.Option(
        "--augment",
        metavar="KINDS",
        help="Learn from variations too: flip,rotate,crop.",
        show_default="none",
        rich_help_panel=DESIGN,
    ),
]
Extra = Annotated[
    str | None,
    typer.Option(
        "--extra",
        metavar="FOLDER",
        help="Learn from these images too; they are not stored.",
        show_default="none",
        rich_help_panel=DESIGN,
    ),
]
