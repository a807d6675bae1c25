"""The base's last layer fitted to a set: it draws that better, from what may be seen, if that is worth its bytes."""

from __future__ import annotations

import numpy as np
import pytest

import inrcodec.fitting.guess.output as fitting
from inrcodec.bitstream.base import GUESSED, base_for
from inrcodec.field.field import Field, field_shapes
from inrcodec.fitting.groups import Group, make_groups
from inrcodec.fitting.guess.latents import guess_latents
from inrcodec.fitting.guess.output import fit_output
from inrcodec.numerics.arrays import Pixels
from inrcodec.numerics.coordinates import Axis
from inrcodec.settings import FitSettings, Holdout, ModelSettings

USUAL = FitSettings()
SIZES = (50, 43), (31, 64)


def drawing(size: tuple[int, int], channels: int, phase: float) -> Pixels:
    """Waves, some of them before a ground that cannot be seen."""
    rows, columns = np.mgrid[0 : size[0], 0 : size[1]] / 12
    waves = np.stack([0.5 + 0.4 * np.sin(phase + k + rows + (1 + k) * 0.4 * columns) for k in range(channels)], axis=-1)
    return (waves * (waves[..., -1:] > 0.4)).astype(np.float32)


def guessed(channels: int = 3, footprint: int = 1, settings: FitSettings = USUAL) -> tuple[Field, tuple[Group, ...]]:
    """The base's network, and pictures of two sizes with what is guessed for them."""
    model = ModelSettings(footprint=footprint)
    pictures = [drawing(size, channels, phase) for size in SIZES for phase in (0.0, 2.0)]
    groups = make_groups(pictures, model, settings)
    for group in groups:
        guess_latents(group, channels, 2)
    shapes = field_shapes(model, channels, 1)
    base = base_for(model, channels, shapes, 2, GUESSED)
    assert base is not None
    return Field(model, channels, tuple(tensor.copy() for tensor in base.values()[: len(shapes)])), groups


def error(field: Field, groups: tuple[Group, ...]) -> float:
    """Mean squared, of pixels that are not hidden."""
    squares = []
    for group in groups:
        height, width = group.size
        samples = (field.model.footprint,) * 2
        levels = group.levels(np.rint(group.latents))
        drawn = field.pixels(levels, group.conditions, Axis(height), Axis(width), samples)
        apart = np.square(drawn - group.targets)
        squares.append(apart[:, group.visible != 0] if group.visible is not None else apart.ravel())
    return float(np.mean(np.concatenate([square.ravel() for square in squares])))


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("footprint", [1, 2])
def test_pictures_are_drawn_better(channels: int, footprint: int) -> None:
    field, groups = guessed(channels, footprint)
    before = error(field, groups)
    assert fit_output(field, groups, bit=0.0)
    best = error(field, groups)
    assert best < 0.9 * before
    fit_output(field, groups, bit=0.0)
    assert error(field, groups) > 0.99 * best  # it was where it is best already


def test_only_what_adds_up_to_colors_moves() -> None:
    field, groups = guessed()
    before = [tensor.copy() for tensor in field.tensors]
    fit_output(field, groups, bit=0.0)
    width = field.model.hidden_width
    np.testing.assert_array_equal(field.tensors[0][:width], before[0][:width])
    np.testing.assert_array_equal(field.tensors[1][:width], before[1][:width])
    for tensor, other in zip(field.tensors[2:-1], before[2:-1], strict=True):
        np.testing.assert_array_equal(tensor, other)
    assert not np.array_equal(field.tensors[-1], before[-1])


def test_nothing_moves_where_bits_are_worth_more() -> None:
    field, groups = guessed()
    before = [tensor.copy() for tensor in field.tensors]
    assert not fit_output(field, groups, bit=1.0)
    for tensor, other in zip(field.tensors, before, strict=True):
        np.testing.assert_array_equal(tensor, other)


def test_hidden_pixels_are_not_looked_at() -> None:
    settings = FitSettings(holdout=Holdout(200_000, 3, "release"))
    found = []
    for noise in (0.0, 1.0):
        field, groups = guessed(settings=settings)
        for group in groups:
            assert group.visible is not None
            group.targets[:, group.visible == 0] = noise
        fit_output(field, groups, bit=0.0)
        found.append(field.tensors[-1])
    np.testing.assert_array_equal(*found)


def test_a_part_of_a_large_set_says_nearly_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    field, groups = guessed()
    before = error(field, groups)
    fit_output(field, groups, bit=0.0)
    best = error(field, groups)
    monkeypatch.setattr(fitting, "TOGETHER", 200)
    monkeypatch.setattr(fitting, "SAMPLE", 4000)
    other, _ = guessed()
    fit_output(other, groups, bit=0.0)
    assert error(other, groups) < best + 0.25 * (before - best)
