"""WebP; lossless unless a quality is asked for, and animations always."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from inrcodec.exporters.formats import PictureFormat, Playback

if TYPE_CHECKING:
    from inrcodec.numerics.arrays import BytePixels


def _still(levels: BytePixels, quality: int | None) -> bytes:
    from inrcodec.exporters.formats._pillow import still_file

    # exact: colors under full transparency are kept
    return still_file(levels, "webp", {"lossless": True, "exact": True} if quality is None else {"quality": quality})


def _animation(frames: Iterator[BytePixels], playback: Playback) -> bytes:
    from inrcodec.exporters.formats._pillow import animation_file

    return animation_file(frames, "webp", playback, {"lossless": True, "method": 4})


FORMAT = PictureFormat(
    name="webp",
    suffixes=(".webp",),
    alpha=True,
    longest_side=16383,
    takes_quality=True,
    loops=True,
    most_loops=65535,
    still=_still,
    animation=_animation,
)
