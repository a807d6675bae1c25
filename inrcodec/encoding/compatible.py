"""Which pictures can join a file: they take its channels, and names that it has not yet."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from inrcodec.archive import Archive
from inrcodec.bitstream.appending import longer_header
from inrcodec.bitstream.escaping import normal
from inrcodec.bitstream.names import encode_names
from inrcodec.encoding.options import EncodeOptions
from inrcodec.errors import Message, Parameter, UnsupportedFileError, UsageError
from inrcodec.field.conditioning import conditioning_named
from inrcodec.images import Picture, Skipped
from inrcodec.images.color import gray_of, is_gray, with_alpha

NAMED = 3  # pictures in a refusal
TAKEN = "has an image of that name already; rename the new one, or remove the old one first"


def check_design(archive: Archive) -> None:
    """UsageError where a file takes no other images: frames of a clip, or a network that knows no others."""
    if archive.times is not None:
        raise UsageError(f"{archive.path}: holds the frames of a clip; encode them again, as they are to be")
    name = archive.header.model.conditioning
    if conditioning_named(name).TRAITS.latents == "none":
        raise UsageError(
            f"{archive.path}: {name} tells images by their numbers, so its network holds no others; "
            "encode the whole set anew"
        )


def compatible(archive: Archive, pictures: Sequence[Picture]) -> tuple[list[Picture], tuple[Skipped, ...]]:
    """The pictures that can join, with the set's channels, and the others with the reason; UsageError for none."""
    others = tuple(unfit(archive, pictures))
    if len(others) == len(pictures):
        raise none_joins(others)
    kept = {picture.name for picture in pictures} - {one.path for one in others}
    return [_like_the_set(archive, picture) for picture in pictures if picture.name in kept], others


def fitting_picture(archive: Archive, picture: Picture) -> Picture:
    """The picture with the set's channels, whatever its name; UsageError where it has transparency the set lacks."""
    if archive.channels == 3 and picture.pixels[..., 3:].min(initial=1.0) < 1.0:
        raise UsageError(f"{picture.name}: ", _transparent(archive))
    if archive.header.channels == 1 and not _is_gray(picture):
        raise UsageError(f"{picture.name}: ", _colored(archive))
    return _like_the_set(archive, picture)


def check_room(archive: Archive, pictures: Sequence[Picture]) -> None:
    """Refuse, before any work, what no file can hold or what cannot be read of this one."""
    encode_names([*archive.names, *(picture.name for picture in pictures)])
    _ = archive.figures
    try:
        longer_header(archive.stored, sizes_of(pictures))
    except UnsupportedFileError as failure:
        raise UnsupportedFileError(f"{archive.path}: ", failure.message) from failure


def check_effort(archive: Archive, images: Iterable[int], pictures: Sequence[Picture], options: EncodeOptions) -> None:
    """Raise TooMuchWork, before any of it, where a few bytes would make this hours; images: whose blocks are changed.

    Pictures, and how often they are looked at, are the caller's; the network that they are fitted against is not.
    """
    pixels = sum(math.prod(size) for size in sizes_of(pictures))
    archive.check_change(images, pixels, options.passes or 0)


def sizes_of(pictures: Sequence[Picture]) -> list[tuple[int, int]]:
    """(height, width) of each."""
    return [picture.shape[:2] for picture in pictures]


def unfit(archive: Archive, pictures: Sequence[Picture]) -> Iterator[Skipped]:
    """Pictures that cannot join, by name, and why."""
    taken = set(map(normal, archive.names))
    for picture in pictures:
        if normal(picture.name) in taken:
            yield Skipped(picture.name, f"{archive.path} {TAKEN}")
        elif archive.channels == 3 and picture.pixels[..., 3:].min(initial=1.0) < 1.0:
            yield Skipped(picture.name, _transparent(archive))
        elif archive.header.channels == 1 and not _is_gray(picture):
            yield Skipped(picture.name, _colored(archive))


def none_joins(others: Sequence[Skipped]) -> UsageError:
    """What to raise where no picture can join: the first of them by name, and why the very first cannot."""
    first, alike = others[0], [one.path for one in others if one.reason == others[0].reason]
    listed = ", ".join(alike[:NAMED])
    listed += f" and {len(alike) - NAMED:,} more" if len(alike) > NAMED else ""
    rest = len(others) - len(alike)
    return UsageError(f"{listed}: ", first.reason, f"; {rest:,} more cannot join for other reasons" if rest else "")


def _transparent(archive: Archive) -> Message:
    flat = Parameter("background", "white")
    return Message(
        f"has transparency, which {archive.path} cannot store, as its images have none; flatten it with ", flat
    )


def _colored(archive: Archive) -> Message:
    return Message(
        f"has colors, which {archive.path} cannot store, as all of its images are gray; make it gray, "
        "or encode all pictures together anew"
    )


def _like_the_set(archive: Archive, picture: Picture) -> Picture:
    """The picture with the set's channels."""
    if archive.header.channels == 1:
        return replace(picture, stored=gray_of(picture.stored))
    return replace(picture, stored=with_alpha(picture.pixels) if archive.channels == 4 else picture.pixels[..., :3])


def _is_gray(picture: Picture) -> bool:
    return picture.channels == 1 or is_gray(picture.stored)
