"""What is drawn on a picture and where: coordinates run from -1 to 1 over the longer side, so that turns are turns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inrcodec.numerics.arrays import FloatArray

LEAST_FOREGROUND = 0.002  # share of a picture that has to be drawn on
LEAST_BACKGROUND = 0.6  # share of the border
LEAST_SPREAD = 0.05  # of a drawing


def pixel_centers(height: int, width: int) -> FloatArray:
    """The centers of a raster's pixels, (height, width, 2) as (y, x)."""
    half = max(height, width) / 2
    down = (np.arange(height, dtype=np.float32) + 0.5 - height / 2) / half
    across = (np.arange(width, dtype=np.float32) + 0.5 - width / 2) / half
    return np.stack(np.broadcast_arrays(down[:, None], across[None, :]), axis=-1).astype(np.float32)


def background_of(picture: FloatArray) -> FloatArray:
    """The color around what is drawn: the median of the border, (channels,)."""
    return np.asarray(np.median(_border(picture), axis=0), dtype=np.float32)


def foreground_of(picture: FloatArray) -> FloatArray:
    """How far each pixel is from the background, (height, width) in [0, 1]; ones where nothing is drawn."""
    foreground = _foreground(picture, background_of(picture))
    return foreground if foreground.mean() > LEAST_FOREGROUND else np.ones_like(foreground)


def has_background(picture: FloatArray) -> bool:
    """Whether most of the border shows a background, as around a drawing; a photograph filling its frame has none."""
    shows_background = _foreground(_border(picture)[None], background_of(picture)) < 0.25
    return float(shows_background.mean()) >= LEAST_BACKGROUND


@dataclass(frozen=True)
class ForegroundMoments:
    """Where the foreground is: its center (y, x), its spread about it, and how it is stretched."""

    center: tuple[float, float]
    spread: float  # root mean square distance from the center
    axis: float  # angle of the longer axis from x towards y, in [-pi / 2, pi / 2)
    stretch: float  # 0 for a disc, 1 for a line


def foreground_moments(picture: FloatArray) -> ForegroundMoments:
    """First and second moments of the foreground of a picture (height, width, channels)."""
    foreground, where = foreground_of(picture).astype(np.float64), pixel_centers(*picture.shape[:2]).astype(np.float64)
    foreground /= foreground.sum()
    center = np.einsum("hw,hwi->i", foreground, where)
    (yy, xy), (_, xx) = np.einsum("hw,hwi,hwj->ij", foreground, where - center, where - center)
    axis = 0.5 * np.arctan2(2 * xy, xx - yy)
    stretch = np.hypot(xx - yy, 2 * xy) / max(xx + yy, 1e-9)
    spread = max(LEAST_SPREAD, float(np.sqrt(xx + yy)))
    return ForegroundMoments((float(center[0]), float(center[1])), spread, float(axis), float(stretch))


def _border(picture: FloatArray) -> FloatArray:
    return np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])


def _foreground(picture: FloatArray, background: FloatArray) -> FloatArray:
    return np.asarray(np.clip(np.abs(picture - background).max(axis=-1) * 4, 0, 1), dtype=np.float32)
