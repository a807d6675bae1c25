"""SOURCES and `--files-from`: what comes in, typed or listed in a file, one path a line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from inrcodec.bitstream.collection import is_collection
from inrcodec.cli.opening import refuse_folder
from inrcodec.errors import InputError, UsageError

if TYPE_CHECKING:
    from inrcodec.images import Found

STREAM = "-"

Sources = Annotated[
    list[str] | None, typer.Argument(metavar="SOURCES", help="Folders, image files or globs.", show_default=False)
]
FilesFrom = Annotated[
    str | None,
    typer.Option(
        "--files-from", metavar="FILE", help="A list of sources, a path a line; - for stdin.", show_default="none"
    ),
]
Null = Annotated[
    bool, typer.Option("-0", "--null", help="The list ends paths with NUL, as find -print0 and git ls-files -z do.")
]


Packed = Annotated[
    Literal["files", "tar", "parquet"],
    typer.Option("--input", help="What SOURCES are: picture files, or tar archives or Parquet tables of them."),
]


def found_in(sources: list[str], packed: Literal["files", "tar", "parquet"]) -> list[str] | list[Found]:
    """The sources, or the pictures in them where they are archives or tables."""
    from inrcodec.images.scan import check_local

    if packed == "files":
        for source in sources:
            check_local(source)
            if (kind := Path(source).suffix.lower().removeprefix(".")) in ("tar", "parquet") and Path(source).is_file():
                raise InputError(f"{source}: is no picture; to take those that are in it, add --input {kind}")
        return sources
    from inrcodec.images import find_packed

    return list(find_packed(sources, packed).files)


def gathered(sources: Sequence[str] | None, files_from: str | None, null: bool) -> list[str]:
    """What was typed, then what is listed; UsageError where there is neither, or a listed path is not there."""
    found = list(sources or ())
    if files_from is not None:
        found += _listed(files_from, null)
        if not found:
            raise UsageError(f"{files_from}: lists nothing")
    if not found:
        raise UsageError("give SOURCES (folders, image files or globs), or --files-from FILE")
    for source in filter(is_collection, found):
        if any(Path(source).glob("*.inr")):  # else a folder of pictures that is called so
            refuse_folder(source, "pictures that are still to be encoded")
    return found


def _listed(files_from: str, null: bool) -> list[str]:
    """Paths are taken as they are: a star in one is a star."""
    try:
        blob = sys.stdin.buffer.read() if files_from == STREAM else Path(files_from).read_bytes()
    except OSError as failure:
        raise UsageError(f"{files_from}: {failure.strerror}") from failure
    lines = blob.split(b"\0") if null else blob.removeprefix(b"\xef\xbb\xbf").splitlines()
    paths = [os.fsdecode(line) for line in lines if line.strip()]
    for path in paths:
        if "\0" in path:
            raise UsageError(f"{files_from}: holds NUL characters; add -0")
        if not os.path.lexists(path):
            raise UsageError(f"{files_from}: lists {path}, which is not there")
    return paths
