"""Sets that no fit ever made: random models, weights and latents within the bounds of the format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from inrcodec.bitstream.context import CONTEXT_STEP, context_shapes, level_contexts
from inrcodec.bitstream.header import Header, pack_shapes
from inrcodec.bitstream.latents import LatentCodec, Latents
from inrcodec.bitstream.packing import pack, pack_latents
from inrcodec.bitstream.weights import LARGEST_LATENT, LARGEST_WEIGHT, CodedTensor
from inrcodec.field.conditioning import CONDITIONINGS
from inrcodec.field.field import field_shapes
from inrcodec.settings import ACTIVATIONS, SPACES, Architecture, Holdout, Level, ModelSettings

SHIFTS = (31, 20, 19, 5, 3, 2, 1, 0)


@dataclass(frozen=True)
class MadeUp:
    """Everything that a file holds, names and figures apart."""

    header: Header
    sizes: list[tuple[int, int]]
    network: tuple[CodedTensor, ...]
    context: tuple[CodedTensor, ...]
    latents: tuple[Latents, ...]

    def file(self) -> bytes:
        """Its bytes."""
        ranges, blocks, _ = pack_latents(self.header, self.context, self.latents)
        names = [str(number) for number in range(len(self.sizes))]
        return pack(self.header, (*self.network, *self.context), ranges, blocks, names, (), poses=self.poses)

    def codec(self) -> LatentCodec:
        """What codes its blocks."""
        ranges, _, _ = pack_latents(self.header, self.context, self.latents)
        return LatentCodec(self.header.model, level_contexts(self.header.model, self.context), ranges)

    @property
    def poses(self) -> np.ndarray | None:
        """Of every image, where the header asks for them."""
        if not self.header.model.posed:
            return None
        return np.arange(4 * len(self.sizes), dtype=np.int8).reshape(-1, 4) - 7


def assert_same_latents(found: Sequence[Latents], expected: Sequence[Latents]) -> None:
    """Of all images, level by level, and stored alike."""
    for one, other in zip(found, expected, strict=True):
        for level, same in zip(one, other, strict=True):
            assert level.dtype == np.int16
            np.testing.assert_array_equal(level, same)


def random_model(rng: np.random.Generator) -> ModelSettings:
    """A small model of any conditioning, with any levels that it may have."""
    conditioning = str(rng.choice(CONDITIONINGS))
    shifts = sorted(rng.choice(SHIFTS, size=rng.integers(0, 5), replace=False).tolist(), reverse=True)
    levels = tuple(Level(shift, int(rng.integers(1, 4))) for shift in shifts) if conditioning == "pyramid" else ()
    if conditioning in ("latent", "hypernetwork"):
        levels = (Level(int(rng.choice([20, 31])), int(rng.integers(1, 6))),)
    hidden, layers, footprint, units = (int(rng.integers(1, top)) for top in (7, 4, 3, 6))
    network = Architecture(
        str(rng.choice(ACTIVATIONS)),
        int(rng.integers(1, 4)) if layers > 2 else 1,
        int(rng.integers(0, 4)) if conditioning == "hypernetwork" else 0,
        int(rng.integers(1, 60)),
        tuple(rng.integers(1, 60, layers - 1).tolist()) if rng.random() < 0.3 else (),
    )
    if rng.random() < 0.4:
        network = Architecture()
    space = str(rng.choice(SPACES))
    return ModelSettings(conditioning, hidden, layers, footprint, levels, units, network, space)


def written(element: Any) -> Any:
    """An element of a header as it is written: a model without what is as usual at its end."""
    if not isinstance(element, ModelSettings):
        return element
    network = msgspec.structs.astuple(element.architecture)
    told = (*msgspec.structs.astuple(element)[:-2], network if element.architecture.hidden_w0 else network[:-1])
    if element.space != "plain":
        return (*told, element.space)
    return told[:-1] if element.architecture == Architecture() else told


def random_tensor(rng: np.random.Generator, shape: Sequence[int], step: int, largest: int) -> CodedTensor:
    """Integers up to `largest` either way, mostly small ones."""
    spread = rng.integers(-largest, largest + 1, shape)
    return CodedTensor(np.where(rng.random(shape) < 0.9, spread >> rng.integers(0, 15), spread), step)


def random_latents(rng: np.random.Generator, model: ModelSettings, sizes: Sequence[tuple[int, int]]) -> list[Latents]:
    """Latents whose channels have ranges of all sizes, one value only included."""
    ends = [np.sort(rng.integers(-LARGEST_LATENT, LARGEST_LATENT + 1, (level.channels, 2))) for level in model.levels]
    ends = [end if rng.random() < 0.2 else np.sort(end % 7 - 3) for end in ends]
    return [
        tuple(
            rng.integers(
                end[:, :1, None], end[:, 1:, None] + 1, (len(end), level.cells(height), level.cells(width))
            ).astype(np.int16)
            for level, end in zip(model.levels, ends, strict=True)
        )
        for height, width in sizes
    ]


def random_set(seed: int, *, images: int | None = None, side: int = 12, **model: Any) -> MadeUp:
    """A set of tiny images of mixed sizes; `model` are settings that are not left to chance."""
    rng = np.random.default_rng(seed)
    settings = ModelSettings(**model) if model else random_model(rng)
    sizes = [
        (int(height), int(width)) for height, width in rng.integers(1, side + 1, (images or rng.integers(1, 6), 2))
    ]
    shapes, index = pack_shapes(sizes)
    channels = int(rng.integers(3, 5))
    header = Header(1, channels, len(sizes), shapes, index, settings, Holdout(1, 2, "strict"), "made up")
    network = tuple(random_tensor(rng, shape, -40, 300) for shape in field_shapes(settings, channels, len(sizes)))
    largest = int(rng.choice([40, LARGEST_WEIGHT]))
    context = tuple(random_tensor(rng, shape, CONTEXT_STEP, largest) for shape in context_shapes(settings))
    return MadeUp(header, sizes, network, context, tuple(random_latents(rng, settings, sizes)))
