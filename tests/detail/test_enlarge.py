"""Enlarging by the detail network: any size, flat stays flat, pixels keep their means, drawings come out sharper."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inrcodec.archive import Archive, Upsample
from inrcodec.archive import image as image_module
from inrcodec.detail import blocks, enlarge
from inrcodec.detail import network as network_module
from inrcodec.detail.network import WEIGHTS, DetailNetwork
from inrcodec.detail.projection import area_matrix, back_project, cubic_matrix
from inrcodec.numerics.arrays import Pixels
from inrcodec.numerics.metrics import psnr

blocks_module = sys.modules["inrcodec.detail.blocks"]  # the package has a function of that name
ROOT = Path(__file__).parents[2]
LARGEST_FILE = 300_000
GREY_LEVEL = 1 / 255


def noise(height: int, width: int, channels: int = 3) -> Pixels:
    """Pixels that differ from all their neighbors; with alpha premultiplied."""
    pixels = np.random.default_rng(0).random((height, width, channels), dtype=np.float32)
    if channels == 4:
        pixels[..., :3] *= pixels[..., 3:]
    return pixels


def sample(name: str, size: int) -> Pixels:
    """A drawing of samples/, premultiplied."""
    with Image.open(ROOT / "samples" / str(size) / f"{name}.png") as picture:
        pixels = np.asarray(picture.convert("RGBA"), np.float32) / 255
    pixels[..., :3] *= pixels[..., 3:]
    return pixels


def means(pixels: Pixels, height: int, width: int) -> Pixels:
    """A picture (H, W, channels) averaged to height x width."""
    down, across = area_matrix(height, pixels.shape[0]), area_matrix(width, pixels.shape[1])
    return np.asarray(np.einsum("ih,hwc,jw->ijc", down, pixels, across, optimize=True))


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize(
    ("native", "size"), [((9, 14), (31, 20)), ((1, 1), (7, 3)), ((5, 5), (5, 6)), ((2, 7), (100, 3)), ((6, 4), (4, 13))]
)
def test_any_larger_size(native: tuple[int, int], size: tuple[int, int], channels: int) -> None:
    drawn = enlarge(noise(*native, channels), size)
    assert drawn.shape == (size[1], size[0], channels)
    assert drawn.dtype == np.float32
    assert 0.0 <= drawn.min() <= drawn.max() <= 1.0


def test_smaller_is_refused() -> None:
    with pytest.raises(ValueError, match="smaller"):
        enlarge(noise(8, 8), (16, 7))


@pytest.mark.parametrize("color", [(0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (0.2, 0.7, 0.4), (0.1, 0.0, 0.3, 0.5)])
def test_flat_stays_flat(color: tuple[float, ...]) -> None:
    native = np.full((6, 8, len(color)), color, np.float32)
    np.testing.assert_allclose(enlarge(native, (29, 20)), np.full((20, 29, len(color)), color), atol=1e-5)


@pytest.mark.parametrize("size", [(36, 24), (31, 20), (64, 64), (24, 8)])
def test_pixels_keep_their_means(size: tuple[int, int]) -> None:
    """Away from black and white, where clipping takes part of what is asked for."""
    native = 0.35 + 0.3 * noise(8, 12)
    assert np.abs(means(enlarge(native, size), 8, 12) - native).max() < GREY_LEVEL


@pytest.mark.parametrize("side", [49, 60, 77])
def test_a_little_larger_is_a_little_different(side: int) -> None:
    """Just above native nothing may be sharpened out of proportion: it is nearer to the truth than bicubic."""
    reference = sample("thing-camera", 256)
    native, truth = means(reference, 48, 48), means(reference, side, side)
    matrix = cubic_matrix(48, side)
    bicubic = np.clip(np.einsum("ih,hwc,jw->ijc", matrix, native, matrix, optimize=True), 0, 1)
    assert psnr(truth, enlarge(native, (side, side))) > psnr(truth, bicubic)


@pytest.mark.parametrize("size", [(30, 17), (7, 5), (8, 6), (21, 100)])
def test_back_projection_is_exact(size: tuple[int, int]) -> None:
    native = 0.4 + 0.2 * noise(7, 5)
    drawn = np.full((3, *size), 0.5, np.float32)
    back_project(drawn, native.transpose(2, 0, 1), rounds=1)
    np.testing.assert_allclose(means(drawn.transpose(1, 2, 0), 7, 5), native, atol=1e-5)


def test_means_over_areas() -> None:
    np.testing.assert_allclose(area_matrix(2, 5) * 5, [[2, 2, 1, 0, 0], [0, 0, 1, 2, 2]], atol=1e-6)
    np.testing.assert_allclose(area_matrix(7, 40).sum(axis=1), 1, atol=1e-6)


def test_no_colour_exceeds_alpha() -> None:
    drawn = enlarge(noise(9, 9, 4), (40, 33))
    assert (drawn[..., :3] <= drawn[..., 3:]).all()


def test_opaque_stays_opaque_and_clear_stays_clear() -> None:
    colors = noise(8, 8)
    opaque = np.concatenate([colors, np.ones((8, 8, 1), np.float32)], axis=2)
    drawn = enlarge(opaque, (40, 40))
    assert (drawn[..., 3] > 1 - 1e-5).all()
    np.testing.assert_allclose(drawn[..., :3], enlarge(colors, (40, 40)), atol=1e-5)
    assert not enlarge(np.zeros((8, 8, 4), np.float32), (40, 40)).any()


@pytest.mark.parametrize("channels", [3, 4])
def test_tiles_change_nothing(channels: int, monkeypatch: pytest.MonkeyPatch) -> None:
    native = noise(11, 13, channels)
    whole = enlarge(native, (47, 52), tile=1000)
    np.testing.assert_array_equal(whole, enlarge(native, (47, 52), tile=1000))
    monkeypatch.setattr(network_module, "BAND", 20)
    for tile in (7, 16):
        np.testing.assert_allclose(enlarge(native, (47, 52), tile), whole, atol=2e-5)


def test_nothing_jumps_between_native_pixels() -> None:
    """Very large, what changes where one native pixel ends is no more than what changes right beside it."""
    native = 0.2 + 0.6 * noise(6, 6)
    steps = np.abs(np.diff(enlarge(native, (360, 360)), axis=1)).mean(axis=(0, 2))
    for edge in (*range(59, 359, 60), *range(29, 359, 60)):  # between pixels, and between their centers
        assert steps[edge] < 1.5 * np.delete(steps[edge - 4 : edge + 5], 4).max()


@pytest.mark.parametrize("name", ["arrow-ne", "thing-camera", "letter-k", "thing-key"])
def test_drawings_beat_bicubic(name: str) -> None:
    native, reference = sample(name, 48), sample(name, 256)
    matrix = cubic_matrix(48, 256)
    bicubic = np.clip(np.einsum("ih,hwc,jw->ijc", matrix, native, matrix, optimize=True), 0, 1)
    assert psnr(reference, enlarge(native, (256, 256))) > psnr(reference, bicubic) + 2.0


def test_an_archive_draws_with_it_where_larger() -> None:
    image = Archive.open(ROOT / "tests/golden/pyramid-rgba.inr")[0]
    size = (3 * image.width, 2 * image.height)
    native = image.render_stored()
    np.testing.assert_array_equal(image.render_stored(size), enlarge(native, size))
    assert np.abs(image.render_stored(size) - image.render_stored(size, "field")).max() > 0.001
    for smaller in (None, (image.width, image.height), (1, 2), (5 * image.width, image.height - 1)):
        np.testing.assert_array_equal(image.render_stored(smaller), image.render_stored(smaller, "field"))


def test_the_weights_are_small_and_plain() -> None:
    assert WEIGHTS.stat().st_size <= LARGEST_FILE
    network = DetailNetwork.load()
    assert network.convolutions[0][0].shape[0] == 27
    assert network.output[0].shape[1] == 3


def test_runs_on_numpy_alone() -> None:
    code = "import sys, inrcodec.detail; sys.exit(bool({'torch', 'PIL', 'scipy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode == 0


@pytest.mark.parametrize("size", [(94, 130), (141, 195), (50, 65), (47, 130)])
def test_blocks_are_parts_of_the_whole(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks_module, "SIDE", 20)
    picture = noise(47, 65)
    whole = enlarge(picture, size[::-1])
    drawn = np.full_like(whole, np.nan)
    parts = list(blocks((47, 65), size))
    for block in parts:
        drawn[block.target] = enlarge(picture[block.native], block.size)[block.inside]
    assert len(parts) > 1 or size == (50, 65)
    np.testing.assert_allclose(drawn, whole, atol=2e-4)


@pytest.mark.parametrize("size", [None, (12, 9), (36, 33), (41, 40)])
@pytest.mark.parametrize("upsample", ["field", "detail"])
def test_octets_are_what_is_rendered(
    size: tuple[int, int] | None, upsample: Upsample, small_set: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_module, "PART_PIXELS", 50)
    monkeypatch.setattr(blocks_module, "SIDE", 4)
    for image in Archive.open(small_set):
        octets, whole = image.render_octets(size, upsample), image.render(size, upsample)
        assert octets.shape == whole.shape
        assert np.abs(octets - whole * 255).max() < 0.6
