"""Pictures in and out of a sheet, and the levels that codecs are given."""

from __future__ import annotations

import numpy as np
import pytest

from inrcodec.benchmark.compare.packings import packings
from inrcodec.benchmark.compare.sheet import cut, plan_tiles, tiled
from inrcodec.benchmark.pixels import finite_mean, mean_psnr, opaque, straight_bytes, with_channels
from inrcodec.images import Picture
from inrcodec.numerics.arrays import BytePixels

SIZES = [(5, 7), (9, 3), (1, 1), (9, 8), (4, 4)]  # (height, width)


def noise(height: int, width: int, channels: int, seed: int = 0) -> BytePixels:
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)


def as_picture(levels: BytePixels) -> Picture:
    pixels = levels / np.float32(255)
    pixels[..., :3] *= pixels[..., 3:] if levels.shape[2] == 4 else 1
    return Picture("noise.png", pixels, 0)


@pytest.mark.parametrize("channels", [3, 4])
def test_sheets_give_back_what_they_hold(channels: int) -> None:
    pictures = [noise(*size, channels, seed) for seed, size in enumerate(SIZES)]
    layout = plan_tiles(pictures)
    sheet = tiled(pictures, layout)
    assert sheet.shape == (layout.height, layout.width, channels)
    for picture, back in zip(pictures, cut(sheet, layout, SIZES), strict=True):
        assert (picture == back).all()


def test_cells_repeat_borders_and_empty_ones_are_clear() -> None:
    pictures = [np.full((2, 2, 4), 7, np.uint8), np.full((1, 1, 4), 9, np.uint8), np.full((2, 2, 4), 5, np.uint8)]
    sheet = tiled(pictures, plan_tiles(pictures))
    assert (sheet[:2, 2:] == 9).all()
    assert (sheet[2:, 2:, 3] == 0).all()


def test_levels_come_back_from_premultiplied_pictures() -> None:
    levels = noise(8, 8, 4)
    levels[0, 0, 3] = 0
    back = straight_bytes(as_picture(levels))
    seen = levels[..., 3] > 0
    assert (back[seen] == levels[seen]).all()
    assert (back[..., 3] == levels[..., 3]).all()
    assert mean_psnr([as_picture(levels)], [back]) == np.inf
    clear = np.zeros((2, 2, 4), np.uint8)
    assert (straight_bytes(as_picture(clear)) == 0).all()


def test_full_alpha_is_dropped_and_put_back() -> None:
    levels = noise(4, 4, 4)
    assert opaque(levels) is levels
    levels[..., 3] = 255
    assert opaque(levels).shape == (4, 4, 3)
    assert (with_channels(opaque(levels), 4) == levels).all()


def test_both_packings_return_every_picture() -> None:
    pictures = [as_picture(noise(*size, 3, seed)) for seed, size in enumerate(SIZES)]
    ways, notes = packings(pictures)
    assert [way.name for way in ways] == ["files", "sheet"]
    assert [len(way.images) for way in ways] == [5, 1]
    assert notes == ()
    for way in ways:
        assert mean_psnr(pictures, way.unpacked(way.images)) == np.inf


def test_a_sheet_beyond_all_bounds_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inrcodec.benchmark.compare.packings.MAX_SHEET_PIXELS", 10)
    ways, notes = packings([as_picture(noise(4, 4, 3))])
    assert [way.name for way in ways] == ["files"]
    assert "left out" in notes[0]


def test_means_leave_out_pictures_without_error() -> None:
    assert finite_mean([30.0, float("inf"), 40.0]) == 35.0
    assert finite_mean([float("inf")]) == float("inf")
