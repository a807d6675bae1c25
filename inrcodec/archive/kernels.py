"""A native picture enlarged by its pixels alone: each repeated, as pixel art wants it, or joined by Lanczos' kernel."""

from __future__ import annotations

import numpy as np

from inrcodec.numerics.arrays import Pixels


def nearest(native: Pixels, size: tuple[int, int]) -> Pixels:
    """A picture (height, width, channels) at another (height, width): every place has the color of its pixel."""
    rows, columns = ((np.arange(new) * 2 + 1) * old // (2 * new) for new, old in zip(size, native.shape, strict=False))
    return np.ascontiguousarray(native[rows[:, None], columns])


def lanczos(native: Pixels, size: tuple[int, int]) -> Pixels:
    """The same, smooth: Lanczos' kernel of three lobes; no color exceeds its alpha."""
    from inrcodec.images.resize import resized

    drawn = resized(native, size[1], size[0])
    if drawn.shape[2] == 4:
        np.minimum(drawn[..., :3], drawn[..., 3:], out=drawn[..., :3])
    return drawn
