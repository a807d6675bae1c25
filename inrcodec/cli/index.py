"""`inrcodec index`: descriptors of a collection's images, stored, so that `neighbors` need not make them."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from inrcodec.bitstream.collection import is_collection
from inrcodec.cli.console import Console, counted, print_json
from inrcodec.cli.opening import check_there
from inrcodec.cli.options import Json, Quiet, Trust, epilog
from inrcodec.errors import UsageError

EPILOG = epilog(
    ("inrcodec index photos.inrs", "inrcodec neighbors photos.inrs 31415"),
    ("file, described, reused (shards), removed (stale files), bytes",),
)
Folder = Annotated[str, typer.Argument(metavar="FILE", help="A collection (.inrs).", show_default=False)]


def index(file: Folder, json: Json = False, trust: Trust = False, quiet: Quiet = False) -> None:
    """Describe every image of a collection once, and store that in it; neighbors and pairs are quick from then on.

    What is there stays, also after a stop; shards that came since are described.
    """
    if not is_collection(file):
        check_there(file)
        raise UsageError(
            f"{file}: is one file, whose images neighbors describes as it goes; an index is of a collection"
        )
    from inrcodec.cli.progress import step_progress
    from inrcodec.retrieval.index import make_index

    console = Console(quiet)
    with step_progress(console) as step:
        result = make_index(
            file,
            trust=trust,
            on_image=lambda done, total: step("index", done, total, f"{done:,} of {total:,} images"),
        )
    if json:
        print_json({"file": file, **dataclasses.asdict(result)})
        return
    there = f", {counted(result.reused, 'shard')} there before" if result.reused else ""
    console.say(f"described {counted(result.described, 'shard')}{there}: {result.bytes:,} bytes")
