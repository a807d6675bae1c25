"""How well a field's exact slopes agree with the picture that it draws, and whether it bends at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inrcodec.archive import ArchivedImage
from inrcodec.numerics.arrays import FloatArray


@dataclass(frozen=True)
class Agreement:
    """Correlation of slopes at midpoints with differences of neighboring pixels; None where one of them is constant.

    flat: the share of all pixels whose Laplacian is exactly nought, as it is where rectified units see coordinates
    alone; None where the units are not rectified.
    """

    number: int
    correlation: float | None
    flat: float | None


def agreement(image: ArchivedImage) -> Agreement:
    """Compare the field of an image, at its native size, with the picture that decodes from it."""
    pixels = image.render_stored()
    differences = np.diff(pixels, axis=1), np.diff(pixels, axis=0)
    rectified = image.archive.header.model.architecture.activation.startswith("relu")
    flat = float((image.laplacian() == 0).mean()) if rectified else None
    return Agreement(image.number, _correlation(differences, image.midpoint_slopes()), flat)


def _correlation(first: tuple[FloatArray, ...], second: tuple[FloatArray, ...]) -> float | None:
    """Pearson's, over all directions and channels together."""
    one, other = (np.concatenate([part.ravel() for part in parts]).astype(np.float64) for parts in (first, second))
    if one.size < 2 or one.std() == 0 or other.std() == 0:
        return None
    return float(np.corrcoef(one, other)[0, 1])
