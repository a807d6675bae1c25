"""FORMAT.md is enough: the reader written from it alone draws golden files as the package does, and as they were."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import second_encoder
import second_pixels
import second_reader

import inrcodec
from inrcodec.archive import Archive
from inrcodec.field.encoder import encode, thumbnail
from inrcodec.numerics.holdout import hidden_pixels

GOLDEN = Path(__file__).parents[1] / "golden"
FILES = tuple(path.stem for path in sorted(GOLDEN.glob("*.inr")))
GREY_LEVEL = 1.0  # how far readers may differ, of 255


def opened(name: str) -> tuple[second_pixels.Set, Archive]:
    """A golden file in both readers."""
    path = GOLDEN / f"{name}.inr"
    return second_pixels.read(path.read_bytes()), inrcodec.open(path)


@pytest.mark.parametrize("name", FILES)
def test_native_pixels(name: str) -> None:
    other, archive = opened(name)
    with np.load(GOLDEN / f"{name}.npz") as expected:
        assert len(other.head.sizes) == len(archive) == len(expected.files) - 1
        for image in archive:
            assert (image.height, image.width) == other.head.sizes[image.number]
            golden = expected[f"native{image.number}"]
            drawn = 255 * other.pixels(image.number, image.height, image.width)
            ours = 255 * image.render_stored()
            assert drawn.shape == ours.shape == golden.shape
            assert (
                np.abs(drawn - ours).max() < 0.01
            )  # much closer than promised: the same numbers, added in other orders
            assert np.abs(drawn - golden).max() <= GREY_LEVEL
            assert np.abs(ours - golden).max() <= GREY_LEVEL


@pytest.mark.parametrize("name", FILES)
def test_other_sizes(name: str) -> None:
    other, archive = opened(name)
    with np.load(GOLDEN / f"{name}.npz") as expected:
        golden = expected["enlarged"]
    height, width, _ = golden.shape
    assert np.abs(255 * other.pixels(1, height, width) - golden).max() <= GREY_LEVEL
    assert np.abs(255 * archive[1].render_stored((width, height), "field") - golden).max() <= GREY_LEVEL
    for height, width in [(5, 3), (1, 1), (7, 40)]:
        drawn = second_pixels.pixels((GOLDEN / f"{name}.inr").read_bytes(), 2, height, width)
        assert np.abs(drawn - archive[2].render_stored((width, height), "field")).max() < 0.01 / 255


@pytest.mark.parametrize("name", FILES)
def test_latents_are_equal(name: str) -> None:
    other, archive = opened(name)
    for number in range(len(archive)):
        for theirs, ours in zip(other.latents(number), archive.latents(number), strict=True):
            np.testing.assert_array_equal(theirs, ours)


@pytest.mark.parametrize("name", FILES)
def test_hidden_pixels_are_equal(name: str) -> None:
    other, archive = opened(name)
    fraction, seed, mode = other.head.holdout
    hidden = 0
    for number, (height, width) in enumerate(other.head.sizes):
        theirs = second_pixels.hidden(other.head.holdout, number, height, width)
        np.testing.assert_array_equal(theirs, hidden_pixels(seed, number, height, width, fraction))
        hidden += int(theirs.sum())
    assert (hidden == 0) == (mode == "none") == (fraction == 0)
    assert abs(hidden / archive.pixels - fraction / 1e6) < 0.05
    large = second_pixels.hidden([123_456, 2**32 - 1, "strict"], 99_999, 30, 40)
    np.testing.assert_array_equal(large, hidden_pixels(2**32 - 1, 99_999, 30, 40, 123_456))


@pytest.mark.parametrize("name", FILES)
def test_names_and_figures_are_equal(name: str) -> None:
    other, archive = opened(name)
    payloads = dict(second_reader.chunks((GOLDEN / f"{name}.inr").read_bytes()))
    assert tuple(second_reader.names(payloads["nAME"], len(archive))) == archive.names
    columns = second_reader.figures(payloads["fIGS"], len(archive))
    assert set(columns) == set(archive.figures)
    for column, (mean, values) in columns.items():
        assert math.isclose(mean, archive.means[column], rel_tol=1e-6)
        np.testing.assert_allclose(values, archive.figures[column], rtol=1e-6)
    assert (other.head.holdout[2] != "none") == ("holdout_psnr" in columns)


def test_the_encoder_finds_equal_codes() -> None:
    archive = inrcodec.open(GOLDEN / "encoder.inr")
    assert archive.encoder is not None
    payload = dict(second_reader.chunks((GOLDEN / "encoder.inr").read_bytes()))["eNCO"]
    tensors = second_encoder.tensors(payload, archive.channels, archive.header.model.levels[0].channels)
    for theirs, ours in zip(tensors, archive.encoder, strict=True):
        np.testing.assert_allclose(theirs, ours, rtol=1e-6)
    rng = np.random.default_rng(3)
    for height, width in [(16, 16), (5, 9), (40, 23)]:
        picture = rng.random((height, width, archive.channels))
        ours = encode(archive.encoder, thumbnail(picture.astype(np.float32)))[0]
        np.testing.assert_allclose(second_encoder.code(tensors, picture), ours, atol=1e-3)
