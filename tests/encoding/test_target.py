"""Targets are met by looking at the file: PSNR to a tenth of a decibel, and a size to one in a hundred, never above."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inrcodec


@pytest.fixture(scope="module")
def textures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of three sizes with so much in them that latents carry the quality, not the network."""
    folder, rng = tmp_path_factory.mktemp("textures"), np.random.default_rng(0)
    for number in range(9):
        rough = rng.integers(0, 256, (8 + number % 3, 10, 3), np.uint8)
        Image.fromarray(rough).resize((20, 16 + 2 * (number % 3)), Image.Resampling.BILINEAR).save(
            folder / f"{number}.png"
        )
    return folder


QUICK = {"passes": 60, "holdout": 0, "threads": 1, "device": "cpu"}


def test_psnr(textures: Path, tmp_path: Path) -> None:
    result = inrcodec.encode(textures, tmp_path / "a.inr", target_psnr=28, **QUICK)
    assert result.archive.means["psnr"] == pytest.approx(28, abs=0.1)


def test_size(textures: Path, tmp_path: Path) -> None:
    result = inrcodec.encode(textures, tmp_path / "a.inr", target_size=4200, **QUICK)
    assert 0.99 * 4200 <= (tmp_path / "a.inr").stat().st_size <= 4200
    assert result.archive.file_size == (tmp_path / "a.inr").stat().st_size
