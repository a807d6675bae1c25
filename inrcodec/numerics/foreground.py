"""What is drawn on a picture and where: coordinates run from -1 to 1 over the longer side, so that turns are turns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inrcodec.numerics.arrays import FloatArray

LEAST_INK = 0.002  # share of a picture that has to be drawn on
LEAST_GROUND = 0.6  # share of the border
LEAST_SPREAD = 0.05  # of a drawing


def places(height: int, width: int) -> FloatArray:
    """The centres of a raster's pixels, (height, width, 2) as (y, x)."""
    half = max(height, width) / 2
    down = (np.arange(height, dtype=np.float32) + 0.5 - height / 2) / half
    across = (np.arange(width, dtype=np.float32) + 0.5 - width / 2) / half
    return np.stack(np.broadcast_arrays(down[:, None], across[None, :]), axis=-1).astype(np.float32)


def ground_of(picture: FloatArray) -> FloatArray:
    """The colour around what is drawn: the median of the border, (channels,)."""
    return np.asarray(np.median(_border(picture), axis=0), dtype=np.float32)


def ink_of(picture: FloatArray) -> FloatArray:
    """How far each pixel is from the ground, (height, width) in [0, 1]; ones where nothing is drawn."""
    ink = _ink(picture, ground_of(picture))
    return ink if ink.mean() > LEAST_INK else np.ones_like(ink)


def grounded(picture: FloatArray) -> bool:
    """Whether most of the border shows the ground, as around a drawing; not so on a photograph that fills its frame."""
    shows_ground = _ink(_border(picture)[None], ground_of(picture)) < 0.25
    return float(shows_ground.mean()) >= LEAST_GROUND


@dataclass(frozen=True)
class Moments:
    """Where the ink is: its centre (y, x), its spread about it, and how it is stretched."""

    centre: tuple[float, float]
    spread: float  # root mean square distance from the centre
    axis: float  # angle of the longer axis from x towards y, in [-pi / 2, pi / 2)
    stretch: float  # 0 for a disc, 1 for a line


def moments_of(picture: FloatArray) -> Moments:
    """First and second moments of the ink of a picture (height, width, channels)."""
    ink, where = ink_of(picture).astype(np.float64), places(*picture.shape[:2]).astype(np.float64)
    ink /= ink.sum()
    centre = np.einsum("hw,hwi->i", ink, where)
    (yy, xy), (_, xx) = np.einsum("hw,hwi,hwj->ij", ink, where - centre, where - centre)
    axis = 0.5 * np.arctan2(2 * xy, xx - yy)
    stretch = np.hypot(xx - yy, 2 * xy) / max(xx + yy, 1e-9)
    spread = max(LEAST_SPREAD, float(np.sqrt(xx + yy)))
    return Moments((float(centre[0]), float(centre[1])), spread, float(axis), float(stretch))


def _border(picture: FloatArray) -> FloatArray:
    return np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])


def _ink(picture: FloatArray, ground: FloatArray) -> FloatArray:
    return np.asarray(np.clip(np.abs(picture - ground).max(axis=-1) * 4, 0, 1), dtype=np.float32)
