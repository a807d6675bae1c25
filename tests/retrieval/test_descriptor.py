"""A look changes with what is drawn, and little with where, how large and on which ground."""

from __future__ import annotations

import numpy as np
import pytest

from inrcodec.retrieval.descriptor import TURNS, look, looks_in_poses


def drawn(kind: str, centre: tuple[float, float] = (24, 24), size: float = 10, ground: float = 1.0) -> np.ndarray:
    rows, columns = np.mgrid[:48, :48].astype(np.float32)
    down, across = rows - centre[0], columns - centre[1]
    inside = np.hypot(down, across) < size if kind == "disc" else np.maximum(abs(down), abs(across) * 3) < size
    picture = np.full((48, 48, 3), ground, np.float32)
    picture[inside] = (0.8, 0.1, 0.1) if kind == "disc" else (0.1, 0.2, 0.7)
    return picture


def test_a_look_is_a_unit_vector() -> None:
    assert np.linalg.norm(look(drawn("disc"))) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("changed", [{"centre": (20, 28)}, {"size": 13}, {"ground": 0.5}])
def test_the_same_thing_elsewhere_looks_the_same(changed: dict[str, object]) -> None:
    same = float(look(drawn("disc")) @ look(drawn("disc", **changed)))  # type: ignore[arg-type]
    other = float(look(drawn("disc")) @ look(drawn("bar")))
    assert same > 0.9 > 0.75 > other


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (48, 48), (7, 3)])
@pytest.mark.parametrize("value", [0.0, 0.4, 1.0])
def test_empty_and_tiny_pictures_have_a_look(shape: tuple[int, int], value: float) -> None:
    assert np.isfinite(look(np.full((*shape, 3), value, np.float32))).all()


@pytest.mark.parametrize("degrees", [-15, 15])
def test_one_of_the_poses_turns_a_turned_copy_back(degrees: float) -> None:
    """The pose that does is far more like the upright one than the pose that turns the copy further."""
    rows, columns = np.mgrid[:48, :48].astype(np.float32) - 23.5
    turn = np.deg2rad(degrees)
    down = np.cos(turn) * rows - np.sin(turn) * columns
    across = np.sin(turn) * rows + np.cos(turn) * columns
    copy = np.ones((48, 48, 3), np.float32)
    copy[np.maximum(abs(down), abs(across) * 3) < 15] = (0.1, 0.2, 0.7)
    upright = look(drawn("bar", (23.5, 23.5), 15))
    poses, costs = looks_in_poses(copy)
    assert len(poses) == len(costs)
    likeness = dict(zip(TURNS, (poses @ upright)[-len(TURNS) :], strict=True))
    assert max(likeness, key=lambda turn: likeness[turn]) == -16.0 * np.sign(degrees)
    assert likeness[-16.0 * np.sign(degrees)] > likeness[16.0 * np.sign(degrees)] + 0.2


@pytest.mark.parametrize("moved", [(0, 0), (5, 5)])
def test_what_fills_its_picture_is_found_on_a_ground_of_its_own(moved: tuple[int, int]) -> None:
    filled = np.full((38, 38, 3), 0.6, np.float32)
    filled[8:30, 12:20] = (0.8, 0.1, 0.1)
    alone = np.ones((48, 48, 3), np.float32)
    top, left = moved
    alone[top + 5 : top + 43, left + 5 : left + 43] = filled
    poses, costs = looks_in_poses(alone)
    assert float((poses @ look(filled) - costs).max()) > 0.99
    assert float(look(alone) @ look(filled)) < 0.95
