"""How thumbnails are enlarged without a field: nearest, bilinear, bicubic and Lanczos, as in Pillow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

KERNELS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


def enlarged(pixels: NDArray[np.float32], size: tuple[int, int], kernel: str) -> NDArray[np.float32]:
    """A picture (height, width, channels) in [0, 1] at another (width, height); one channel at a time, in floats."""
    channels = [
        np.asarray(Image.fromarray(np.ascontiguousarray(pixels[..., at])).resize(size, KERNELS[kernel]))
        for at in range(pixels.shape[2])
    ]
    pixels = np.stack(channels, axis=2)
    return np.asarray(np.clip(pixels, 0.0, 1.0), dtype=np.float32)
