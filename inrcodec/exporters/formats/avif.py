"""AVIF, lossy; Pillow's wheels hold an encoder, some systems' own builds do not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from inrcodec.exporters.formats import PictureFormat, Playback

if TYPE_CHECKING:
    from inrcodec.numerics.arrays import BytePixels

QUALITY = 90
ANIMATION = {"quality": 80, "speed": 7}


def _still(levels: BytePixels, quality: int | None) -> bytes:
    from inrcodec.exporters.formats._pillow import still_file

    return still_file(levels, "avif", {"quality": QUALITY if quality is None else quality, "subsampling": "4:4:4"})


def _animation(frames: Iterator[BytePixels], playback: Playback) -> bytes:
    from inrcodec.exporters.formats._pillow import animation_file

    return animation_file(frames, "avif", playback, dict(ANIMATION))


def _missing() -> str | None:
    from PIL import features

    if features.check("avif"):
        return None
    return "this Pillow was built without AVIF; choose webp, or install a Pillow wheel from PyPI"


FORMAT = PictureFormat(
    name="avif",
    suffixes=(".avif",),
    alpha=True,
    longest_side=65536,
    takes_quality=True,
    default_quality=QUALITY,
    still=_still,
    animation=_animation,
    missing=_missing,
)
