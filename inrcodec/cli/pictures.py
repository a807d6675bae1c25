"""Pictures that a command is given one by one, in the order given: files, or images of an .inr file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inrcodec.errors import UsageError

if TYPE_CHECKING:
    from inrcodec.numerics.arrays import Pixels


@dataclass(frozen=True, eq=False)
class Source:
    """A picture (height, width, 3) and what it is called."""

    name: str
    pixels: Pixels


def archived(file: str, index: str | None, background: str, *, trust: bool) -> list[Source]:
    """Images of an .inr file, flattened on the background."""
    from inrcodec.cli.opening import open_archive
    from inrcodec.images.color import flattened, parse_color

    archive = open_archive(file, trust=trust)
    if index is None:
        raise UsageError(f"{file}: choose two or more of its images: --index 3,41")
    ground = parse_color(background)
    images = [archive[number] for number in archive.select(index)]
    archive.check_work([(image.number, (image.width, image.height)) for image in images])
    return [Source(image.name, flattened(image.render_stored(), ground)) for image in images]


def picture(path: str, background: str) -> Source:
    """One picture file, flattened on the background."""
    from inrcodec.images import load_pictures

    if not Path(path).is_file():
        raise UsageError(f"{path}: no such picture file")
    return Source(path, load_pictures([path], background=background).pictures[0].pixels)


def one_size(pictures: Sequence[Source], *, resize: bool) -> list[Source]:
    """All pictures at the size of the first; UsageError where they have others and nobody asked for that."""
    from inrcodec.images.resize import resized

    height, width = pictures[0].pixels.shape[:2]
    for other in pictures[1:]:
        if other.pixels.shape[:2] != (height, width) and not resize:
            raise UsageError(
                f"{pictures[0].name} has {width}x{height} pixels and {other.name} "
                f"{other.pixels.shape[1]}x{other.pixels.shape[0]}; --resize brings all to the size of the first"
            )
    return [Source(one.name, resized(one.pixels, width, height)) for one in pictures]
