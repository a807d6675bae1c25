"""Where one picture's drawing has to go to lie on the other's: shift, scale and turn, from moments and a search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inrcodec.morph.sampling import Floats, ground_of, ink_of, places, sample

SIDE = 48  # pixels at which poses are compared
TURNS = np.deg2rad(np.arange(-180, 180, 15))
TURN_COST = 0.15  # share of the error that a half turn must save: things are mostly drawn upright
SHIFT_COST = 0.02
ROUNDS, FIRST_STEP = 7, 0.16  # of the refinement; the step halves in each


@dataclass(frozen=True)
class Pose:
    """x goes to end + exp(log_scale) R(turn) (x - start); start and end are (y, x) in [-1, 1]."""

    start: tuple[float, float]
    end: tuple[float, float]
    log_scale: float = 0.0
    turn: float = 0.0

    def middle(self, t: float) -> Floats:
        """Where the drawing's centre is at time t, (2,)."""
        return np.asarray((1 - t) * np.array(self.start) + t * np.array(self.end), dtype=np.float32)

    def back(self, where: Floats, t: float) -> Floats:
        """Places (..., 2) of the frame at time t, as places in the first picture."""
        return np.asarray(self._turned(where - self.middle(t), -t) + np.array(self.start), dtype=np.float32)

    def onward(self, where: Floats) -> Floats:
        """Places of the first picture, as places in the second."""
        return np.asarray(self._turned(where - np.array(self.start), 1.0) + np.array(self.end), dtype=np.float32)

    def _turned(self, offsets: Floats, t: float) -> Floats:
        scale, cosine, sine = np.exp(t * self.log_scale), np.cos(t * self.turn), np.sin(t * self.turn)
        down, across = offsets[..., 0], offsets[..., 1]
        return np.asarray(scale * np.stack([cosine * down + sine * across, cosine * across - sine * down], -1))


def align(first: Floats, second: Floats) -> Pose:
    """The pose that lays `first` (height, width, channels) on `second`; both are compared at the same size."""
    moments = [_moments(picture) for picture in (first, second)]
    log_scale = float(np.log(moments[1][1] / moments[0][1]))
    start, end = moments[0][0], moments[1][0]
    poses = [Pose(start, end, log_scale, float(turn)) for turn in TURNS] + [Pose(start, start)]
    best = min(poses, key=lambda pose: _cost(pose, first, second))
    step = FIRST_STEP
    for _ in range(ROUNDS):
        best = _refined(best, step, first, second)
        step /= 2
    return best


def _refined(pose: Pose, step: float, first: Floats, second: Floats) -> Pose:
    """The best of the neighbours one step away along each of the four axes, until none is better."""
    cost = _cost(pose, first, second)
    for _ in range(4):
        around = [
            Pose(pose.start, (pose.end[0] + y, pose.end[1] + x), pose.log_scale + s, pose.turn + r)
            for y, x, s, r in step * np.concatenate([np.eye(4), -np.eye(4)]) * (0.5, 0.5, 1.0, 1.5)
        ]
        costs = [_cost(one, first, second) for one in around]
        if min(costs) >= cost:
            break
        cost, pose = min(costs), around[int(np.argmin(costs))]
    return pose


def _moments(picture: Floats) -> tuple[tuple[float, float], float]:
    """Centre (y, x) of the ink, and its root mean square distance from it."""
    ink, where = ink_of(picture), places(*picture.shape[:2])
    total = float(ink.sum())
    y, x = (float((ink * where[..., axis]).sum() / total) for axis in (0, 1))
    square = (ink * ((where - (y, x)) ** 2).sum(axis=-1)).sum() / total
    return (y, x), max(0.05, float(np.sqrt(square)))


def _cost(pose: Pose, first: Floats, second: Floats) -> float:
    """Mean squared error of the first, laid on the second, and what an unlikely pose costs."""
    where = places(*first.shape[:2])
    laid = sample(second, pose.onward(where), ground_of(second))
    error = float(np.square(first - laid).mean())
    plain = float(np.square(first - second).mean())
    far = abs(pose.turn) / np.pi * TURN_COST + SHIFT_COST * abs(pose.log_scale)
    return error + plain * far
