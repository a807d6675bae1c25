"""`decode --salvage`: what a damaged file still holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from inrcodec.cli.console import Console
from inrcodec.cli.opening import check_there
from inrcodec.errors import CorruptFileError

if TYPE_CHECKING:
    from inrcodec.archive import Archive

CORRUPT = 3  # exit code
LISTED = 10  # images that are named


def open_lenient(file: str) -> Archive:
    """The archive, as far as it can be read; CorruptFileError where its header or its network is gone."""
    from inrcodec.archive import Archive

    return Archive.open(check_there(file), salvage=True)


def whole_numbers(archive: Archive, numbers: Sequence[int]) -> tuple[tuple[int, ...], list[int]]:
    """The images among these that can be drawn, and those that cannot; CorruptFileError where none can."""
    whole, damaged = [], []
    for number in numbers:
        try:
            archive.latents(number)
        except CorruptFileError as failure:
            damaged.append(number)
            reason = failure
        else:
            whole.append(number)
    if not whole:
        raise CorruptFileError("none of these images can be saved: ", reason.message)  # which names the file
    return tuple(whole), damaged


def say_damaged(archive: Archive, damaged: Sequence[int], console: Console) -> None:
    """Name what was lost, and leave with the exit code of a damaged file, if it is one."""
    if damaged:
        named = ", ".join(f"{number} {archive.names[number]}" for number in damaged[:LISTED])
        more = f" and {len(damaged) - LISTED} more" if len(damaged) > LISTED else ""
        console.warn(f"inrcodec: {len(damaged)} images could not be saved: {named}{more}")
    if damaged or any(chunk.damage for chunk in archive.stored.chunks):
        raise typer.Exit(CORRUPT)
    console.say("the file is not damaged")
