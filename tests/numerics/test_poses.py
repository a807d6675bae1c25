"""Poses: what a moved drawing has, and coordinates that go to its frame and back."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inrcodec.numerics.coordinates import Axis
from inrcodec.numerics.foreground import pixel_centers
from inrcodec.numerics.poses import STEPS, STILL, coded_poses, frames, into_frame, out_of_frame, pose_of, poses_from

POSE = st.tuples(*(st.floats(-limit, limit) for limit in (1, 1, 1.3, 1.5))).map(lambda p: np.array(p, np.float32))


def arrow(pose: np.ndarray, side: int = 240) -> np.ndarray:
    """A long shape without symmetry about its middle, drawn with a pose on white."""
    y, x = np.moveaxis(into_frame(pose, pixel_centers(side, side)), -1, 0)
    inside = (np.abs(x) < 0.45) & (np.abs(y) < 0.1 + 0.1 * (x > 0.1))
    return np.where(inside[..., None], [0.8, 0.2, 0.1], 1.0).astype(np.float32)


@given(POSE)
def test_into_the_frame_and_back(pose: np.ndarray) -> None:
    where = pixel_centers(5, 7)
    np.testing.assert_allclose(out_of_frame(pose, into_frame(pose, where)), where, atol=2e-5)


@given(POSE, st.sampled_from([(6, 6), (4, 9), (9, 4)]))
def test_the_field_gets_the_same_places(pose: np.ndarray, size: tuple[int, int]) -> None:
    a, b, c, d, e, f = frames(pose[None], [size])[0]
    x, y = Axis(size[1]).centers()[None, :], Axis(size[0]).centers()[:, None]
    found = np.stack([d * x + e * y + f, a * x + b * y + c], axis=-1)
    np.testing.assert_allclose(found, into_frame(pose, pixel_centers(*size)), atol=3e-5)


@pytest.mark.parametrize("moved", [(0.15, -0.1, 0.0, 0.0), (0, 0, -0.3, 0.0), (0, 0, 0, 0.9), (-0.1, 0.2, 0.2, -0.5)])
def test_a_moved_drawing_has_a_moved_pose(moved: tuple[float, ...]) -> None:
    pose, start = np.array(moved, np.float32), pose_of(arrow(STILL))
    found = pose_of(arrow(pose))
    center = out_of_frame(pose, start[:2][None])[0]
    np.testing.assert_allclose(found[:2], center, atol=0.01)
    np.testing.assert_allclose(found[2:], start[2:] + pose[2:], atol=0.04)


@pytest.mark.parametrize("turn", [0.0, 0.4, math.pi / 4, 0.8, -math.pi / 4, -0.8])
def test_what_stands_and_what_lies_has_nearly_no_turn_and_diagonals_are_near_each_other(turn: float) -> None:
    for along in (0.0, math.pi / 2):
        found = pose_of(arrow(np.array([0, 0, 0, turn + along], np.float32)))[3]
        assert math.cos(4 * (found - turn)) > 0.98
        assert found == pytest.approx(abs(turn) if abs(turn) < 0.5 else math.pi / 4, abs=0.06)


def test_a_photograph_stands_still() -> None:
    noise = np.random.default_rng(0).random((24, 24, 3), np.float32)
    np.testing.assert_array_equal(pose_of(noise), STILL)


def test_a_file_holds_poses_to_a_step() -> None:
    poses = [np.array([0.3, -0.2, 0.4, 1.4], np.float32), np.array([0.02, 0.01, -0.6, -1.5], np.float32)]
    drawings = [arrow(pose) for pose in poses]
    back = poses_from(coded_poses(drawings))
    assert (np.abs(back - [pose_of(drawing) for drawing in drawings]) <= 0.51 * STEPS).all()
    assert -math.pi / 6 - 0.02 <= back[:, 3].min() <= back[:, 3].max() <= math.pi / 3 + 0.02
