"""Frames read out of a clip's field, at any time and any size."""

from __future__ import annotations

from itertools import accumulate

import numpy as np

from inrcodec.archive.rendering import straightened
from inrcodec.archive.signal import Signal
from inrcodec.numerics.arrays import Pixels
from inrcodec.numerics.coordinates import Axis, samples_per_pixel, tiles

TILE_POINTS = 1 << 18
GRAY = 1  # channels


def frame_at(signal: Signal, time: float, size: tuple[int, int] | None = None) -> Pixels:
    """The picture (height, width, 3 or 4) in [0, 1], straight alpha, at a time in seconds from the clip's beginning.

    size: (width, height), native by default; smaller pixels are means over their areas.
    """
    width, height = size or signal.axes[:2]
    low, high = signal.places[2]
    when = float(np.clip(2 * time / (high - low) - 1, -1, 1))
    across, down = (samples_per_pixel(n, s, 1) for n, s in zip(signal.axes[:2], (width, height), strict=True))
    drawn = np.empty((height, width, signal.channels), np.float32)
    for rows, columns in tiles(height, width, max(1, TILE_POINTS // (across * down))):
        x = Axis(width).part(columns).finer(across).exact_centers()
        y = Axis(height).part(rows).finer(down).exact_centers()
        points = np.stack([part.ravel() for part in (*np.meshgrid(x, y), np.full((len(y), len(x)), when))], axis=1)
        found = signal.at(points).reshape(rows.stop - rows.start, down, columns.stop - columns.start, across, -1)
        drawn[rows, columns] = found.mean(axis=(1, 3))
    limited = np.clip(drawn, 0.0, 1.0)
    return straightened(np.repeat(limited, 3, axis=2) if signal.channels == GRAY else limited)


def frame_times(signal: Signal, fps: float | None = None) -> tuple[list[float], tuple[float, ...]]:
    """When frames are taken, and how long each is shown, in seconds: at so many a second, or as they were."""
    low, high = signal.places[2]
    if fps is None:
        shown = signal.seconds
        ends = list(accumulate(shown))
        return [end - long / 2 for end, long in zip(ends, shown, strict=True)], shown
    count = max(1, round((high - low) * fps))
    return [(number + 0.5) / fps for number in range(count)], (1 / fps,) * count
