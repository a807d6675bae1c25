"""Guessed latents: the same whole and in tiles, blind to hidden pixels, near enough for a picture to be recognized."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import inrcodec.fitting.guess.latents as guessing
import inrcodec.fitting.guess.network as guess_network
from inrcodec.bitstream.base import GUESSED, QUALITIES, base_for
from inrcodec.field.field import Field, field_shapes
from inrcodec.fitting.groups import Group, make_groups
from inrcodec.fitting.guess.latents import guess_latents
from inrcodec.fitting.guess.network import WEIGHTS, GuessNetwork
from inrcodec.numerics import cores
from inrcodec.numerics.arrays import FloatArray, Pixels
from inrcodec.numerics.coordinates import Axis
from inrcodec.settings import FitSettings, Holdout, ModelSettings

MODEL, USUAL, SIZE = ModelSettings(), FitSettings(), (50, 43)
MOST_BYTES = 500_000


def drawing(channels: int = 3, phase: float = 0.0) -> Pixels:
    """A disc before a slow wave."""
    rows, columns = np.mgrid[0 : SIZE[0], 0 : SIZE[1]] / 12
    waves = [0.5 + 0.3 * np.sin(phase + k + rows + (1 + k) * 0.4 * columns) for k in range(3)]
    disc = np.hypot(rows - 2, columns - 1.8) < 1.2
    colors = np.where(disc[..., None], np.array([0.9, 0.7, 0.1]), np.stack(waves, axis=-1))
    if channels == 4:
        colors = np.concatenate([colors * disc[..., None], disc[..., None]], axis=-1)
    return (colors.mean(axis=-1, keepdims=True) if channels == 1 else colors).astype(np.float32)


def guessed(pictures: list[Pixels], table: int = 2, settings: FitSettings = USUAL) -> Group:
    (group,) = make_groups(pictures, MODEL, settings)
    guess_latents(group, pictures[0].shape[2], table)
    return group


def drawn(group: Group, channels: int, table: int) -> FloatArray:
    """By the base, with latents that are whole, (channels, B, height, width)."""
    base = base_for(MODEL, channels, field_shapes(MODEL, channels, 1), table, GUESSED)
    assert base is not None
    count = len(field_shapes(MODEL, channels, 1))
    field = Field(MODEL, channels, tuple(base.values()[:count]))
    levels = group.levels(np.rint(group.latents))
    found: FloatArray = field.pixels(levels, group.conditions, Axis(SIZE[0]), Axis(SIZE[1]), (1, 1))
    return found


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("table", range(len(QUALITIES)))
def test_the_base_draws_the_pictures_from_them(channels: int, table: int) -> None:
    pictures = [drawing(channels), drawing(channels, 2.0)]
    found = drawn(guessed(pictures, table), channels, table)
    error = np.square(found - np.stack(pictures, axis=0).transpose(3, 0, 1, 2)).mean()
    assert error < 0.01  # 20 dB


def test_tiles_of_a_picture_are_guessed_as_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = guessed([drawing()])
    monkeypatch.setattr(guessing, "AT_ONCE", 100)
    monkeypatch.setattr(guessing, "TILE", 24)
    np.testing.assert_allclose(guessed([drawing()]).latents, whole.latents, atol=1 / guessing.FRACTION)


def test_a_few_at_a_time_are_guessed_as_all_together(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = [drawing(phase=float(number)) for number in range(3)]
    together = guessed(pictures)
    monkeypatch.setattr(guessing, "FEW", SIZE[0] * SIZE[1])
    np.testing.assert_allclose(guessed(pictures).latents, together.latents, atol=1 / guessing.FRACTION)


def test_threads_that_share_pictures_guess_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "FEW", SIZE[0] * SIZE[1])
    pictures = [drawing(phase=float(number)) for number in range(5)]
    alone = guessed(pictures)
    monkeypatch.setattr(guessing, "threads_for_products", lambda asked: 3)
    monkeypatch.setattr(cores, "available_cores", lambda: 3)
    np.testing.assert_array_equal(guessed(pictures).latents, alone.latents)


@pytest.mark.parametrize("rows", [1, 3, 1000])
def test_any_number_of_rows_at_once_gives_the_same(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = guessed([drawing()])
    monkeypatch.setattr(guess_network, "TOGETHER", rows * 22 * 360)
    np.testing.assert_allclose(guessed([drawing()]).latents, usual.latents, atol=1 / guessing.FRACTION)


def test_hidden_pixels_are_not_looked_at() -> None:
    settings = FitSettings(holdout=Holdout(200_000, 3, "release"))
    group = guessed([drawing()], settings=settings)
    assert group.visible is not None
    noisy = drawing()
    noisy[group.visible[0] == 0] = 1.0
    np.testing.assert_array_equal(guessed([noisy], settings=settings).latents, group.latents)


def test_octets_are_guessed_as_colors_are() -> None:
    octets = np.rint(drawing() * 255).astype(np.uint8)
    theirs = guessed([octets / np.float32(255)])
    np.testing.assert_allclose(guessed([octets]).latents, theirs.latents, atol=1 / guessing.FRACTION)  # type: ignore[list-item]


def test_the_network_is_small_and_knows_every_table() -> None:
    assert Path(WEIGHTS).stat().st_size < MOST_BYTES
    network = GuessNetwork.load()
    assert {(channels, table) for channels in (1, 3, 4) for table in range(len(QUALITIES))} == set(network.combinations)
    assert all(np.isfinite(layer).all() for layer in network.layers.values())
