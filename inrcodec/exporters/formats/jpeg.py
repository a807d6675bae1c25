"""JPEG, lossy, at full resolution of color."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inrcodec.exporters.formats import PictureFormat

if TYPE_CHECKING:
    from inrcodec.numerics.arrays import BytePixels

QUALITY = 95


def _still(levels: BytePixels, quality: int | None) -> bytes:
    from inrcodec.exporters.formats._pillow import still_file

    chosen = QUALITY if quality is None else quality
    return still_file(levels, "jpeg", {"quality": chosen, "subsampling": "4:4:4", "optimize": True})


FORMAT = PictureFormat(
    name="jpeg",
    suffixes=(".jpg", ".jpeg"),
    alpha=False,
    longest_side=65500,
    takes_quality=True,
    default_quality=QUALITY,
    still=_still,
)
