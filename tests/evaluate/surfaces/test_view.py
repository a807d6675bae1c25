"""A surface seen from somewhere: its outline, what is in front, and how light falls on it."""

from __future__ import annotations

import numpy as np
import pytest

from inrcodec.evaluate.surfaces.view import SEEN, Camera, Scene


def ball(radius: float, middle: tuple[float, float, float] = (0, 0, 0)) -> Scene:
    """A sphere."""
    return Scene(
        lambda places: np.linalg.norm(places - middle, axis=1) - radius,
        lambda places: places - middle,
    )


@pytest.mark.parametrize("camera", [Camera(), Camera(200, -70), Camera(0, 90)])
def test_a_sphere_is_a_disk_from_everywhere(camera: Camera) -> None:
    seen = ball(0.6).drawn(camera, 120, 80)[..., 3]
    across, down = (np.arange(120) + 0.5 - 60) / 40, (np.arange(80) + 0.5 - 40) / 40
    away = SEEN * np.hypot(across[None], down[:, None])
    assert (seen[away < 0.57] == 1).all()
    assert (seen[away > 0.63] == 0).all()


def test_zoom_and_moves_are_on_the_screen() -> None:
    seen = ball(0.3).drawn(Camera(zoom=2, right=0.5, up=0.25), 100, 100)[..., 3] > 0
    rows, columns = np.nonzero(seen)
    assert len(rows) == pytest.approx(np.pi * (0.3 * 2 / SEEN * 50) ** 2, rel=0.05)
    assert columns.mean() + 0.5 == pytest.approx(50 - 25, abs=0.5)
    assert rows.mean() + 0.5 == pytest.approx(50 + 12.5, abs=0.5)


def test_turning_moves_what_is_in_front_to_the_right_and_tilting_shows_the_top() -> None:
    in_front = ball(0.1, (0, -0.6, 0))  # at 0 degrees one looks along y
    above = ball(0.1, (0, 0, 0.6))
    assert column(in_front, Camera(0, 0)) == pytest.approx(50, abs=1)
    assert column(in_front, Camera(-30, 0)) > 55
    assert row(above, Camera(0, 0)) < 30
    assert row(above, Camera(0, 90)) == pytest.approx(50, abs=1)


def column(scene: Scene, camera: Camera) -> float:
    return float(np.nonzero(scene.drawn(camera, 100, 100)[..., 3])[1].mean()) + 0.5


def row(scene: Scene, camera: Camera) -> float:
    return float(np.nonzero(scene.drawn(camera, 100, 100)[..., 3])[0].mean()) + 0.5


def test_light_comes_from_above_on_the_left() -> None:
    seen = ball(0.8).drawn(Camera(0, 0), 100, 100)[..., :3].sum(axis=2)
    assert seen[30, 38] > 1.5 * seen[70, 70]


def test_thin_gaps_stay_open() -> None:
    """Rays that pass close to a surface come through in the end."""
    gap = 0.04

    def walls(places: np.ndarray) -> np.ndarray:
        return np.maximum(np.abs(places[:, 1]) - 0.5, gap / 2 - np.abs(places[:, 0]))

    scene = Scene(walls, lambda places: places)
    seen = scene.drawn(Camera(0, 0), 300, 300)[150, :, 3]
    assert seen[148:152].max() == 0
    assert seen[[100, 200]].min() == 1


def test_what_the_box_cuts_is_shown_flat() -> None:
    """Half a space: its cut faces the viewer, who looks at it from the front."""
    scene = Scene(lambda places: places[:, 2] - 0.1, lambda places: np.tile([0.0, 0, 1], (len(places), 1)))
    drawn = scene.drawn(Camera(0, 0), 60, 60)
    assert drawn[40, 30, 3] == 1
    np.testing.assert_allclose(drawn[40, 20:40, :3], drawn[50, 20:40, :3], atol=1e-3)
    assert drawn[10, 30, 3] == 0


def test_few_places_are_evaluated() -> None:
    asked = []

    def distances(places: np.ndarray) -> np.ndarray:
        asked.append(len(places))
        return np.linalg.norm(places, axis=1) - 0.5

    scene = Scene(distances, lambda places: places)
    scene.drawn(Camera(), 100, 100)
    asked.clear()
    scene.drawn(Camera(40), 100, 100)
    assert sum(asked) < 2 * 100 * 100
