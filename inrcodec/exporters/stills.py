"""One picture as the bytes of one image file: PNG, WebP, AVIF or JPEG."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inrcodec.errors import UsageError

AnyPixels = NDArray[np.float32] | NDArray[np.uint8]


@dataclass(frozen=True)
class StillFormat:
    """A kind of image file: its suffixes (the first is used for new files), longest side, and what it keeps."""

    name: str
    suffixes: tuple[str, ...]
    longest_side: int
    alpha: bool
    lossy: bool


FORMATS = (
    StillFormat("png", (".png",), 1 << 30, alpha=True, lossy=False),
    StillFormat("webp", (".webp",), 16383, alpha=True, lossy=True),
    StillFormat("avif", (".avif",), 65536, alpha=True, lossy=True),
    StillFormat("jpeg", (".jpg", ".jpeg"), 65500, alpha=False, lossy=True),
)


def format_named(name: str) -> StillFormat:
    """The format of that name ("jpg" is "jpeg"); UsageError names the ones there are."""
    wanted = name.lower()
    for still in FORMATS:
        if wanted == still.name or f".{wanted}" in still.suffixes:
            return still
    raise UsageError(f"unknown format {name!r}; choose from {', '.join(still.name for still in FORMATS)}")


def format_of_suffix(suffix: str) -> StillFormat | None:
    """The format whose files end in that suffix (".jpg"), or None."""
    return next((still for still in FORMATS if suffix.lower() in still.suffixes), None)


def encode_still(pixels: AnyPixels, still: StillFormat, quality: int | None = None) -> bytes:
    """The bytes of an image file, from (height, width, 3 or 4) in [0, 1] or 8 bits, straight alpha.

    Without a quality, PNG and WebP are lossless, AVIF is written at 90 and JPEG at 95. Formats without alpha are
    flattened on white.
    """
    from PIL import Image, features  # costs more to import than a command that writes nothing should pay

    check_quality(still, quality)
    if max(pixels.shape[:2]) > still.longest_side:
        raise UsageError(f"{still.name} holds at most {still.longest_side} pixels a side; choose png or a smaller size")
    if still.name == "avif" and not features.check("avif"):
        raise UsageError("this Pillow was built without AVIF; choose png or webp, or install a Pillow wheel from PyPI")
    if pixels.shape[2] == 4 and not still.alpha:
        pixels = on_white(pixels)
    stream = io.BytesIO()
    Image.fromarray(as_bytes(pixels)).save(stream, still.name.upper(), **_options(still, quality))
    return stream.getvalue()


def check_quality(still: StillFormat, quality: int | None) -> None:
    """Refuse a quality where the format has none."""
    if quality is not None and not still.lossy:
        raise UsageError(f"{still.name} is lossless and takes no quality; choose webp, avif or jpeg")


def as_bytes(pixels: AnyPixels) -> NDArray[np.uint8]:
    """Levels 0 to 255 of pixels in [0, 1], same shape; 8-bit pixels pass through."""
    if pixels.dtype == np.uint8:
        return np.ascontiguousarray(pixels, dtype=np.uint8)
    levels: NDArray[np.float32] = np.clip(np.nan_to_num(pixels), 0.0, 1.0) * 255.0
    return np.rint(levels).astype(np.uint8)


def on_white(pixels: AnyPixels) -> NDArray[np.uint8]:
    """Colors over a white background, (height, width, 4) with straight alpha to (height, width, 3), 8 bits."""
    levels = pixels.astype(np.float32) / 255.0 if pixels.dtype == np.uint8 else np.asarray(pixels, dtype=np.float32)
    alpha = levels[..., 3:]
    return as_bytes(levels[..., :3] * alpha + (1.0 - alpha))


def _options(still: StillFormat, quality: int | None) -> dict[str, Any]:
    """What Pillow's writer of that format is told."""
    match still.name:
        case "webp" if quality is None:
            return {"lossless": True, "exact": True}  # exact: colors under full transparency are kept
        case "webp":
            return {"quality": quality}
        case "avif":
            return {"quality": 90 if quality is None else quality, "subsampling": "4:4:4"}
        case "jpeg":
            return {"quality": 95 if quality is None else quality, "subsampling": "4:4:4", "optimize": True}
        case _:
            return {}
