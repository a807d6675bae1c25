"""Pictures to learn from that are not stored: they shape the network and leave nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import inrcodec
from inrcodec.errors import UsageError
from inrcodec.images import Picture
from inrcodec.images.variations import parse_kinds, varied

QUICK = {"passes": 4, "threads": 1, "device": "cpu", "seed": 1}


@pytest.mark.parametrize("conditioning", ["pyramid", "latent", "hypernetwork"])
def test_they_are_fitted_and_not_stored(conditioning: str, small_images: Path, tmp_path: Path) -> None:
    plain = inrcodec.encode(small_images, tmp_path / "plain.inr", conditioning=conditioning, **QUICK).archive
    asked = {"augment": "flip,crop", "extra": small_images / "sub", **QUICK}
    more = inrcodec.encode(small_images, tmp_path / "more.inr", conditioning=conditioning, **asked).archive
    assert more.names == plain.names
    assert set(more.figures) == set(plain.figures)
    assert all(len(values) == 6 for values in more.figures.values())
    assert any((a != b).any() for a, b in zip(more.field.tensors, plain.field.tensors, strict=True))


def test_images_known_by_number_cannot_have_company(small_images: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="numbers"):
        inrcodec.encode(small_images, tmp_path / "x.inr", conditioning="grid", augment="flip", **QUICK)
    with pytest.raises(UsageError, match="target"):
        inrcodec.encode(small_images, tmp_path / "x.inr", augment="flip", target_psnr=30, **QUICK)
    with pytest.raises(UsageError, match="flip"):
        inrcodec.encode(small_images, tmp_path / "x.inr", augment="swirl", **QUICK)
    assert not list(tmp_path.iterdir())


def test_variations() -> None:
    pixels = np.random.default_rng(1).random((8, 12, 3)).astype(np.float32)
    flipped, turned, cut = varied([Picture("a", pixels, 0)], parse_kinds("flip, rotate,crop"), 1)
    np.testing.assert_array_equal(flipped, pixels[:, ::-1])
    assert sorted(turned.reshape(-1)) == sorted(pixels.reshape(-1))
    assert not (turned.shape == pixels.shape and (turned == pixels).all())
    assert cut.shape == (6, 9, 3)
