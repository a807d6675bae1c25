"""What the room hands out: pictures ready to fit, files it could not read, and what is worth saying about the rest."""

from __future__ import annotations

from dataclasses import dataclass

from inrcodec.numerics.arrays import Pixels


@dataclass(frozen=True, eq=False)
class Picture:
    """One readable image: pixels (height, width, channels) in [0, 1], premultiplied when there are 4 channels."""

    name: str  # path relative to the given folder, "/" separated; unique in the set
    pixels: Pixels
    source_bytes: int


@dataclass(frozen=True)
class Skipped:
    """One file that was asked for or found, and could not be read."""

    path: str
    reason: str


@dataclass(frozen=True, eq=False)
class PictureSet:
    """All pictures, with the same number of channels, in natural order of their names."""

    pictures: tuple[Picture, ...]
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
