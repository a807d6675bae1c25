"""The two ways to hand a set to an image codec: every picture as a file of its own, or all of them as one sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from inrcodec.benchmark.compare.sheet import cut, plan_tiles, tiled
from inrcodec.benchmark.pixels import opaque, straight_bytes, with_channels
from inrcodec.images import Picture
from inrcodec.numerics.arrays import BytePixels

MAX_SHEET_PIXELS = 1 << 26


@dataclass(frozen=True, eq=False)
class Packing:
    """The images that a codec gets, and how the set's pictures come back out of what it returns."""

    name: str
    images: tuple[BytePixels, ...]
    unpacked: Callable[[Sequence[BytePixels]], list[BytePixels]]

    @property
    def longest_side(self) -> int:
        """Of all images, in pixels."""
        return int(max(max(image.shape[:2]) for image in self.images))


def packings(pictures: Sequence[Picture]) -> tuple[tuple[Packing, ...], tuple[str, ...]]:
    """Files and sheet of these pictures, and a note where the sheet would be too large."""
    straight = [straight_bytes(picture) for picture in pictures]
    files, layout = _files(straight), plan_tiles(straight)
    if layout.width * layout.height > MAX_SHEET_PIXELS:
        size = f"{layout.width} x {layout.height} pixels"
        return (files,), (f"sheets are left out: one of {size} would be beyond {MAX_SHEET_PIXELS:,}",)
    sizes, channels = [picture.shape[:2] for picture in straight], straight[0].shape[2]
    sheet = opaque(tiled(straight, layout))
    return (files, Packing("sheet", (sheet,), lambda back: cut(with_channels(back[0], channels), layout, sizes))), ()


def _files(pictures: Sequence[BytePixels]) -> Packing:
    channels = pictures[0].shape[2]
    images = tuple(opaque(picture) for picture in pictures)
    return Packing("files", images, lambda back: [with_channels(picture, channels) for picture in back])
