"""Where one picture's drawing has to go to lie on the other's: shift, scale and turn, from moments and a search."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from inrcodec.archive import ArchivedImage
from inrcodec.morph.sampling import sample
from inrcodec.numerics.arrays import FloatArray
from inrcodec.numerics.foreground import background_of, foreground_moments, pixel_centers

SIDE = 48  # pixels at which poses are compared
TURNS = np.deg2rad(np.arange(-180, 180, 15))
TRAVEL_COST = 0.8  # share of the error that must be saved by every place going half the picture's side
ROUNDS, FIRST_STEP = 9, 0.16  # of the refinement; the step halves in each
FREE_STEP = 0.011  # from that step on travel costs nothing, so that a pose that was found is met exactly
LARGEST_SCALE = 2.0


@dataclass(frozen=True)
class Pose:
    """x goes to end + exp(log_scale) R(turn) (x - start); start and end are (y, x) as `places` has them."""

    start: tuple[float, float]
    end: tuple[float, float]
    log_scale: float = 0.0
    turn: float = 0.0

    def middle(self, t: float) -> FloatArray:
        """Where the drawing's center is at time t, (2,): on a spiral about the one place that stays where it is."""
        start, end = complex(self.start[1], self.start[0]), complex(self.end[1], self.end[0])
        growth = complex(self.log_scale, -self.turn)
        share = (np.exp(t * growth) - 1) / (np.exp(growth) - 1) if abs(growth) > 1e-3 else t
        center = start + (end - start) * share
        return np.array([center.imag, center.real], dtype=np.float32)

    def back(self, where: FloatArray, t: float) -> FloatArray:
        """Places (..., 2) of the frame at time t, as places in the first picture."""
        return np.asarray(self._turned(where - self.middle(t), -t) + np.array(self.start), dtype=np.float32)

    def onward(self, where: FloatArray) -> FloatArray:
        """Places of the first picture, as places in the second."""
        return np.asarray(self._turned(where - np.array(self.start), 1.0) + np.array(self.end), dtype=np.float32)

    def _turned(self, offsets: FloatArray, t: float) -> FloatArray:
        scale, cosine, sine = np.exp(t * self.log_scale), np.cos(t * self.turn), np.sin(t * self.turn)
        down, across = offsets[..., 0], offsets[..., 1]
        return np.asarray(scale * np.stack([cosine * down + sine * across, cosine * across - sine * down], -1))


class Alignment:
    """What a pose of two pictures (height, width, channels) of one size costs."""

    def __init__(self, first: FloatArray, second: FloatArray) -> None:
        self._first, self._second, self._background = first, second, background_of(second)
        self._where = pixel_centers(*first.shape[:2])
        self._plain = float(np.square(first - second).mean())

    def cost(self, pose: Pose, travel_cost: float) -> float:
        """Mean squared error of the second laid on the first, and the cost of the way there."""
        onward = pose.onward(self._where)
        error = float(np.square(self._first - sample(self._second, onward, self._background)).mean())
        travel = float(np.linalg.norm(onward - self._where, axis=-1).mean()) if travel_cost else 0.0
        return error + travel_cost * self._plain * travel


def align(first: FloatArray, second: FloatArray, travel_cost: float = TRAVEL_COST) -> Pose:
    """The pose that lays `first` (height, width, channels) on `second`; both are compared at the same size."""
    alignment = Alignment(first, second)
    start, end = (foreground_moments(picture) for picture in (first, second))
    grown = float(np.clip(np.log(end.spread / start.spread), -np.log(LARGEST_SCALE), np.log(LARGEST_SCALE)))
    poses = [Pose(start.center, end.center, scale, float(turn)) for scale, turn in product({0.0, grown}, TURNS)]
    best = min([Pose(start.center, start.center), *poses], key=lambda pose: alignment.cost(pose, travel_cost))
    for step in FIRST_STEP * 0.5 ** np.arange(ROUNDS):
        best = _refined(best, float(step), alignment, travel_cost if step > FREE_STEP else 0.0)
    return best


def compared(first: ArchivedImage, second: ArchivedImage, size: tuple[int, int]) -> tuple[FloatArray, FloatArray]:
    """Both pictures as poses are found on them, for frames of (width, height)."""
    small = max(1, round(SIDE * size[0] / max(size))), max(1, round(SIDE * size[1] / max(size)))
    return first.render_stored(small), second.render_stored(small)


def _refined(pose: Pose, step: float, alignment: Alignment, travel_cost: float) -> Pose:
    """The best of the neighbors one step away along each of the four axes, until none is better."""
    cost = alignment.cost(pose, travel_cost)
    for _ in range(4):
        around = [
            Pose(pose.start, (pose.end[0] + y, pose.end[1] + x), pose.log_scale + s, pose.turn + r)
            for y, x, s, r in step * np.concatenate([np.eye(4), -np.eye(4)]) * (0.5, 0.5, 1.0, 1.5)
            if abs(pose.log_scale + s) <= np.log(LARGEST_SCALE)
        ]
        costs = [alignment.cost(one, travel_cost) for one in around]
        if min(costs) >= cost:
            break
        cost, pose = min(costs), around[int(np.argmin(costs))]
    return pose
