"""What a rendered image is made of: its size, and alpha taken out of its colors."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import Literal, SupportsIndex

import numpy as np

from inrcodec.errors import UsageError
from inrcodec.numerics.arrays import Pixels

Size = SupportsIndex | Sequence[SupportsIndex]  # the longer side in pixels, or (width, height)
Upsample = Literal["field", "detail", "nearest", "lanczos"]  # how what lies between native pixels is drawn


def requested_size(native: tuple[int, int], size: Size | None) -> tuple[int, int]:
    """(height, width) of an image with native (height, width): size is None, its longer side, or (width, height)."""
    if size is None:
        return native
    if isinstance(size, Sequence):
        if len(size) != 2:
            raise UsageError(f"cannot render at {size!r}; give the longer side, or (width, height)")
        width, height = index(size[0]), index(size[1])
    else:
        size = index(size)
        if size < 1:
            raise UsageError(f"cannot render at {size} pixels")
        height, width = (max(1, round(side * size / max(native))) for side in native)
    if min(width, height) < 1:
        raise UsageError(f"cannot render at {width}x{height}")
    return height, width


def straightened(stored: Pixels) -> Pixels:
    """Straight alpha from premultiplied (height, width, channels); pictures without alpha as they are."""
    if stored.shape[2] != 4:
        return stored
    alpha = stored[..., 3:]
    colors = np.divide(stored[..., :3], alpha, out=np.zeros_like(stored[..., :3]), where=alpha > 0)
    return np.concatenate([np.minimum(colors, 1.0), alpha], axis=2)
