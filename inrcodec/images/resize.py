"""Pictures brought to one size."""

from __future__ import annotations

import numpy as np
from PIL import Image

from inrcodec.numerics.arrays import Pixels


def resized(pixels: Pixels, width: int, height: int) -> Pixels:
    """A picture (height, width, channels) at another size, by Lanczos' kernel over areas; limited to [0, 1]."""
    if pixels.shape[:2] == (height, width):
        return pixels
    planes = [Image.fromarray(np.ascontiguousarray(pixels[..., channel])) for channel in range(pixels.shape[2])]
    drawn = [np.asarray(plane.resize((width, height), Image.Resampling.LANCZOS)) for plane in planes]
    return np.asarray(np.clip(np.stack(drawn, axis=-1), 0, 1), dtype=np.float32)
