"""Between pictures as they are measured (floats, premultiplied) and as image codecs take them (8 bits, straight)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from inrcodec.images import Picture
from inrcodec.numerics.arrays import BytePixels
from inrcodec.numerics.metrics import psnr

AnyPixels = TypeVar("AnyPixels", NDArray[np.uint8], NDArray[np.float32])


def straight_bytes(picture: Picture) -> BytePixels:
    """Pixels (height, width, channels) for a codec.

    Where nothing is to be seen, the colour is the mean of what is: for most codecs cheaper than a sharp edge to black.
    """
    pixels = picture.pixels
    if pixels.shape[2] == 4:
        alpha = pixels[..., 3:]
        seen = np.rint(alpha * 255) > 0
        mean = pixels[..., :3].sum(axis=(0, 1)) / max(float(alpha.sum()), 1e-6)
        colors = np.where(seen, pixels[..., :3] / np.where(seen, alpha, 1), mean)
        pixels = np.concatenate([np.minimum(colors, 1), alpha], axis=2)
    return np.rint(pixels * 255).astype(np.uint8)


def mean_psnr(pictures: Sequence[Picture], decoded: Sequence[BytePixels]) -> float:
    """Mean over images in dB of what came back from a codec, with the errors measured on premultiplied colours."""
    return finite_mean(
        [psnr(picture.pixels, _premultiplied(pixels)) for picture, pixels in zip(pictures, decoded, strict=True)]
    )


def finite_mean(figures: Sequence[float]) -> float:
    """Mean of the finite ones; infinite when there is none."""
    finite = [figure for figure in figures if np.isfinite(figure)]
    return float(np.mean(finite)) if finite else float("inf")


def opaque(pixels: BytePixels) -> BytePixels:
    """Without alpha where it is full everywhere, as any tool would write it."""
    return pixels[..., :3] if pixels.shape[2] == 4 and pixels[..., 3].min() == 255 else pixels


def with_channels(pixels: AnyPixels, channels: int) -> AnyPixels:
    """With a full alpha channel where the set has one and these pixels do without."""
    if pixels.shape[2] == channels:
        return pixels
    full = 255 if pixels.dtype == np.uint8 else 1
    return np.concatenate([pixels, np.full_like(pixels[..., :1], full)], axis=2)


def _premultiplied(pixels: BytePixels) -> NDArray[np.float32]:
    """In [0, 1], computed as for the source, so that what is lossless has no error at all."""
    colors = np.asarray(pixels / np.float32(255), dtype=np.float32)
    if pixels.shape[2] == 4:
        colors[..., :3] *= colors[..., 3:]
    return colors
