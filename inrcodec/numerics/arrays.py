"""Names for the arrays that travel through the package; shapes stand in the docstrings of what takes them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
Pixels = NDArray[np.float32]  # (height, width, channels), colors in [0, 1], premultiplied where there is alpha
AnyPixels = NDArray[np.uint8] | NDArray[np.float32]  # the same as either: colors, or octets of opaque pictures
BytePixels = NDArray[np.uint8]  # (height, width, channels), colors in 0 to 255, straight alpha


def in_color(values: Pixels) -> Pixels:
    """A picture (height, width, 1, ...) of gray as one of three equal colors; others as they are."""
    return np.repeat(values, 3, axis=2) if values.shape[2] == 1 else values


def colors(values: AnyPixels) -> FloatArray:
    """Colors in [0, 1], of pixels that are kept as octets or as they are; any shape."""
    return np.asarray(values / np.float32(255) if values.dtype == np.uint8 else values, dtype=np.float32)


def namespace_of(array: Any) -> Any:
    """The functions of the array API for arrays of that kind.

    Those of numpy are its own since 2.1: the package that wraps them loads numpy's tests and its compiler of Fortran,
    which takes longer than to draw a picture.
    """
    if isinstance(array, np.ndarray) and hasattr(np, "astype"):
        return np
    from array_api_compat import array_namespace

    return array_namespace(array)
