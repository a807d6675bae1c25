"""`inrcodec remove`: images leave a file."""

from __future__ import annotations

from typing import Annotated

import typer

from inrcodec.cli.console import Console, print_json
from inrcodec.cli.options import File, Force, Json, Quiet, Trust, epilog
from inrcodec.errors import UsageError

EPILOG = epilog(
    ("inrcodec remove set.inr 3,7-9", "inrcodec remove set.inr 'drafts/*' -o smaller.inr"),
    ("file, removed (names), images, file_size, size_before",),
)
Changed = Annotated[
    str | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write here instead.", show_default="the file itself"),
]


def check_changed(output: str | None) -> None:
    """Refuse a stream: what is written is read back."""
    if output == "-":
        raise UsageError("a file is written, read back and checked, not a stream; give -o a file name")


def remove(
    file: File,
    images: Annotated[
        str, typer.Argument(metavar="IMAGES", help="Numbers, ranges, names and globs.", show_default=False)
    ],
    output: Changed = None,
    trust: Trust = False,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Take images out of a file: the network and the other images stay as they are; its path goes to stdout."""
    import inrcodec
    from inrcodec.cli.opening import check_there

    check_changed(output)
    check_there(file)
    result = inrcodec.remove(file, images, output, trust=trust, overwrite=force)
    size = result.archive.file_size
    if json:
        answer = {"file": str(result.path), "removed": result.names, "images": len(result.archive)}
        print_json({**answer, "file_size": size, "size_before": result.size_before})
        return
    print(result.path, flush=True)
    change = f"{size:,} bytes, {size - result.size_before:+,}"
    Console(quiet).say(f"removed {len(result.names):,}, {len(result.archive):,} are left; {change}")
