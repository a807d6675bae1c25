"""Rasters of derivatives: units of native pixels at any size, means over areas, midpoints between pixels."""

from __future__ import annotations

import numpy as np
import pytest

from inrcodec.field.derivative_raster import gradient, laplacian, midpoint_slopes
from inrcodec.field.field import Field
from inrcodec.field.places import Derived
from inrcodec.numerics.coordinates import Axis
from inrcodec.settings import ModelSettings

NATIVE = (6, 10)
WIDTH = 5


def field_of(footprint: int = 1, wavy: bool = False) -> Field:
    """Colors that are a plane, 0.2 x - 0.1 y + 0.5 and so on, with waves on it if asked for."""
    model = ModelSettings("grid", WIDTH, 1, footprint, (), 1)
    rng = np.random.default_rng(3)
    first, bias = np.zeros((WIDTH + 3, 3), np.float32), np.full(WIDTH + 3, 0.5, np.float32)
    first[:WIDTH] = rng.uniform(-9, 9, (WIDTH, 3))
    first[WIDTH:, :2] = [[0.2, -0.1], [0.0, 0.3], [0.4, 0.0]]
    output = rng.uniform(-0.2, 0.2, (3, WIDTH)).astype(np.float32) * wavy
    return Field(model, 3, (first, bias, output))


LABEL = np.zeros((1, 1), np.float32)


@pytest.mark.parametrize("size", [NATIVE, (12, 20), (3, 5), (7, 31)])
def test_slopes_are_per_native_pixel_at_any_size(size: tuple[int, int]) -> None:
    slopes = gradient(field_of(), (), LABEL, NATIVE, size)
    assert slopes.shape == (*size, 3, 2)
    assert slopes.dtype == np.float32
    expected = np.array([[0.2, -0.1], [0.0, 0.3], [0.4, 0.0]]) * [2 / 10, 2 / 6]
    np.testing.assert_allclose(slopes, np.broadcast_to(expected, slopes.shape), atol=1e-7)
    assert not laplacian(field_of(), (), LABEL, NATIVE, size).any()


@pytest.mark.parametrize(("size", "samples"), [((6, 10), 2), ((3, 5), 4), ((12, 20), 1)])
def test_a_pixel_has_the_mean_over_its_area(size: tuple[int, int], samples: int) -> None:
    field = field_of(2, wavy=True)
    fine = Derived.centers(Axis(size[0] * samples), Axis(size[1] * samples), 2)
    jet = field.derived((), LABEL, fine)
    cells = (2, size[0], samples, size[1], samples)
    first, second = (part[:, 0].reshape(3, *cells).mean(axis=(3, 5)) for part in (jet.first, jet.second))
    bends = second[:, 0] * (2 / 10) ** 2 + second[:, 1] * (2 / 6) ** 2
    np.testing.assert_allclose(
        gradient(field, (), LABEL, NATIVE, size)[..., 0], first[:, 0].transpose(1, 2, 0) / 5, atol=1e-6
    )
    np.testing.assert_allclose(laplacian(field, (), LABEL, NATIVE, size), bends.transpose(1, 2, 0), atol=1e-6)


def test_tiles_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = laplacian(field_of(2, wavy=True), (), LABEL, NATIVE, (9, 11))
    monkeypatch.setattr("inrcodec.field.derivative_raster.TILE_VALUES", 400)
    np.testing.assert_allclose(laplacian(field_of(2, wavy=True), (), LABEL, NATIVE, (9, 11)), whole, atol=1e-6)


@pytest.mark.parametrize("native", [NATIVE, (1, 7), (7, 1), (1, 1)])
def test_midpoints_lie_between_pixels(native: tuple[int, int]) -> None:
    height, width = native
    right, down = midpoint_slopes(field_of(), (), LABEL, native)
    assert right.shape == (height, width - 1, 3)
    assert down.shape == (height - 1, width, 3)
    if width > 1:
        field = field_of(wavy=True)
        across = (2 * np.arange(1, width) / width) - 1.0
        jet = field.derived((), LABEL, Derived(across, Axis(height).exact_centers(), 1))
        expected = jet.first[:, 0, 0].transpose(1, 2, 0) * (2 / width)
        np.testing.assert_allclose(midpoint_slopes(field, (), LABEL, native)[0], expected, atol=1e-6)
