"""How much of a morph is movement and how much is fading: frames in, floats out. No measure is safe on its own.

Frames are (count, height, width, channels) in [0, 1], the two end pictures included.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inrcodec.numerics.arrays import FloatArray

CHANGED = 0.05  # a sample that differs more between the ends counts as changed
EDGE = 0.15  # gradient of an edge, per pixel


@dataclass(frozen=True)
class Motion:
    """The measures of one sequence."""

    r2: float
    ghost: float
    sharpness: float
    concentration: float
    largest_step: float
    path_length: float


def motion(frames: FloatArray) -> Motion:
    """All measures of a sequence; NaN where the ends do not differ."""
    first, middle, last = frames[0], frames[len(frames) // 2], frames[-1]
    return Motion(
        blend_share(first, middle, last),
        ghost_index(first, middle, last),
        sharpness(first, middle, last),
        concentration(frames),
        largest_step(frames),
        path_length(frames),
    )


def blend_share(first: FloatArray, middle: FloatArray, last: FloatArray) -> float:
    """R2 of the middle regressed on both ends (with a constant) over changed samples; 1 for a pure blend.

    A middle that is the same at all of them shows neither end: 0.
    """
    changed = np.abs(first - last) > CHANGED
    if changed.sum() < 4:
        return float("nan")
    ends = np.stack([first[changed], last[changed], np.ones(int(changed.sum()))], axis=1).astype(np.float64)
    wanted = middle[changed].astype(np.float64)
    left = wanted - ends @ np.linalg.lstsq(ends, wanted, rcond=None)[0]
    spread = float(np.square(wanted - wanted.mean()).sum())
    return 1.0 - float(np.square(left).sum()) / spread if spread > 1e-9 * len(wanted) else 0.0


def ghost_index(first: FloatArray, middle: FloatArray, last: FloatArray) -> float:
    """Share of the edges of either end, and not of both, that stand at 25 to 75 % of their contrast in the middle."""
    ghosts = edges = 0
    gradients = [_gradient(frame) for frame in (first, middle, last)]
    for end, other in ((0, 2), (2, 0)):
        length = np.linalg.norm(gradients[end], axis=-1)
        alone = (length > EDGE) & (np.linalg.norm(gradients[other], axis=-1) < 0.5 * length)
        along = (gradients[1] * gradients[end]).sum(axis=-1) / np.maximum(length, 1e-9) ** 2
        ghosts += int((alone & (along > 0.25) & (along < 0.75)).sum())
        edges += int(alone.sum())
    return ghosts / edges if edges else float("nan")


def sharpness(first: FloatArray, middle: FloatArray, last: FloatArray) -> float:
    """S2: gradient energy of the middle over the mean of the ends'; below 1 is blurred, 1/2 a blend of strangers."""
    ends = 0.5 * (float(np.square(_gradient(first)).sum()) + float(np.square(_gradient(last)).sum()))
    return float(np.square(_gradient(middle)).sum()) / ends if ends else float("nan")


def concentration(frames: FloatArray) -> float:
    """Largest share of a sample's whole change that falls into one step, averaged over change; a fade has 1/K."""
    steps = np.abs(np.diff(frames, axis=0))
    whole = steps.sum(axis=0)
    return float(steps.max(axis=0).sum() / whole.sum()) if whole.sum() else float("nan")


def largest_step(frames: FloatArray) -> float:
    """Largest distance (root mean square) between neighboring frames over their mean; 1 for an even pace."""
    lengths = _lengths(frames)
    return float(lengths.max() / lengths.mean()) if lengths.sum() else float("nan")


def path_length(frames: FloatArray) -> float:
    """Distance along all frames over the distance between the ends; 1 for a straight line."""
    direct = float(np.sqrt(np.square(frames[-1] - frames[0]).mean()))
    return float(_lengths(frames).sum()) / direct if direct else float("nan")


def _lengths(frames: FloatArray) -> NDArray[np.float64]:
    lengths: NDArray[np.float64] = np.sqrt(np.square(np.diff(frames, axis=0)).mean(axis=(1, 2, 3), dtype=np.float64))
    return lengths


def _gradient(frame: FloatArray) -> FloatArray:
    """(height - 1, width - 1, 2) of the mean over channels."""
    gray = frame.mean(axis=-1)
    return np.stack([np.diff(gray, axis=0)[:, :-1], np.diff(gray, axis=1)[:-1]], axis=-1)
