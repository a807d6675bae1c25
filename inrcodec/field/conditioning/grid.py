"""The study's first design: the image's place in the set, in [-1, 1], is a third coordinate; there are no latents."""

from __future__ import annotations

from collections.abc import Sequence

from inrcodec.field.conditioning import Feed, Places
from inrcodec.field.grids import NUMBER_RATE, labelled_specs
from inrcodec.field.siren import Array, Siren
from inrcodec.field.tensors import TensorSpec
from inrcodec.numerics.arrays import FloatArray
from inrcodec.numerics.coordinates import image_places
from inrcodec.settings import ModelSettings


def labels(images: int) -> FloatArray:
    """The place in the set: -1 for the first image, 1 for the last."""
    return image_places(images)[:, None]


def specs(model: ModelSettings, channels: int, images: int) -> tuple[TensorSpec, ...]:
    """x, y and the place go in."""
    return labelled_specs(model, channels, 1, rate=NUMBER_RATE)


def feed(
    model: ModelSettings, tensors: Sequence[Array], latents: Sequence[Array], labels: Array, places: Places
) -> Feed:
    """[x, y, place] at every point."""
    return Feed(Siren.from_tensors(tensors, model.network.activation), places.inputs(model, labels))
