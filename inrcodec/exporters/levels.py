"""Colors in [0, 1] as the 8-bit levels that image files hold."""

from __future__ import annotations

import numpy as np

from inrcodec.numerics.arrays import BytePixels, FloatArray

AnyPixels = FloatArray | BytePixels  # (height, width, 3 or 4): colors in [0, 1] or 0 to 255, straight alpha


def as_bytes(pixels: AnyPixels) -> BytePixels:
    """Levels 0 to 255 of pixels in [0, 1], same shape; 8-bit pixels pass through."""
    if pixels.dtype == np.uint8:
        return np.ascontiguousarray(pixels, dtype=np.uint8)
    levels: FloatArray = np.clip(np.nan_to_num(pixels), 0.0, 1.0) * 255.0
    return np.rint(levels).astype(np.uint8)


def on_white(pixels: AnyPixels) -> BytePixels:
    """Colors over a white background, (height, width, 4) with straight alpha to (height, width, 3), 8 bits."""
    levels = pixels.astype(np.float32) / 255.0 if pixels.dtype == np.uint8 else np.asarray(pixels, dtype=np.float32)
    alpha = levels[..., 3:]
    return as_bytes(levels[..., :3] * alpha + (1.0 - alpha))
