"""The fit of one field to constraints: read `ConstrainedFit.steps` top to bottom. A loss without a rate."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from inrcodec.bitstream.weights import CodedTensor
from inrcodec.field.field import Field, field_specs, image_conditions
from inrcodec.field.jets import Jet
from inrcodec.field.places import Derived
from inrcodec.fitting.coding import coded_weights
from inrcodec.fitting.constraints import Constraint, Sample
from inrcodec.fitting.devices import device_kind, device_named
from inrcodec.fitting.initial import initial_network
from inrcodec.fitting.measured_steps import measured_steps
from inrcodec.fitting.process import Allotment
from inrcodec.numerics.arrays import FloatArray, Pixels
from inrcodec.numerics.coordinates import Axis
from inrcodec.settings import ModelSettings

PLACES = 1024  # that a step looks at
LEARNING_RATE, LEAST_RATE, WARM_UP = 4e-3, 0.002, 100  # of Adam: share at the end, steps at the beginning
MEASURED_PLACES = 4096  # on which quantization is judged
SMOOTHING = 0.99
TILE_PLACES = 1 << 15


@dataclass(frozen=True)
class ConstrainedSettings:
    """How long to fit, and where; nothing here is needed to decode. time_limit in seconds."""

    steps: int
    time_limit: float | None = None
    device: str = "auto"
    threads: int = 1
    seed: int = 0


@dataclass(frozen=True)
class Advance:
    """How far a fit is; `loss` is a running mean of the weighted sum over all constraints."""

    step: int
    steps: int
    loss: float
    seconds: float
    remaining: float
    done: float  # share of the whole, 0 to 1


class ConstrainedFit:
    """One SIREN of a signal whose axes have `sides` samples (x first), fitted to constraints."""

    def __init__(
        self,
        model: ModelSettings,
        channels: int,
        sides: tuple[int, ...],
        constraints: Sequence[Constraint],
        settings: ConstrainedSettings,
    ) -> None:
        device = device_named(settings.device)
        drawn = initial_network(field_specs(model, channels, 1), np.random.default_rng(settings.seed))
        self.tensors = [torch.from_numpy(tensor).to(device).requires_grad_() for tensor in drawn]
        self.model, self.channels, self.sides = model, channels, sides
        self._constraints, self._settings = tuple(constraints), settings
        self._conditions = torch.from_numpy(image_conditions(model, [(1, 1)])).to(device)
        self._adam = torch.optim.Adam(self.tensors, betas=(0.9, 0.99), fused=device_kind(device).fused_adam)
        self._rng = np.random.default_rng(settings.seed)
        self._allotment = Allotment(threads=settings.threads, keep_memory=True)

    def steps(self) -> Iterator[Advance]:
        """Fit; yields after every step."""
        with self._allotment.applied():
            yield from self._steps()

    def _steps(self) -> Iterator[Advance]:
        settings, started = self._settings, time.monotonic()
        done, step, mean, weight = 0.0, 0, 0.0, 0.0
        boldness = min(one.boldness for one in self._constraints)
        while done < 1.0:
            for group in self._adam.param_groups:
                group["lr"] = LEARNING_RATE * boldness * _rate(done, step)
            self._adam.zero_grad()
            loss = self._loss(self.tensors, self._rng, PLACES)
            loss.backward()  # type: ignore[no-untyped-call]
            self._adam.step()
            step, seconds = step + 1, time.monotonic() - started
            done = step / settings.steps
            if settings.time_limit is not None:
                done = max(done, seconds / settings.time_limit)
            done = min(1.0, done)
            mean = SMOOTHING * mean + (1 - SMOOTHING) * float(loss.detach())
            weight = SMOOTHING * weight + 1 - SMOOTHING
            yield Advance(step, settings.steps, mean / weight, seconds, seconds * (1 - done) / done, done)

    @torch.no_grad()
    def means(self) -> FloatArray:
        """The mean of every channel over all samples, (channels,)."""
        return np.asarray(self.picture().mean(axis=(0, 1)), dtype=np.float32)

    @torch.no_grad()
    def picture(self) -> Pixels:
        """The field at the centers of all pixels, (height, width, channels), not limited and not quantized."""
        width, height = self.sides
        rows = max(1, TILE_PLACES // width)
        parts = []
        for top in range(0, height, rows):
            tall = Axis(height).part(slice(top, min(top + rows, height)))
            jet = self._field(self.tensors).derived((), self._conditions, Derived.centers(tall, Axis(width), 0))
            parts.append(jet.value[:, 0].permute(1, 2, 0).cpu().numpy())
        return np.asarray(np.concatenate(parts), dtype=np.float32)

    @torch.no_grad()
    def settle(self, wanted: FloatArray) -> None:
        """Shift every channel by a constant, so that its mean is the one wanted, (channels,)."""
        shift = torch.from_numpy(wanted - self.means()).to(self._conditions.device)
        self.tensors[1][-self.channels :] += shift

    @torch.no_grad()
    def finish(self, also: Sequence[Constraint] = ()) -> tuple[CodedTensor, ...]:
        """The network as integers: as coarse as leaves the error of every constraint, and of `also`, as it is."""
        judged = (*self._constraints, *also)

        def losses(tensors: Sequence[torch.Tensor]) -> list[float]:
            return [
                float(self._constraint_loss(tensors, one, np.random.default_rng(0), MEASURED_PLACES)) for one in judged
            ]

        with self._allotment.applied():
            steps = measured_steps(self.tensors, losses)
        return coded_weights(self.tensors, steps)

    def _loss(self, tensors: Sequence[torch.Tensor], rng: np.random.Generator, places: int) -> torch.Tensor:
        """The sum over constraints of weight times the mean error."""
        each = max(1, places // len(self._constraints))
        losses = [one.weight * self._constraint_loss(tensors, one, rng, each) for one in self._constraints]
        return torch.stack(losses).sum()

    def _constraint_loss(
        self, tensors: Sequence[torch.Tensor], constraint: Constraint, rng: np.random.Generator, places: int
    ) -> torch.Tensor:
        """The mean, over a constraint's kinds of samples, of the mean error to the power of its norm."""
        means = []
        for sample in constraint.samples(rng, places):
            targets = torch.from_numpy(sample.targets).to(self._conditions.device)
            errors = sample.residual(self._jet(tensors, sample), targets)
            means.append((errors.square() if constraint.norm == 2 else errors.abs()).mean())
        return torch.stack(means).mean()

    def _jet(self, tensors: Sequence[torch.Tensor], sample: Sample) -> Jet:
        """The field at its points: value (channels, count), derivatives (channels, directions, count)."""
        x, y = sample.points[:, 0], sample.points[:, 1]
        places = Derived(x, y, sample.order, grid=False, directions=sample.directions)
        jet = self._field(tensors).derived((), self._conditions, places)
        return Jet(*(part.reshape(*part.shape[:1], *part.shape[2:-2], -1) for part in jet.parts()))

    def _field(self, tensors: Sequence[torch.Tensor]) -> Field:
        return Field(self.model, self.channels, tuple(tensors))


def _rate(done: float, step: int) -> float:
    """Factor on the learning rate: a short warm-up, then half a cosine."""
    return min(1.0, (step + 1) / WARM_UP) * (0.5 * (1.0 + math.cos(math.pi * done)) + LEAST_RATE)


def repeated(tensors: Sequence[CodedTensor], channels: int) -> tuple[CodedTensor, ...]:
    """A network of one channel, as one with that channel several times: gray as red, green and blue."""
    first, bias, *between, output = tensors
    return (
        CodedTensor(np.concatenate([first.integers[:-1], *[first.integers[-1:]] * channels]), first.step),
        CodedTensor(np.concatenate([bias.integers[:-1], *[bias.integers[-1:]] * channels]), bias.step),
        *between,
        CodedTensor(np.concatenate([output.integers] * channels), output.step),
    )
