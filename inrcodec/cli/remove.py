"""`inrcodec remove`: images leave a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from inrcodec.cli.console import Console, print_json
from inrcodec.cli.options import Force, Json, Quiet, Set, Trust, epilog
from inrcodec.errors import UsageError

if TYPE_CHECKING:
    from inrcodec.archive import AnyArchive

EPILOG = epilog(
    (
        "inrcodec remove set.inr 3,7-9",
        "inrcodec remove set.inr 'drafts/*' -o smaller.inr",
        "inrcodec remove photos.inrs 3,7-9",
    ),
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
    file: Set,
    images: Annotated[
        str, typer.Argument(metavar="IMAGES", help="Numbers, ranges, names and globs.", show_default=False)
    ],
    output: Changed = None,
    trust: Trust = False,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Take images out of a file: networks and the other images stay as they are; its path goes to stdout.

    Of a collection, the shards that hold them are written anew, and no others.
    """
    import inrcodec
    from inrcodec.bitstream.collection import is_collection, is_url
    from inrcodec.cli.opening import check_to_change

    check_changed(output)
    if is_collection(file) and not is_url(file):
        if output is not None:
            raise UsageError(f"-o: {file} is a collection, which is changed where it is; copy it first")
        from inrcodec.encoding.shards.removing import remove_from_collection

        removed = remove_from_collection(file, images, trust=trust)
        console = Console(quiet)
        _say(file, removed.names, removed.collection, removed.size_before, json, console)
        for path in removed.left_behind:
            console.warn(f"inrcodec: {path}: could not be removed, and still holds images that left; delete it")
        return
    check_to_change(file, output)
    result = inrcodec.remove(file, images, output, trust=trust, overwrite=force)
    _say(str(result.path), result.names, result.archive, result.size_before, json, Console(quiet))


def _say(path: str, names: tuple[str, ...], left: AnyArchive, before: int, json: bool, console: Console) -> None:
    size = left.file_size
    if json:
        print_json({"file": path, "removed": names, "images": len(left), "file_size": size, "size_before": before})
        return
    print(path, flush=True)
    console.say(f"removed {len(names):,}, {len(left):,} are left; {size:,} bytes, {size - before:+,}")
    if size > before:
        console.say(
            "note: that is more: images that were coded from these, by what they have in common, stand alone now"
        )
