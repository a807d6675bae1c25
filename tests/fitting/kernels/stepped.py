"""A step of the kernels on a few images of random pixels, and the same in float64 with autograd."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from inrcodec.bitstream.context import context_shapes
from inrcodec.field.field import field_shapes, level_shapes
from inrcodec.field.siren import Siren
from inrcodec.fitting.distortion import squared
from inrcodec.fitting.entropy.context import latent_bits
from inrcodec.fitting.kernels.engine import KernelStep
from inrcodec.fitting.kernels.images import ImageGroup
from inrcodec.fitting.kernels.parts import Outcome, Part, Quantization, Rates
from inrcodec.fitting.optimizer import FIRST_DECAY, SECOND_DECAY, TINY
from inrcodec.numerics.coordinates import Axis, interpolation
from inrcodec.settings import Level, ModelSettings

ROUNDED = Quantization(rounded=True)
USUAL = (Level(2, 4), Level(1, 3), Level(0, 1))


def rates_of(rate: float) -> Rates:
    """As the fit has them."""
    return Rates(rate, FIRST_DECAY, SECOND_DECAY, TINY)


@dataclass
class Case:
    """A step on a few images of random pixels."""

    height: int
    width: int
    channels: int = 3
    footprint: int = 1
    model: ModelSettings = field(default_factory=ModelSettings)
    images: int = 2
    masked: bool = True
    margin: float | None = squared.MARGIN
    framed: bool = False

    def __post_init__(self) -> None:
        rng = np.random.default_rng(0)
        shapes = (*field_shapes(self.model, self.channels, 1), *context_shapes(self.model))
        self.tensors = [(0.3 * rng.standard_normal(shape)).astype(np.float32) for shape in shapes]
        size = self.images, self.height, self.width
        self.targets = (rng.random((self.images, self.channels, *size[1:])) * 1.4 - 0.2).clip(0, 1).astype(np.float32)
        self.visible = (rng.random(size) > 0.1).astype(np.float32) if self.masked else None
        usual = np.tile(np.array([1, 0, 0, 0, 1, 0]), (self.images, 1))
        self.frames = (usual + self.framed * 0.2 * rng.standard_normal(usual.shape)).astype(np.float32)
        self.group = ImageGroup(self.model, self.targets, self.visible, self.frames)
        self.latents = rng.laplace(0, 1.5, (self.images, self.group.values)).astype(np.float32)
        self.group.latents[:] = self.latents
        self.scales = rng.random((self.images, 2)).astype(np.float32) / (self.height * self.width)
        self.shares = rng.random(self.images).astype(np.float32)

    @property
    def weights(self) -> np.ndarray:
        return np.concatenate([tensor.reshape(-1) for tensor in self.tensors])

    @property
    def nearest(self) -> np.ndarray:
        """The whole numbers that latents are rounded to."""
        return np.asarray(np.floor(self.latents + 0.5))

    @property
    def part(self) -> Part:
        rows = np.arange(self.images)
        return Part(self.group, rows, rows, self.scales, self.shares)

    def step(self, quantization: Quantization = ROUNDED, workers: int = 1, seed: int = 5, **options: Any) -> Outcome:
        kernels = KernelStep(self.model, self.channels, workers)
        options = {"footprint": self.footprint, "margin": self.margin} | options
        outcome = kernels.step(self.weights, [self.part], quantization, rates_of(0.0), seed, **options)
        kernels.close()
        return outcome

    def expected(
        self, latents: torch.Tensor, tensors: list[torch.Tensor]
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Sums of squared errors, bits, and sums of squared errors as shown, of every image, in float64."""
        network = len(field_shapes(self.model, self.channels, 1))
        shapes = level_shapes(self.model, self.height, self.width)
        counts = [channels * down * across for channels, down, across in shapes]
        levels = [
            part.reshape(-1, *shape).transpose(0, 1)
            for part, shape in zip(torch.split(latents, counts, dim=1), shapes, strict=True)
        ]
        rows, columns = (Axis(side).finer(self.footprint) for side in (self.height, self.width))
        across = torch.from_numpy(columns.centers()).double()[None, None]
        down = torch.from_numpy(rows.centers()).double()[None, :, None]
        a, b, c, d, e, f = torch.from_numpy(self.frames).double().T[:, :, None, None]
        planes = [(a * across + b * down + c)[None], (d * across + e * down + f)[None]]
        planes += [_matrix(rows, level.shape[2]) @ level @ _matrix(columns, level.shape[3]).T for level in levels]
        inputs = torch.cat(planes)
        colors = Siren.from_tensors(tensors[:network]).colors(inputs.reshape(len(inputs), -1))
        split = self.height, self.footprint, self.width, self.footprint
        value = colors.reshape(self.channels, self.images, *split).mean(dim=(3, 5))
        target = torch.from_numpy(self.targets).double().transpose(0, 1)
        errors = (value - target) ** 2 if self.margin is None else squared.errors(value, target)
        shown = squared.shown_errors(value.detach(), target)
        if self.visible is not None:
            errors, shown = (part * torch.from_numpy(self.visible) for part in (errors, shown))
        bits = torch.split(latent_bits(self.model, tensors[network:], levels), [level.numel() for level in levels])
        each = [part.reshape(level.shape).sum(dim=(0, 2, 3)) for part, level in zip(bits, levels, strict=True)]
        return errors.sum(dim=(0, 2, 3)), torch.stack(each).sum(dim=0), shown.sum(dim=(0, 2, 3))


def _matrix(axis: Axis, cells: int) -> torch.Tensor:
    """Dense weights (samples, cells)."""
    found = interpolation(axis, cells)
    matrix = np.zeros((axis.count, cells))
    matrix[:, found.first : found.first + found.weights.shape[1]] = found.weights
    return torch.from_numpy(matrix)


def model(width: int = 32, layers: int = 2, levels: tuple[Level, ...] = USUAL, context: int = 16) -> ModelSettings:
    return ModelSettings(hidden_width=width, hidden_layers=layers, levels=levels, context_width=context)


def close(found: np.ndarray, expected: np.ndarray, tolerance: float = 1e-5) -> bool:
    """Whether arrays are equal up to a share of the largest value."""
    return bool(np.abs(found - expected).max() <= tolerance * np.abs(expected).max())
