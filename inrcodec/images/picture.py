"""What the room hands out: pictures ready to fit, files it could not read, and what is worth saying about the rest."""

from __future__ import annotations

from dataclasses import dataclass

from inrcodec.numerics.arrays import AnyPixels, Pixels, colors, in_color


@dataclass(frozen=True, eq=False)
class Picture:
    """One readable image, kept as octets where it is opaque and has 8 bits, which is a quarter of the memory."""

    name: str  # path relative to the given folder, "/" separated; unique in the set
    stored: AnyPixels  # (height, width, channels); one channel where the whole set is gray
    source_bytes: int
    seconds: float | None = None  # that it is shown, where it is a frame of a clip

    @property
    def pixels(self) -> Pixels:
        """(height, width, 3 or 4) in [0, 1], premultiplied when there are 4 channels; made anew at each call."""
        return in_color(colors(self.stored))

    @property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, 3 or 4)."""
        height, width, channels = self.stored.shape
        return height, width, max(3, channels)

    @property
    def channels(self) -> int:
        """Of the field that is fitted to it: 1, 3 or 4."""
        return int(self.stored.shape[2])


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
