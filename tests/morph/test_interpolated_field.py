"""`code` in the frames of the drawings: it begins and ends at its images, and what is moved is met half-way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inrcodec
from inrcodec.archive import Archive
from inrcodec.morph import FrameSequence, frames
from inrcodec.numerics.foreground import pixel_centers
from inrcodec.numerics.metrics import psnr
from inrcodec.numerics.poses import into_frame

GOLDEN = Path(__file__).parents[1] / "golden"
POSES = [(0.0, 0.3, 0.0, 0.2), (0.0, 0.0, -0.1, 0.45), (0.0, -0.3, -0.2, 0.7)]  # the second is between the others


def bar(pose: tuple[float, ...], side: int = 32) -> np.ndarray:
    y, x = np.moveaxis(into_frame(np.array(pose, np.float32), pixel_centers(side, side)), -1, 0)
    foreground = np.clip(12 * (0.5 - np.abs(x)), 0, 1) * np.clip(12 * (0.22 - np.abs(y)), 0, 1)
    colors = np.stack([0.2 + 0.5 * (x > 0), 0.5 + 0 * x, 0.6 - x], axis=-1)
    return np.asarray(1 + foreground[..., None] * (np.clip(colors, 0, 1) - 1), dtype=np.float32)


@pytest.fixture(scope="module", params=["plain", "smooth"])
def moved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Archive:
    folder = tmp_path_factory.mktemp("bars")
    for number, pose in enumerate(POSES):
        Image.fromarray(np.rint(255 * bar(pose)).astype(np.uint8)).save(folder / f"{number}.png")
    options = {"quality": 80, "passes": 150, "holdout": 0.0, "threads": 1, "device": "cpu"}
    return inrcodec.encode([folder], folder / "set.inr", space=request.param, **options).archive


def test_what_is_moved_is_met_half_way(moved: Archive) -> None:
    start, middle, end = frames(moved, FrameSequence((0, 2), (32, 32), "code", frames=2))
    for frame, image in ((start, moved[0]), (end, moved[2])):
        assert psnr(image.render_stored(), frame) > 45
    blend = 0.5 * (moved[0].render_stored() + moved[2].render_stored())
    assert psnr(bar(POSES[1]), middle) > psnr(bar(POSES[1]), blend) + 5


@pytest.mark.parametrize("name", ["smooth", "latent", "bottleneck", "pyramid-rgba"])
def test_it_begins_and_ends_at_its_images(name: str) -> None:
    archive = inrcodec.open(GOLDEN / f"{name}.inr")
    start, _, end = frames(archive, FrameSequence((0, 3), (12, 12), "code", frames=2))
    for frame, number in ((start, 0), (end, 3)):
        assert np.abs(frame - archive[number].render_stored()).max() < 0.02
