"""The measures against their definitions and, for SSIM, against scikit-image."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from inrcodec.numerics import metrics


def noisy_pair(
    height: int, width: int, channels: int, seed: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A smooth picture and a disturbed copy, both (height, width, channels) in [0, 1]."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:height, 0:width] / max(height, width)
    source = np.stack([0.5 + 0.5 * np.sin(5 * rows + (k + 2) * columns) for k in range(channels)], axis=-1)
    return source, np.clip(source + random.normal(0, 0.08, source.shape), 0, 1)


def test_psnr_of_a_known_error() -> None:
    source = np.zeros((4, 5, 3))
    assert metrics.psnr(source, source + 0.1) == pytest.approx(20.0)
    assert metrics.psnr(source, source + 0.01) == pytest.approx(40.0)
    assert metrics.psnr(source, source) == math.inf


def test_psnr_of_bytes_does_not_wrap_around() -> None:
    source, decoded = np.full((3, 3), 250, np.uint8), np.full((3, 3), 255, np.uint8)
    assert metrics.psnr(source, decoded, peak=255) == metrics.psnr(decoded, source, peak=255)
    assert metrics.psnr(source, decoded, peak=255) == pytest.approx(20 * math.log10(255 / 5))


def test_mean_absolute_error() -> None:
    assert metrics.mean_absolute_error([[0.0, 1.0]], [[0.5, 1.0]]) == pytest.approx(0.25)


def test_bits_per_pixel_counts_bytes() -> None:
    assert metrics.bits_per_pixel(300, 1600) == pytest.approx(1.5)
    with pytest.raises(ValueError, match="at least one pixel"):
        metrics.bits_per_pixel(300, 0)


@pytest.mark.parametrize("measure", [metrics.psnr, metrics.ssim, metrics.mean_absolute_error])
def test_other_shapes_are_refused(measure: object) -> None:
    assert callable(measure)
    with pytest.raises(ValueError, match="shapes"):
        measure(np.zeros((12, 12, 3)), np.zeros((12, 12, 4)))


@pytest.mark.parametrize(("height", "width", "channels"), [(11, 11, 3), (48, 48, 4), (20, 33, 3), (64, 40, 1)])
def test_ssim_equals_scikit_image(height: int, width: int, channels: int) -> None:
    skimage = pytest.importorskip("skimage.metrics")
    source, decoded = noisy_pair(height, width, channels)
    expected = skimage.structural_similarity(
        source, decoded, channel_axis=-1, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1.0
    )
    assert metrics.ssim(source, decoded) == pytest.approx(expected, abs=1e-9)


def test_ssim_bounds() -> None:
    source, decoded = noisy_pair(24, 24, 3)
    assert metrics.ssim(source, source) == pytest.approx(1.0)
    assert metrics.ssim(source, decoded) < 1.0
    assert metrics.ssim(source[..., 0], decoded[..., 0]) < 1.0


@pytest.mark.parametrize("side", [1, 2, 5, 10])
def test_ssim_of_tiny_pictures(side: int) -> None:
    source, decoded = noisy_pair(side, 16, 3)
    assert -1.0 <= metrics.ssim(source, decoded) <= 1.0
    assert metrics.ssim(source, source) == pytest.approx(1.0)
