"""Pictures of a set in high resolution, found by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from inrcodec.benchmark.pixels import with_channels
from inrcodec.bitstream.escaping import normal
from inrcodec.errors import Parameter, UsageError
from inrcodec.images import Found, Picture, Skipped, Unreadable, look_for, nothing_found, read_pixels
from inrcodec.images.color import parse_color
from inrcodec.numerics.arrays import Pixels

NAMED = 3  # images that a note about missing ones spells out


@dataclass(frozen=True, eq=False)
class Pair:
    """A picture of the set by number, and the file with the same one in high resolution; size: its (width, height)."""

    number: int
    picture: Picture
    size: tuple[int, int]
    file: Found
    background: str | None

    def reference(self) -> Pixels:
        """The picture in high resolution with the set's channels; read anew each time, as a folder may be large."""
        return with_channels(_read(self.file, self.background), self.picture.pixels.shape[2])


def find_pairs(
    folder: str | Path, pictures: Sequence[Picture], background: str | None
) -> tuple[tuple[Pair, ...], tuple[str, ...]]:
    """The references in a folder that go with the pictures by file name, suffixes aside; and notes on what did not.

    One is in memory at a time. UsageError where none goes with any picture, or they alone have transparency.
    """
    sizes = _sizes(folder, background, pictures[0].pixels.shape[2])
    by_name = {_stem(file.name): file for file in sizes} | {normal(file.name): file for file in sizes}
    pairs, lonely, odd, met = [], [], [], set()
    for number, picture in enumerate(pictures):
        file = by_name.get(normal(picture.name)) or by_name.get(_stem(picture.name))
        if file is None:
            lonely.append(picture.name)
            continue
        met.add(file.name)
        if _same_shape(picture.pixels, sizes[file]):
            pairs.append(Pair(number, picture, sizes[file], file, background))
        else:
            odd.append(picture.name)
    if not pairs:
        raise UsageError(f"{folder}: no image here is named and shaped like one of the set")
    unused = [file.name for file in sizes if file.name not in met]
    notes = [
        *_note(lonely, "without a reference"),
        *_note(odd, "with a reference of another shape"),
        *_note(unused, "of the references without an image"),
    ]
    return tuple(pairs), tuple(notes)


def _sizes(folder: str | Path, background: str | None, channels: int) -> dict[Found, tuple[int, int]]:
    """(width, height) of every picture in a folder that can be read."""
    looked = look_for([folder])
    sizes, unread = {}, list(looked.skipped)
    for file in looked.files:
        try:
            height, width, own = _read(file, background).shape
        except Unreadable as reason:
            unread.append(Skipped(str(file.path), reason.message))
            continue
        if own > channels:
            raise UsageError(
                f"{folder}: has transparency and the images have none; flatten it with ", Parameter("background")
            )
        sizes[file] = width, height
    if not sizes:
        raise nothing_found([folder], unread, looked.notes)
    return sizes


def _read(file: Found, background: str | None) -> Pixels:
    return read_pixels(file, None if background is None else parse_color(background))


def _stem(name: str) -> str:
    """The name without its suffix."""
    return str(PurePosixPath(normal(name)).with_suffix(""))


def _same_shape(thumbnail: Pixels, size: tuple[int, int]) -> bool:
    """Whether a picture is the thumbnail at another (width, height), within a pixel of the thumbnail."""
    height, width = thumbnail.shape[:2]
    wide, tall = size
    return bool(abs(wide * height / tall - width) <= 1 or abs(tall * width / wide - height) <= 1)


def _note(names: Sequence[str], what: str) -> list[str]:
    """A line about images that could not take part, or none."""
    if not names:
        return []
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return [f"{len(names)} {what}: {', '.join(names[:NAMED])}{more}"]
