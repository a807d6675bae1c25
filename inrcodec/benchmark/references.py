"""Pictures of a set in high resolution, found by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from inrcodec.benchmark.pixels import with_channels
from inrcodec.errors import Parameter, UsageError
from inrcodec.images import Picture, load_pictures
from inrcodec.numerics.arrays import Pixels

NAMED = 3  # images that a note about missing ones spells out


@dataclass(frozen=True, eq=False)
class Pair:
    """A picture of the set by number, and the same one in high resolution."""

    number: int
    picture: Picture
    reference: Pixels

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the reference."""
        return self.reference.shape[1], self.reference.shape[0]


def find_pairs(
    folder: str | Path, pictures: Sequence[Picture], background: str | None
) -> tuple[tuple[Pair, ...], tuple[str, ...]]:
    """The references in a folder that go with the pictures by file name, suffixes aside; and notes on what did not."""
    references = load_pictures([folder], background=background).pictures
    channels = pictures[0].pixels.shape[2]
    if channels < references[0].pixels.shape[2]:
        raise UsageError(
            f"{folder}: has transparency and the images have none; flatten it with ", Parameter("background")
        )
    by_name = {_stem(reference.name): reference for reference in references}
    by_name |= {reference.name: reference for reference in references}
    pairs, lonely, odd, met = [], [], [], set()
    for number, picture in enumerate(pictures):
        reference = by_name.get(picture.name) or by_name.get(_stem(picture.name))
        if reference is None:
            lonely.append(picture.name)
            continue
        met.add(reference.name)
        if _same_shape(picture.pixels, reference.pixels):
            pairs.append(Pair(number, picture, with_channels(reference.pixels, channels)))
        else:
            odd.append(picture.name)
    if not pairs:
        raise UsageError(f"{folder}: no image here is named and shaped like one of the set")
    unused = [reference.name for reference in references if reference.name not in met]
    notes = [
        *_note(lonely, "without a reference"),
        *_note(odd, "with a reference of another shape"),
        *_note(unused, "of the references without an image"),
    ]
    return tuple(pairs), tuple(notes)


def _stem(name: str) -> str:
    """The name without its suffix."""
    return str(PurePosixPath(name).with_suffix(""))


def _same_shape(thumbnail: Pixels, reference: Pixels) -> bool:
    """Whether one is the other at another size, within a pixel of the thumbnail."""
    height, width = thumbnail.shape[:2]
    tall, wide = reference.shape[:2]
    return bool(abs(wide * height / tall - width) <= 1 or abs(tall * width / wide - height) <= 1)


def _note(names: Sequence[str], what: str) -> list[str]:
    """A line about images that could not take part, or none."""
    if not names:
        return []
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return [f"{len(names)} {what}: {', '.join(names[:NAMED])}{more}"]
