"""The contract of every conditioning: shapes, one function on numpy and torch, images that differ."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from inrcodec.errors import UnsupportedFileError
from inrcodec.field import conditioning
from inrcodec.field.conditioning import CONDITIONINGS, check_model, conditioning_named, model_for
from inrcodec.field.field import Field, field_shapes, field_specs, image_conditions, level_shapes
from inrcodec.fitting.initial import initial_network
from inrcodec.numerics.coordinates import Axis
from inrcodec.settings import REFERENCE_PIXELS, Architecture, Level, ModelSettings

CODE = (Level(31, 4),)
UNFIT = (
    ModelSettings("tarot"),
    ModelSettings("../../evil"),
    ModelSettings("__init__"),
    ModelSettings("grid"),
    ModelSettings("binary"),
    ModelSettings("bottleneck", hidden_layers=5),
    ModelSettings("latent", levels=()),
    ModelSettings("latent"),
    ModelSettings("hypernetwork", levels=(*CODE, Level(2, 1))),
    ModelSettings("latent", levels=CODE, architecture=Architecture(head_width=4)),
    ModelSettings(architecture=Architecture(head_width=4)),
    ModelSettings(hidden_width=4097),
)
IMAGES = 3
SIZES = [(8, 8), (9, 14), (1, 1), (48, 5)]
POSES = np.array([[0.2, -0.1, 0.3, 0.5], [0, 0, 0, 0], [-0.4, 0.3, -0.5, -1.2]], np.float32)
every = pytest.mark.parametrize("name", [*CONDITIONINGS, *(f"{name} smooth" for name in CONDITIONINGS)])


def model(name: str) -> ModelSettings:
    variant, *space = name.split()
    return msgspec.structs.replace(model_for(variant, REFERENCE_PIXELS), space=space[0] if space else "plain")


def labels_of(name: str, size: tuple[int, int] = (8, 8)) -> np.ndarray:
    return image_conditions(model(name), [size] * IMAGES, POSES)


def tensors(name: str, channels: int) -> list[torch.Tensor]:
    drawn = initial_network(field_specs(model(name), channels, IMAGES), np.random.default_rng(1))
    return [torch.from_numpy(tensor) for tensor in drawn]


def random_latents(name: str, size: tuple[int, int], group: int) -> list[np.ndarray]:
    rng = np.random.default_rng(2)
    shapes = level_shapes(model(name), *size)
    return [rng.integers(-4, 5, (c, group, h, w)).astype(np.float32) for c, h, w in shapes]


@pytest.mark.parametrize("settings", UNFIT, ids=repr)
def test_what_does_not_go_together_is_refused(settings: ModelSettings) -> None:
    with pytest.raises(UnsupportedFileError):
        check_model(settings)
    with pytest.raises(UnsupportedFileError):
        field_shapes(settings, 3, IMAGES)


def test_every_file_of_the_folder_is_a_variant() -> None:
    folder = Path(conditioning.__file__).parent
    assert sorted(CONDITIONINGS) == sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")
    assert CONDITIONINGS[0] == ModelSettings().conditioning


@pytest.mark.parametrize("name", CONDITIONINGS)
def test_traits_are_those_of_the_usual_settings(name: str) -> None:
    settings, traits = model_for(name, REFERENCE_PIXELS), conditioning_named(name).TRAITS
    assert settings.conditioning == name
    assert {"grids": settings.spatial, "code": settings.coded, "none": not settings.levels}[traits.latents]
    for pixels in (1, 100, 10**9):
        check_model(model_for(name, pixels, footprint=2))


@every
def test_shapes_agree(name: str) -> None:
    settings = model(name)
    check_model(settings)
    assert [tuple(tensor.shape) for tensor in tensors(name, 4)] == list(field_shapes(settings, 4, IMAGES))
    assert labels_of(name).shape[0] == IMAGES


@every
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("channels", [3, 4])
def test_numpy_and_torch_compute_the_same_field(name: str, size: tuple[int, int], channels: int) -> None:
    weights = tensors(name, channels)
    latents, conditions = random_latents(name, size, 3), labels_of(name, size)
    rows, columns, samples = Axis(size[0]).part(slice(0, max(1, size[0] // 2))), Axis(size[1] + 3), (2, 3)
    in_torch = Field(model(name), channels, tuple(weights)).pixels(
        [torch.from_numpy(level) for level in latents], torch.from_numpy(conditions), rows, columns, samples
    )
    in_numpy = Field(model(name), channels, tuple(w.numpy() for w in weights)).pixels(
        latents, conditions, rows, columns, samples
    )
    assert in_numpy.shape == (channels, 3, rows.count, columns.count)
    assert in_numpy.dtype == np.float32
    np.testing.assert_allclose(in_numpy, in_torch.numpy(), atol=2e-5)


@every
def test_two_images_differ(name: str) -> None:
    weights = [w.numpy() for w in tensors(name, 3)]
    field = Field(model(name), 3, tuple(weights))
    pixels = field.pixels(random_latents(name, (8, 8), 2), labels_of(name)[:2], Axis(8), Axis(8), (1, 1))
    assert np.abs(pixels[:, 0] - pixels[:, 1]).max() > 1e-3


@every
def test_a_pixel_is_the_mean_over_its_footprint(name: str) -> None:
    field = Field(model(name), 3, tuple(w.numpy() for w in tensors(name, 3)))
    latents, conditions = random_latents(name, (6, 6), 1), labels_of(name)[:1]
    fine = field.pixels(latents, conditions, Axis(12), Axis(18), (1, 1))
    means = fine.reshape(3, 1, 6, 2, 6, 3).mean(axis=(3, 5))
    np.testing.assert_allclose(field.pixels(latents, conditions, Axis(6), Axis(6), (2, 3)), means, atol=1e-5)


@every
def test_images_of_a_group_are_drawn_as_if_alone(name: str) -> None:
    field = Field(model(name), 3, tuple(w.numpy() for w in tensors(name, 3)))
    latents, conditions = random_latents(name, (6, 9), 3), labels_of(name, (6, 9))
    together = field.pixels(latents, conditions, Axis(6), Axis(9), (1, 1))
    for image in range(IMAGES):
        alone = [level[:, image : image + 1] for level in latents]
        drawn = field.pixels(alone, conditions[image : image + 1], Axis(6), Axis(9), (1, 1))
        np.testing.assert_allclose(drawn[:, 0], together[:, image], atol=1e-5)
