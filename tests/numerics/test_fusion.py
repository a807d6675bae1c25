"""Gradient-domain fusion: what comes through, what the mean is, and what stays outside of a mask."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.data
from PIL import Image

from inrcodec.numerics.fusion import fuse, kept, paste, strongest
from inrcodec.numerics.poisson import Differences, differences


def photographs() -> list[np.ndarray]:
    """Two photographs of 256 x 256 pixels, grey, (256, 256, 1)."""
    large = (Image.fromarray(picture) for picture in (skimage.data.camera(), skimage.data.coins()))
    drawn = (picture.resize((256, 256), Image.Resampling.LANCZOS) for picture in large)
    return [np.asarray(picture, np.float32)[..., None] / 255 for picture in drawn]


def test_what_is_strong_in_either_comes_through() -> None:
    pictures = photographs()
    fused = fuse(pictures)
    assert fused.kept is not None
    assert fused.kept_by_average is not None
    assert fused.kept >= 0.90
    assert fused.kept_by_average <= 0.04
    assert fused.clipped <= 0.02
    assert fuse(pictures, screen=0).clipped > 0.1  # why there is a screen
    limited = fused.picture.astype(np.float64)
    assert kept(limited, strongest([differences(one.astype(np.float64)) for one in pictures])) == fused.kept


def test_the_mean_of_gradients_is_the_average() -> None:
    first, second = np.random.default_rng(0).uniform(0.2, 0.8, (2, 9, 11, 3)).astype(np.float32)
    for screen in (0.0, 0.03):
        np.testing.assert_allclose(fuse([first, second], "mean", screen).picture, (first + second) / 2, atol=1e-5)


def test_the_strongest_is_chosen_for_all_channels_together() -> None:
    red, blue = (Differences(np.array([[slope]]), np.zeros((0, 2, 3))) for slope in ([0.5, 0.0, 0.1], [0.0, 0.2, 0.4]))
    np.testing.assert_array_equal(strongest([red, blue]).right, [[[0.5, 0.0, 0.1]]])


@pytest.mark.parametrize("mixed", [False, True])
def test_pasting_changes_nothing_outside(mixed: bool) -> None:
    ground, patch = np.random.default_rng(1).uniform(0.3, 0.7, (2, 20, 16, 3)).astype(np.float32)
    inside = np.zeros((20, 16), bool)
    inside[4:13, 5:12] = True
    pasted = paste(ground, patch, inside, mixed=mixed).picture
    np.testing.assert_allclose(pasted[~inside], ground[~inside], atol=1e-6)
    assert np.abs(pasted[inside] - ground[inside]).max() > 0.1


def test_a_patch_takes_the_color_of_its_ground() -> None:
    ground = np.full((24, 24, 1), 0.3, np.float32)
    patch = np.full((24, 24, 1), 0.9, np.float32)
    patch[10:14, 10:14] = 0.8
    inside = np.zeros((24, 24), bool)
    inside[5:19, 5:19] = True
    expected = np.where(patch == np.float32(0.8), 0.2, 0.3)
    np.testing.assert_allclose(paste(ground, patch, inside).picture, expected, atol=1e-3)


def test_a_mask_of_everything_keeps_the_patch() -> None:
    ground, patch = np.random.default_rng(2).uniform(0.3, 0.7, (2, 6, 7, 3)).astype(np.float32)
    np.testing.assert_allclose(paste(ground, patch, np.ones((6, 7), bool)).picture, patch, atol=1e-5)
