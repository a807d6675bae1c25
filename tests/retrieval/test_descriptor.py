"""A descriptor changes with what is drawn, and little with where, how large and on which background."""

from __future__ import annotations

import numpy as np
import pytest

from inrcodec.retrieval.descriptor import TURNS, descriptor, descriptors_in_poses


def drawn(kind: str, center: tuple[float, float] = (24, 24), size: float = 10, background: float = 1.0) -> np.ndarray:
    rows, columns = np.mgrid[:48, :48].astype(np.float32)
    down, across = rows - center[0], columns - center[1]
    inside = np.hypot(down, across) < size if kind == "disc" else np.maximum(abs(down), abs(across) * 3) < size
    picture = np.full((48, 48, 3), background, np.float32)
    picture[inside] = (0.8, 0.1, 0.1) if kind == "disc" else (0.1, 0.2, 0.7)
    return picture


def test_a_descriptor_is_a_unit_vector() -> None:
    assert np.linalg.norm(descriptor(drawn("disc"))) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("changed", [{"center": (20, 28)}, {"size": 13}, {"background": 0.5}])
def test_the_same_thing_elsewhere_has_the_same_descriptor(changed: dict[str, object]) -> None:
    same = float(descriptor(drawn("disc")) @ descriptor(drawn("disc", **changed)))  # type: ignore[arg-type]
    other = float(descriptor(drawn("disc")) @ descriptor(drawn("bar")))
    assert same > 0.9 > 0.75 > other


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (48, 48), (7, 3)])
@pytest.mark.parametrize("value", [0.0, 0.4, 1.0])
def test_empty_and_tiny_pictures_have_a_descriptor(shape: tuple[int, int], value: float) -> None:
    assert np.isfinite(descriptor(np.full((*shape, 3), value, np.float32))).all()


@pytest.mark.parametrize("degrees", [-15, 15])
def test_one_of_the_poses_turns_a_turned_copy_back(degrees: float) -> None:
    """The pose that does is far more like the upright one than the pose that turns the copy further."""
    rows, columns = np.mgrid[:48, :48].astype(np.float32) - 23.5
    turn = np.deg2rad(degrees)
    down = np.cos(turn) * rows - np.sin(turn) * columns
    across = np.sin(turn) * rows + np.cos(turn) * columns
    copy = np.ones((48, 48, 3), np.float32)
    copy[np.maximum(abs(down), abs(across) * 3) < 15] = (0.1, 0.2, 0.7)
    upright = descriptor(drawn("bar", (23.5, 23.5), 15))
    poses, costs = descriptors_in_poses(copy)
    assert len(poses) == len(costs)
    similarity = dict(zip(TURNS, (poses @ upright)[-len(TURNS) :], strict=True))
    assert max(similarity, key=lambda turn: similarity[turn]) == -16.0 * np.sign(degrees)
    assert similarity[-16.0 * np.sign(degrees)] > similarity[16.0 * np.sign(degrees)] + 0.2


@pytest.mark.parametrize("moved", [(0, 0), (5, 5)])
def test_what_fills_its_picture_is_found_on_a_background_of_its_own(moved: tuple[int, int]) -> None:
    filled = np.full((38, 38, 3), 0.6, np.float32)
    filled[8:30, 12:20] = (0.8, 0.1, 0.1)
    alone = np.ones((48, 48, 3), np.float32)
    top, left = moved
    alone[top + 5 : top + 43, left + 5 : left + 43] = filled
    poses, costs = descriptors_in_poses(alone)
    assert float((poses @ descriptor(filled) - costs).max()) > 0.99
    assert float(descriptor(alone) @ descriptor(filled)) < 0.95
