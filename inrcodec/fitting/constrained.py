"""The fit of one field to constraints: read `ConstrainedFit.steps` top to bottom. A loss without a rate."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from inrcodec.bitstream.weights import CodedTensor
from inrcodec.field.jets import Jet
from inrcodec.fitting.checkpoint import Snapshot
from inrcodec.fitting.coding import coded_weights
from inrcodec.fitting.constrained_checkpoint import Standing, owner_of, restore, snapshot_of
from inrcodec.fitting.constraints import Constraint, Sample
from inrcodec.fitting.devices import device_kind, device_named
from inrcodec.fitting.initial import initial_network
from inrcodec.fitting.measured_steps import finest_step, measured_steps, rounded
from inrcodec.fitting.networks import Network
from inrcodec.fitting.process import Allotment
from inrcodec.fitting.whole_steps import WholeSteps
from inrcodec.numerics.arrays import FloatArray
from inrcodec.numerics.coordinates import Axis

PLACES = 1024  # that a step looks at
LEARNING_RATE, LEAST_RATE, WARM_UP = 4e-3, 0.002, 100  # of Adam: share at the end, steps at the beginning
PRECISE = (0.6, 0.75, 0.9)  # shares of a precise fit after which a layer stays as it will be stored; last: all deeper
LEAST_ROOM = 0.1  # of a time limit, for steps
MEASURED_PLACES = 4096  # on which quantization is judged
SMOOTHING = 0.99
TILE_PLACES = 1 << 15


@dataclass(frozen=True)
class ConstrainedSettings:
    """How long to fit, and where; nothing here is needed to decode.

    time_limit in seconds, of which as many as so many steps take (`ending_steps`) are left for what comes after them;
    places: of one step.
    """

    steps: int
    time_limit: float | None = None
    device: str = "auto"
    threads: int = 1
    seed: int = 0
    places: int = PLACES
    learning_rate: float = LEARNING_RATE
    ending_steps: float = 0.0
    precise: bool = False  # layer by layer becomes integers while the others can make up for it


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
    """One network of a signal, fitted to constraints."""

    def __init__(self, network: Network, constraints: Sequence[Constraint], settings: ConstrainedSettings) -> None:
        self._device = device_named(settings.device)
        drawn = initial_network(network.specs(), np.random.default_rng(settings.seed))
        self.tensors = [torch.from_numpy(tensor).to(self._device).requires_grad_() for tensor in drawn]
        self.network = network
        self._constraints, self._settings = tuple(constraints), settings
        self._adam = torch.optim.Adam(self.tensors, betas=(0.9, 0.99), fused=device_kind(self._device).fused_adam)
        self._rng = np.random.default_rng(settings.seed)
        self._allotment = Allotment(threads=settings.threads, keep_memory=True)
        self._settled: dict[int, int] = {}  # quantization steps of tensors that are as they will be stored
        self.standing = Standing()
        self._undivided = WholeSteps()

    def steps(self) -> Iterator[Advance]:
        """Fit; yields after every step."""
        with self._allotment.applied():
            yield from self._steps()

    def _steps(self) -> Iterator[Advance]:
        settings, started, now = self._settings, time.monotonic(), self.standing
        first, earlier, resumed = now.step, now.seconds, now.done
        ahead = resumed - first / settings.steps  # of the steps, by a time limit that an interrupted run had
        boldness = min(one.boldness for one in self._constraints)
        while now.done < 1.0:
            with self._undivided:
                for group in self._adam.param_groups:
                    group["lr"] = settings.learning_rate * boldness * _rate(now.done, now.step)
                self._adam.zero_grad()
                loss = self._loss(self.tensors, self._rng, settings.places)
                loss.backward()  # type: ignore[no-untyped-call]
                self._adam.step()
                now.step, seconds = now.step + 1, time.monotonic() - started
                now.seconds, done = earlier + seconds, ahead + now.step / settings.steps
                if settings.time_limit is not None:  # it counts anew for what was left
                    room = settings.time_limit - settings.ending_steps * seconds / (now.step - first)
                    share = seconds / max(room, LEAST_ROOM * settings.time_limit)
                    done = max(done, resumed + (1 - resumed) * share)
                now.done = min(1.0, done)
                self._settle_until(now.done)
                now.loss = SMOOTHING * now.loss + (1 - SMOOTHING) * float(loss.detach())
                now.weight = SMOOTHING * now.weight + 1 - SMOOTHING
            yield self.advance
            self._undivided.answer()

    @property
    def advance(self) -> Advance:
        """How far it is."""
        now = self.standing
        loss = now.loss / now.weight if now.weight else math.nan
        left = now.seconds * (1 - now.done) / now.done if now.done else math.nan
        return Advance(now.step, self._settings.steps, loss, now.seconds, left, now.done)

    @property
    def work(self) -> tuple[int, float]:
        """What a copy of the fit would keep; see `Meter.work`."""
        return self.standing.step, 0.0

    @property
    def behind(self) -> float:
        """Share of the fit's time that is over."""
        return self.standing.done

    @property
    def torn(self) -> bool:
        """Whether something ended it in the middle of a step: a copy of it is worth nothing."""
        return self._undivided.torn

    def snapshot(self, **told: Any) -> Snapshot:
        """A copy of the fit as it stands between two steps; told: what its caller wants to find in it again."""
        return snapshot_of(self.standing, self.tensors, self._adam, self._rng, self._settled, self._owner, told)

    def restore(self, path: Path) -> dict[str, Any]:
        """Go on from a checkpoint of the same constraints and settings; returns what its caller told it."""
        self.standing, self._settled, told = restore(path, self.tensors, self._adam, self._rng, self._owner)
        for number in self._settled:
            self.tensors[number].requires_grad_(False)
        return told

    @cached_property
    def _owner(self) -> str:
        """What is fitted, but not where or how long."""
        place_free = replace(self._settings, time_limit=None, device="", threads=1, ending_steps=0.0)
        return owner_of(repr((self.network, place_free)), self._constraints)

    @torch.no_grad()
    def means(self) -> FloatArray:
        """The mean of every channel over all samples, (channels,)."""
        return np.asarray(self.samples().reshape(-1, self.network.channels).mean(axis=0), dtype=np.float32)

    @torch.no_grad()
    def samples(self) -> FloatArray:
        """The field at the centers of all samples, (sides reversed, channels), not limited and not quantized."""
        sides = self.network.sides
        centers = [Axis(side).exact_centers() for side in sides]
        numbers = np.unravel_index(np.arange(math.prod(sides)), sides[::-1])
        points = np.stack([axis[where] for axis, where in zip(centers, numbers[::-1], strict=True)], axis=1)
        return self.evaluated(points).reshape(*sides[::-1], -1)

    @torch.no_grad()
    def evaluated(self, points: NDArray[np.float64]) -> FloatArray:
        """The field at points (count, axes), (count, channels), not quantized."""
        found = np.empty((len(points), self.network.channels), np.float32)
        for first in range(0, len(points), TILE_PLACES):
            part = slice(first, first + TILE_PLACES)
            found[part] = self.network.jet(self.tensors, points[part], 0, None).value.T.cpu().numpy()
        return found

    @torch.no_grad()
    def settle(self, wanted: FloatArray) -> None:
        """Shift every channel by a constant, so that its mean is the one wanted, (channels,)."""
        shift = torch.from_numpy(wanted - self.means()).to(self._device)
        self.tensors[1][-self.network.channels :] += shift

    @torch.no_grad()
    def _settle_until(self, done: float) -> None:
        """Round for good what is due by now: the tensors behind make up for what that does to phases."""
        due = int(self.network.settled <= done < 1.0)
        if self._settings.precise:
            layers = len(self.tensors) // 2  # weights and bias; the output comes last
            due = max(due, 2 * sum(done >= PRECISE[min(layer, len(PRECISE) - 1)] for layer in range(layers)))
        for number in range(len(self._settled), due):
            tensor = self.tensors[number]
            self._settled[number] = finest_step(tensor)
            tensor.copy_(rounded(tensor, self._settled[number]))
            tensor.requires_grad_(False)
            tensor.grad = None

    @torch.no_grad()
    def finish(self, also: Sequence[Constraint] = ()) -> tuple[CodedTensor, ...]:
        """The network as integers: as coarse as leaves the error of every constraint, and of `also`, as it is."""
        judged = (*self._constraints, *also)

        def losses(tensors: Sequence[torch.Tensor]) -> list[float]:
            return [
                float(self._constraint_loss(tensors, one, np.random.default_rng(0), MEASURED_PLACES)) for one in judged
            ]

        with self._allotment.applied():
            steps = measured_steps(self.tensors, losses, self._settled)
        return coded_weights(self.tensors, steps)

    def _loss(self, tensors: Sequence[torch.Tensor], rng: np.random.Generator, places: int) -> torch.Tensor:
        """The sum over constraints of weight times the mean error."""
        shares = sum(one.share for one in self._constraints)
        losses = [
            one.weight * self._constraint_loss(tensors, one, rng, max(1, int(places * one.share / shares)))
            for one in self._constraints
        ]
        return torch.stack(losses).sum()

    def _constraint_loss(
        self, tensors: Sequence[torch.Tensor], constraint: Constraint, rng: np.random.Generator, places: int
    ) -> torch.Tensor:
        """The mean, over a constraint's kinds of samples, of the mean error to the power of its norm."""
        means = []
        for sample in constraint.samples(rng, places):
            targets = torch.from_numpy(sample.targets).to(self._device)
            errors = sample.residual(self._jet(tensors, sample), targets)
            means.append((errors.square() if constraint.norm == 2 else errors.abs()).mean())
        return torch.stack(means).mean()

    def _jet(self, tensors: Sequence[torch.Tensor], sample: Sample) -> Jet:
        """The field at its points: value (channels, count), derivatives (channels, directions, count)."""
        return self.network.jet(tensors, sample.points, sample.order, sample.directions)


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
