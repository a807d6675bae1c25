"""Which images of a file a command is about, and the size of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from inrcodec.cli.values import Size, check_pixels

if TYPE_CHECKING:
    from inrcodec.archive import AnyArchive


def chosen_numbers(archive: AnyArchive, index: str | None) -> tuple[int, ...]:
    """The numbers that `--index` names, all of them without it."""
    return tuple(range(len(archive))) if index is None else archive.select(index)


def chosen_sizes(archive: AnyArchive, numbers: Sequence[int], wanted: Size) -> tuple[tuple[int, int], ...]:
    """The (width, height) of every picture, refused when absurd."""
    sizes = []
    for number in numbers:
        image = archive[number]
        width, height = wanted.of(image.width, image.height)
        check_pixels(width, height, f"image {number}")
        sizes.append((width, height))
    return tuple(sizes)
