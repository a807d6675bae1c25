"""`decode --salvage`: what a damaged file still holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from inrcodec.bitstream.collection import is_collection
from inrcodec.cli.console import Console
from inrcodec.cli.opening import check_there
from inrcodec.errors import CorruptFileError, InrError, UnsupportedFileError

if TYPE_CHECKING:
    from inrcodec.archive import AnyArchive, Collection

CORRUPT = 3  # exit code
LISTED = 10  # images that are named


def open_lenient(file: str) -> AnyArchive:
    """The archive, as far as it can be read; CorruptFileError where its header, network or manifest is gone."""
    from inrcodec.archive import Archive, Collection

    if is_collection(file):
        return Collection.open(file)
    return Archive.open(check_there(file), salvage=True)


def whole_numbers(archive: AnyArchive, numbers: Sequence[int]) -> tuple[tuple[int, ...], list[int]]:
    """The images among these that can be drawn, and those that cannot; CorruptFileError where none can."""
    from inrcodec.archive import Archive

    whole, damaged, reason = list[int](), list[int](), InrError("there is none")
    if not isinstance(archive, Archive):
        lost = lost_shards(archive, numbers)
        damaged = [number for number in numbers if archive.shard_of(number) in lost]
        numbers = [number for number in numbers if archive.shard_of(number) not in lost]
        reason = next(iter(lost.values()), reason)
    for number in numbers:
        image = archive[number]
        try:
            image.archive.latents(image.place)
        except CorruptFileError as failure:
            damaged.append(number)
            reason = failure
        else:
            whole.append(number)
    if not whole:
        raise CorruptFileError("none of these images can be saved: ", reason.message)  # which names the file
    return tuple(whole), sorted(damaged)


def lost_shards(archive: Collection, numbers: Sequence[int]) -> dict[int, InrError]:
    """Shards of these images that are missing, damaged, or of a later version, and what is wrong with them."""
    lost = dict[int, InrError]()
    for which in sorted({archive.shard_of(number) for number in numbers}):
        try:
            archive.shard(which)
        except (CorruptFileError, UnsupportedFileError) as failure:
            lost[which] = failure
    return lost


def files_of_lost(archive: AnyArchive, damaged: Sequence[int]) -> list[str]:
    """Names of the shards that could not be read; images that are damaged alone have none."""
    from inrcodec.archive import Archive

    if isinstance(archive, Archive):
        return []
    return [archive.manifest.shards[which].file for which in lost_shards(archive, damaged)]


def say_damaged(archive: AnyArchive, damaged: Sequence[int], console: Console) -> None:
    """Name what was lost, and leave with the exit code of a damaged file, if it is one."""
    from inrcodec.archive import Archive

    if damaged:
        named = ", ".join(f"{number} {archive.names[number]}" for number in damaged[:LISTED])
        more = f" and {len(damaged) - LISTED} more" if len(damaged) > LISTED else ""
        console.warn(f"inrcodec: {len(damaged)} images could not be saved: {named}{more}")
    for shard in files_of_lost(archive, damaged):
        console.warn(f"inrcodec: the shard {shard} is missing or damaged; the same encode with --force makes it anew")
    if damaged or (isinstance(archive, Archive) and any(chunk.damage for chunk in archive.stored.chunks)):
        raise typer.Exit(CORRUPT)
    console.say("the file is not damaged")
