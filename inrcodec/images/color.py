"""Colour: every mode that Pillow decodes to becomes float RGB(A) in [0, 1], scaled by its own white, never clipped."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from inrcodec.errors import UsageError
from inrcodec.numerics.arrays import AnyPixels, Pixels, colors

EXIF_ORIENTATION = 274
TIFF_BITS_PER_SAMPLE, TIFF_PHOTOMETRIC, TIFF_WHITE_IS_ZERO = 258, 262, 0


def orientation_of(image: Image.Image) -> int:
    """The EXIF number 1-8 of how the camera was held; 1 where the file does not say, or says what nobody can read."""
    try:
        found = image.getexif().get(EXIF_ORIENTATION, 1)
    except Exception:  # Pillow raises nearly anything there
        return 1
    return found if isinstance(found, int) else 1


def to_pixels(image: Image.Image, orientation: int | None = None) -> AnyPixels:
    """A decoded image as (height, width, 3), or as premultiplied (height, width, 4) when any pixel is not opaque.

    Octets stay octets where every pixel is opaque. orientation: EXIF's number; None for the image's own.
    """
    orientation = orientation_of(image) if orientation is None else orientation
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        pixels = _deep_gray(image)
    else:
        octets = np.asarray(image.convert("RGBA" if image.has_transparency_data else "RGB"))
        if octets.shape[2] == 3 or octets[..., 3].min() == 255:
            return np.ascontiguousarray(_upright(octets[..., :3], orientation))
        pixels = colors(octets)
    return premultiplied(_upright(pixels, orientation))


def premultiplied(straight: Pixels) -> Pixels:
    """Colours times alpha; an alpha channel that is 1 everywhere is dropped."""
    if straight.shape[2] == 3:
        return np.ascontiguousarray(straight)
    if straight[..., 3].min() >= 1:
        return np.ascontiguousarray(straight[..., :3])
    return np.concatenate([straight[..., :3] * straight[..., 3:], straight[..., 3:]], axis=2)


def with_alpha(pixels: Pixels) -> Pixels:
    """The same picture in 4 channels (height, width, 4)."""
    if pixels.shape[2] == 4:
        return pixels
    return np.concatenate([pixels, np.ones_like(pixels[..., :1])], axis=2)


def is_gray(pixels: AnyPixels) -> bool:
    """Whether an opaque picture (height, width, 3) has three equal channels everywhere."""
    return pixels.shape[2] == 3 and bool((pixels == pixels[..., :1]).all())


def gray_of(pixels: AnyPixels) -> AnyPixels:
    """A gray picture as one channel, (height, width, 1)."""
    return pixels[..., :1].copy()


def flattened(pixels: Pixels, background: Pixels) -> Pixels:
    """A premultiplied picture laid over one opaque colour (3,): (height, width, 3)."""
    if pixels.shape[2] == 3:
        return pixels
    return pixels[..., :3] + (1 - pixels[..., 3:]) * background


def parse_color(text: str) -> Pixels:
    """A colour name or #hex as three numbers in [0, 1]."""
    try:
        values = ImageColor.getrgb(text.strip())
    except ValueError:
        raise UsageError(f"{text!r} is not a colour; use a name such as white, or a code such as #ffeecc") from None
    if len(values) == 4 and values[3] < 255:
        raise UsageError(f"{text!r} is not opaque; a background has to cover")
    return np.array(values[:3], np.float32) / np.float32(255)


def _deep_gray(image: Image.Image) -> Pixels:
    """Grey of more than 8 bits (height, width, 3 or 4); what has no known white is refused."""
    values = np.asarray(image)
    low, high = float(values.min()), float(values.max())
    tags = getattr(image, "tag_v2", {})  # only TIFF has them
    white = 1.0 if image.mode == "F" else 65535.0
    if image.mode.startswith("I;16"):
        white = 2.0 ** tags.get(TIFF_BITS_PER_SAMPLE, (16,))[0] - 1
    if not (low >= 0 and high <= white):  # not-a-number fails both
        raise ValueError(
            f"its values run from {low:g} to {high:g}, so its white is unknown; convert it to 8 or 16 bits"
        )
    gray = (values / white).astype(np.float32)
    if tags.get(TIFF_PHOTOMETRIC) == TIFF_WHITE_IS_ZERO and image.mode != "I":
        gray = 1 - gray  # Pillow turns only 8-bit greys the right way round
    channels = [gray, gray, gray]
    if isinstance(key := image.info.get("transparency"), int):
        channels.append((values != key).astype(np.float32))
    return np.stack(channels, axis=2)


def _upright(pixels: NDArray[Any], orientation: object) -> NDArray[Any]:
    """The picture as it was seen, from the EXIF number 1-8 of how the camera was held."""
    if orientation not in (2, 3, 4, 5, 6, 7, 8):
        return pixels
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels
