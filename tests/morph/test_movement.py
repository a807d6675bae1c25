"""Shapes that travel: poses are found, ends are the ends, and known middles are met."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from inrcodec.morph.movement import Movement
from inrcodec.morph.pose import align
from inrcodec.morph.sampling import sample
from inrcodec.numerics.foreground import pixel_centers
from inrcodec.numerics.metrics import psnr


def shape(y: float = 0.0, x: float = 0.0, scale: float = 1.0, turn: float = 0.0, side: int = 48) -> np.ndarray:
    """A red bar with a blue head on white, drawn with soft edges at any pose."""
    where = pixel_centers(side, side) - np.array([y, x], np.float32)
    cosine, sine = np.cos(turn), np.sin(turn)
    down = (cosine * where[..., 0] - sine * where[..., 1]) / scale
    across = (sine * where[..., 0] + cosine * where[..., 1]) / scale
    bar = np.clip((np.minimum(0.45 - abs(down), 0.15 - abs(across))) * side / 2 + 0.5, 0, 1)[..., None]
    head = np.clip((0.22 - np.hypot(down + 0.4, across)) * side / 2 + 0.5, 0, 1)[..., None]
    picture = 1 - bar * (1 - np.array([0.8, 0.2, 0.1]))
    return np.asarray(picture * (1 - head) + head * np.array([0.1, 0.2, 0.7]), dtype=np.float32)


@pytest.mark.parametrize(
    ("pose", "middle"),
    [
        ({"y": 0.2, "x": -0.3}, {"y": 0.1, "x": -0.15}),
        ({"turn": 0.5}, {"turn": 0.25}),
        ({"scale": 0.7}, {"scale": 0.7**0.5}),
    ],
)
def test_known_middles_are_met(pose: dict[str, float], middle: dict[str, float]) -> None:
    first, last = shape(), shape(**pose)
    moving = Movement(first, last, (shape(side=96), shape(**pose, side=96)))
    found = psnr(shape(**middle), moving.frame(0.5, (48, 48)))
    assert found > 26.0
    assert found > psnr(shape(**middle), 0.5 * (first + last)) + 8.0


def test_the_ends_are_the_pictures() -> None:
    first, last = shape(x=-0.2), shape(x=0.2, turn=0.3)
    moving = Movement(first, last, (first, last))
    assert psnr(first, moving.frame(0.0, (48, 48))) > 40
    assert psnr(last, moving.frame(1.0, (48, 48))) > 30


def test_a_pose_is_named_in_its_own_terms() -> None:
    found = align(shape(), shape(y=0.25, scale=0.8))
    where = np.zeros((1, 2), np.float32)
    np.testing.assert_allclose(found.onward(where)[0], [0.25, 0.0], atol=0.05)
    assert np.exp(found.log_scale) == pytest.approx(0.8, abs=0.05)
    assert found.turn == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_nothing_drawn_does_no_harm(value: float) -> None:
    flat, drawn = np.full((48, 48, 3), value, np.float32), shape()
    moving = Movement(flat, drawn, (flat, drawn))
    assert all(np.isfinite(moving.frame(t, (20, 20))).all() for t in (0.0, 0.3, 1.0))


def test_sampling_at_the_centers_is_the_picture_itself() -> None:
    picture = np.random.default_rng(0).random((5, 7, 4), dtype=np.float32)
    background = np.array([0.1, 0.2, 0.3, 0.4], np.float32)
    np.testing.assert_allclose(sample(picture, pixel_centers(5, 7), background), picture, atol=1e-5)
    outside = sample(picture, np.array([[-3.0, 0.0], [0.0, 9.0]], np.float32), background)
    np.testing.assert_allclose(outside, [background, background], atol=1e-6)


def test_a_photograph_goes_on_as_its_mirror_image() -> None:
    picture = np.random.default_rng(0).random((4, 6, 3), dtype=np.float32)
    where = pixel_centers(8, 12) * 2  # from half a picture before the border to half a picture behind it
    found = sample(picture, where, None)
    wanted = np.pad(picture, ((2, 2), (3, 3), (0, 0)), mode="symmetric")
    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_a_wide_picture_turns_without_shear() -> None:
    """Coordinates are of the longer side: 20 degrees stay 20 degrees in a frame twice as wide as high."""
    first, last = (
        np.pad(shape(scale=0.8, turn=turn, side=48), ((0, 0), (24, 24), (0, 0)), mode="edge")[::2, ::2]
        for turn in (0.0, 0.6)
    )
    found = align(first, last)
    assert abs(found.turn) == pytest.approx(0.6, abs=0.05)
    assert found.log_scale == pytest.approx(0, abs=0.05)


def test_a_hand_turns_before_a_face_that_stands_still() -> None:
    def face(turn: float) -> np.ndarray:
        where = pixel_centers(48, 48)
        along = np.sin(turn) * where[..., 1] - np.cos(turn) * where[..., 0]
        off = abs(np.cos(turn) * where[..., 1] + np.sin(turn) * where[..., 0])
        hand = np.clip(np.minimum(np.minimum(along, 0.5 - along), 0.08 - off) * 24 + 0.5, 0, 1)[..., None]
        ring = np.clip((0.06 - abs(np.hypot(where[..., 0], where[..., 1]) - 0.8)) * 24 + 0.5, 0, 1)[..., None]
        return np.asarray(1 - np.maximum(ring, hand) * np.array([0.2, 0.8, 0.9]), dtype=np.float32)

    first, middle, last = face(0.3), face(0.75), face(1.2)
    moving = Movement(first, last, (first, last))
    assert psnr(middle, moving.frame(0.5, (48, 48))) > psnr(middle, 0.5 * (first + last)) + 4.0


def test_steps_between_strangers_are_even() -> None:
    draws = np.random.default_rng(3)
    first, last = (np.kron(draws.random((6, 6, 3)), np.ones((8, 8, 1))).astype(np.float32) for _ in range(2))
    moving = Movement(first, last, (first, last))
    frames = [moving.frame(t, (48, 48)) for t in np.linspace(0, 1, 17)]
    steps = [np.sqrt(np.square(b - a).mean()) for a, b in pairwise(frames)]
    assert max(steps) < 1.4 * np.mean(steps)
