"""Which pictures look alike, cheaply: tiny thumbnails, split again and again across the direction they differ in most.

Balanced by construction, and the same at every run. The directions are principal axes, as in J. McNames, "A fast
nearest-neighbor algorithm based on a principal axis search tree", TPAMI 2001.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inrcodec.images import Found, Unreadable, read_pixels
from inrcodec.images.shrink import shrunk
from inrcodec.numerics.arrays import FloatArray, Pixels

CELLS = 6  # along each side of a thumbnail
DETAIL = 2.0  # weight of the contrast within cells against their means
SIDE = 48  # longest, at which contrast is looked at


def clusters(files: Sequence[Found], count: int) -> list[list[Found]]:
    """The files in `count` parts of equal size but for one, alike within each; in the order given within each part."""
    vectors = np.stack([thumbnail(file) for file in files])
    parts = _split(vectors, np.arange(len(files)), count)
    return [[files[at] for at in np.sort(part)] for part in parts]


def thumbnail(file: Found) -> FloatArray:
    """Means and contrast of a picture in CELLS x CELLS cells, on white; zeros for what cannot be read."""
    try:
        pixels = read_pixels(file, np.ones(3, np.float32))
    except Unreadable:
        return np.zeros(CELLS * CELLS * 4, np.float32)
    small = shrunk(pixels, SIDE)
    means = _cells(small)
    spread = np.sqrt(np.maximum(0, _cells((small**2).mean(-1, keepdims=True)) - (means**2).mean(-1, keepdims=True)))
    return np.concatenate([means.ravel(), DETAIL * spread.ravel()]).astype(np.float32)


def _cells(pixels: Pixels) -> FloatArray:
    """Means over CELLS x CELLS cells, (CELLS, CELLS, channels)."""
    rows, columns = (np.arange(CELLS) * side // CELLS for side in pixels.shape[:2])
    rows, columns = np.minimum(rows, pixels.shape[0] - 1), np.minimum(columns, pixels.shape[1] - 1)
    down = _means(pixels, rows)
    return _means(down.swapaxes(0, 1), columns).swapaxes(0, 1)


def _means(values: FloatArray, starts: np.ndarray[tuple[int], np.dtype[np.int64]]) -> FloatArray:
    ends = np.maximum(np.append(starts[1:], len(values)), starts + 1)
    return np.stack([values[start:end].mean(0) for start, end in zip(starts, ends, strict=True)])


def _split(
    vectors: FloatArray, members: np.ndarray[tuple[int], np.dtype[np.int64]], count: int
) -> list[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    if count == 1:
        return [members]
    low = count // 2
    own = vectors[members] - vectors[members].mean(0)
    axis = np.linalg.eigh(own.T @ own)[1][:, -1]
    order = members[np.argsort(own @ axis, kind="stable")]
    cut = len(members) * low // count
    return _split(vectors, order[:cut], low) + _split(vectors, order[cut:], count - low)
