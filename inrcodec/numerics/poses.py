"""The pose of a drawing, (center down, center across, log scale, turn), and coordinates that move along with it.

A place of the picture, with -1 to 1 over its longer side, is center + exp(log scale) R(turn) times a place of the
drawing's own frame. Images with poses are fitted in that frame, and what lies between two of them has a pose between.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from inrcodec.numerics.arrays import FloatArray
from inrcodec.numerics.foreground import foreground_moments, has_background

Codes = NDArray[np.int8]
STEPS = np.array([1 / 96, 1 / 96, 1 / 64, math.pi / 128], np.float32)  # of what a file says of a pose
USUAL_SPREAD = 0.5  # of a drawing whose scale is 1
LARGEST_SCALE, SMALLEST_SCALE = 2.0, 0.25
LEAST_STRETCH = 0.1  # below it a drawing has no longer axis, and no turn
LOWEST_TURN = -math.pi / 6  # the other end is a right angle on: far from upright, and from the diagonals that are usual
STILL = np.zeros(4, np.float32)


def pose_of(picture: FloatArray) -> FloatArray:
    """The pose (4,) of what is drawn on a picture (height, width, channels), from the moments of its foreground."""
    if not has_background(picture):
        return STILL
    moments = foreground_moments(picture)
    scale = min(max(moments.spread / USUAL_SPREAD, SMALLEST_SCALE), LARGEST_SCALE)
    turn = _from_upright(moments.axis) if moments.stretch > LEAST_STRETCH else 0.0
    return np.array([*moments.center, math.log(scale), turn], dtype=np.float32)


def _from_upright(axis: float) -> float:
    """The turn of a drawing that stands or lies when it has none; an axis alone does not tell the two apart."""
    return (axis - LOWEST_TURN) % (math.pi / 2) + LOWEST_TURN


def coded_poses(pictures: Iterable[FloatArray]) -> Codes:
    """The poses of pictures as a file holds them, whole numbers of STEPS, (images, 4)."""
    return np.rint(np.array([pose_of(picture) for picture in pictures]) / STEPS).clip(-128, 127).astype(np.int8)


def poses_from(codes: Codes) -> FloatArray:
    """The inverse of `coded_poses`."""
    return np.asarray(codes * STEPS, dtype=np.float32)


def frames(poses: FloatArray, sizes: Sequence[tuple[int, int]]) -> FloatArray:
    """How field coordinates (x, y) become places (a x + b y + c, d x + e y + f) of a drawing's frame: a to f, (B, 6).

    poses (B, 4); sizes: (height, width) of each image, whose field has -1 to 1 along both sides.
    """
    sides = np.array(sizes, dtype=np.float64)
    tall, wide = (sides / sides.max(axis=1, keepdims=True)).T
    down, across, log_scale, turn = poses.astype(np.float64).T
    cosine, sine = np.cos(turn) * np.exp(-log_scale), np.sin(turn) * np.exp(-log_scale)
    rows = [
        (cosine * wide, sine * tall, -(cosine * across + sine * down)),
        (-sine * wide, cosine * tall, sine * across - cosine * down),
    ]
    return np.stack([part for row in rows for part in row], axis=1).astype(np.float32)


def into_frame(pose: FloatArray, where: FloatArray) -> FloatArray:
    """Places (..., 2) of a picture, (y, x), as places of the drawing's frame."""
    down, across, log_scale, turn = pose.tolist()
    cosine, sine = math.cos(turn) * math.exp(-log_scale), math.sin(turn) * math.exp(-log_scale)
    y, x = where[..., 0] - down, where[..., 1] - across
    return np.asarray(np.stack([cosine * y - sine * x, cosine * x + sine * y], axis=-1), dtype=np.float32)


def out_of_frame(pose: FloatArray, where: FloatArray) -> FloatArray:
    """The inverse of `into_frame`."""
    down, across, log_scale, turn = pose.tolist()
    cosine, sine = math.cos(turn) * math.exp(log_scale), math.sin(turn) * math.exp(log_scale)
    y, x = where[..., 0], where[..., 1]
    return np.asarray(np.stack([cosine * y + sine * x + down, cosine * x - sine * y + across], axis=-1), np.float32)
