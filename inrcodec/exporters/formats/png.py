"""PNG, lossless; animations are APNG under the same suffix, which other programs show as their first frame."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from inrcodec.exporters.formats import PictureFormat, Playback

if TYPE_CHECKING:
    from inrcodec.numerics.arrays import BytePixels


def _still(levels: BytePixels, quality: int | None) -> bytes:
    from inrcodec.exporters.formats._pillow import still_file

    return still_file(levels, "png", {})


def _animation(frames: Iterator[BytePixels], playback: Playback) -> bytes:
    from inrcodec.exporters.formats._pillow import animation_file

    return animation_file(frames, "png", playback, {})


FORMAT = PictureFormat(
    name="png", suffixes=(".png",), alpha=True, loops=True, most_loops=2**31 - 1, still=_still, animation=_animation
)
