"""Derivatives of every design against differences in float64, and one function on numpy and torch."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest
import torch

from inrcodec.field.conditioning import CONDITIONINGS, model_for
from inrcodec.field.field import Field, field_specs, image_conditions, level_shapes
from inrcodec.field.jets import Jet
from inrcodec.field.places import Derived
from inrcodec.fitting.initial import initial_network
from inrcodec.numerics.coordinates import Axis
from inrcodec.numerics.cubic import cubic_derivatives
from inrcodec.settings import ACTIVATIONS, REFERENCE_PIXELS, ModelSettings

IMAGES, GROUP, SIZE = 3, 2, (11, 9)
POSES = np.array([[0.2, -0.1, 0.3, 0.5], [0, 0, 0, 0], [-0.4, 0.3, -0.5, -1.2]], np.float32)
STEP, SHORT_STEP = 1e-5, 1e-7  # of a coordinate from -1 to 1; short ones straddle few corners
NAMES = [f"{name} {space} {units}" for name in CONDITIONINGS for space in ("plain", "smooth") for units in ACTIVATIONS]
# Spaces and units meet nowhere in the code: each is met with the usual one of the other.
RARE = [name for name in NAMES if " smooth " in name and not name.endswith(" sine")]
every = pytest.mark.parametrize(
    "name",
    [
        *(pytest.param(name, marks=[pytest.mark.slow] * (name in RARE)) for name in NAMES),
        "hypernetwork-with-a-head plain sine",
    ],
)


def model(name: str) -> ModelSettings:
    conditioning, space, units = name.split()
    usual = model_for(conditioning.removesuffix("-with-a-head"), REFERENCE_PIXELS)
    network = msgspec.structs.replace(usual.architecture, activation=units, head_width=16 if "head" in name else 0)
    return msgspec.structs.replace(usual, space=space, architecture=network)


def field_of(name: str, dtype: type = np.float64) -> tuple[Field, list[np.ndarray], np.ndarray]:
    """A field as it is before a fit, latents of a group of images and its labels."""
    settings, rng = model(name), np.random.default_rng(2)
    drawn = initial_network(field_specs(settings, 3, IMAGES), np.random.default_rng(1))
    shapes = level_shapes(settings, *SIZE)
    latents = [rng.integers(-4, 5, (c, GROUP, h, w)).astype(dtype) for c, h, w in shapes]
    conditions = image_conditions(settings, [SIZE] * IMAGES, POSES)[:GROUP]
    return Field(settings, 3, tuple(t.astype(dtype) for t in drawn)), latents, conditions.astype(dtype)


def places(order: int, grid: bool = True) -> Derived:
    rng = np.random.default_rng(7)
    return Derived(rng.uniform(-1, 1, 11), rng.uniform(-1, 1, 7 if grid else 11), order, grid)


def moved(where: Derived, axis: int, by: float) -> Derived:
    return replace(where, across=where.across + by) if axis == 0 else replace(where, down=where.down + by)


def differences(
    field: Field, latents: list[np.ndarray], conditions: np.ndarray, where: Derived, axis: int, step: float
) -> Jet:
    """Central differences of fourth order of everything that `derived` gives, along an axis."""

    def jets(by: float) -> tuple[np.ndarray, ...]:
        return field.derived(latents, conditions, moved(where, axis, by)).parts()

    at = zip(jets(-2 * step), jets(-step), jets(step), jets(2 * step), strict=True)
    return Jet(*((far - 8 * near + 8 * over - beyond) / (12 * step) for far, near, over, beyond in at))


def error(exact: np.ndarray, found: np.ndarray, corners: bool) -> float:
    """The largest error relative to the largest value; where units have corners, but for a tenth of the points."""
    errors = np.abs(exact - found).max(axis=0).ravel()
    return float(np.quantile(errors, 0.9) if corners else errors.max()) / max(1e-9, float(np.abs(found).max()))


@every
@pytest.mark.parametrize("grid", [True, False])
def test_derivatives_are_those_of_differences(name: str, grid: bool) -> None:
    field, latents, conditions = field_of(name)
    jet = field.derived(latents, conditions, places(2, grid))
    assert jet.value.shape == (3, GROUP, 7 if grid else 1, 11)
    assert jet.first.shape == jet.second.shape == (3, GROUP, 2, 7 if grid else 1, 11)
    assert jet.value.dtype == jet.first.dtype == jet.second.dtype == np.float64
    corners = "relu" in name
    for axis in (0, 1):
        by_steps = differences(field, latents, conditions, places(1, grid), axis, SHORT_STEP if corners else STEP)
        assert error(jet.first[:, :, axis], by_steps.value, corners) < 1e-5
        flat = name.endswith("relu") and "pyramid" not in name  # nothing bends but at corners
        bends = jet.second[:, :, axis]
        assert np.abs(bends).max() == 0 if flat else error(bends, by_steps.first[:, :, axis], corners) < 1e-5


@every
def test_the_value_is_the_field(name: str) -> None:
    field, latents, conditions = field_of(name, np.float32)
    rows, columns = Axis(11), Axis(9).part(slice(2, 7))
    value = field.derived(latents, conditions, Derived.centers(rows, columns, 1)).value
    assert value.dtype == np.float32
    np.testing.assert_allclose(value, field.pixels(latents, conditions, rows, columns, (1, 1)), atol=3e-5)


@every
def test_numpy_and_torch_derive_the_same(name: str) -> None:
    field, latents, conditions = field_of(name)
    in_torch = Field(field.model, 3, tuple(torch.from_numpy(tensor) for tensor in field.tensors))
    jet = in_torch.derived([torch.from_numpy(one) for one in latents], torch.from_numpy(conditions), places(2))
    for one, other in zip(field.derived(latents, conditions, places(2)).parts(), jet.parts(), strict=True):
        np.testing.assert_allclose(one, other.numpy(), rtol=1e-9, atol=1e-9)


def test_the_bend_of_latents_is_the_mean_of_both_sides_on_a_cell() -> None:
    on, left, right = (cubic_derivatives(np.array([1 / 8 + by]), 8, 2)[2] for by in (0, -1e-7, 1e-7))
    np.testing.assert_allclose(on, (left + right) / 2, atol=1e-4)
    np.testing.assert_allclose(on[0, 2:7] / 16, [-0.5, 3, -5, 3, -0.5])


@pytest.mark.parametrize("name", ["grid plain sine", "grid smooth sine", "grid plain relu-pe"])
def test_derivatives_along_directions_are_sums_of_those_along_axes(name: str) -> None:
    field, latents, conditions = field_of(name)
    where = places(1, grid=False)
    turns = np.random.default_rng(5).normal(size=(1, 2, 11))
    along = field.derived(latents, conditions, replace(where, directions=turns))
    axes = field.derived(latents, conditions, where)
    np.testing.assert_allclose(along.value, axes.value)
    summed = np.einsum("dan,cban->cbdn", turns, axes.first.reshape(*axes.first.shape[:3], -1))
    np.testing.assert_allclose(along.first.reshape(summed.shape), summed, rtol=1e-9, atol=1e-9)
