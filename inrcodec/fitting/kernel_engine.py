"""Steps by compiled kernels: a run's tensors as the arrays that kernels work on, in the same memory."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

import numpy as np
import numpy.typing as npt
import torch

from inrcodec.bitstream.context import CONTEXT_STEP
from inrcodec.bitstream.weights import step_size
from inrcodec.field.grids import FRAME
from inrcodec.fitting import schedule
from inrcodec.fitting.distortion.squared import MARGIN
from inrcodec.fitting.groups import BatchPart, Group
from inrcodec.fitting.kernels.compiling import compiled_before
from inrcodec.fitting.kernels.engine import KernelStep, Outcome, Part, Quantization, Rates
from inrcodec.fitting.kernels.images import ImageGroup
from inrcodec.fitting.optimizer import FIRST_DECAY, SECOND_DECAY, TINY
from inrcodec.fitting.pace import cells_apart
from inrcodec.fitting.process import PIXELS_FOR_WORKERS
from inrcodec.fitting.rounding import RoundingContext
from inrcodec.fitting.run import Run
from inrcodec.fitting.sensitivity import SAMPLE_PIXELS, mean_error, sampled
from inrcodec.fitting.step import Observation, StepContext, StepResult
from inrcodec.fitting.workers import Task

Result = TypeVar("Result")


class KernelEngine:
    """A context: inside, steps are done by threads. What comes out does not depend on how many there are."""

    name = "kernel"

    def __init__(self, run: Run, workers: int) -> None:
        self._run, self.count = run, workers
        self.batch_images = 2 if max(group.pixels for group in run.groups) > PIXELS_FOR_WORKERS else 1
        self._kernels = KernelStep(run.model, run.channels, workers)
        self._groups: list[ImageGroup] = []
        self._seen: list[npt.NDArray[np.float32]] = []  # by group, visible pixels of each image
        self._numbers: list[npt.NDArray[np.int64]] = []  # by group, places of images in the set
        self._steps = _WeightSteps(run)

    @property
    def compiles(self) -> bool:
        """Whether the first step will take seconds."""
        return not compiled_before()

    def __enter__(self) -> Self:
        """Move pictures and latents to where kernels want them; tensors of the run are views of it from now on."""
        for group in self._run.groups:
            visible = None if group.visible is None else group.visible.numpy()
            self._groups.append(_shared(self._run, group, visible))
            count = len(group.numbers)
            self._numbers.append(group.numbers.numpy())
            self._seen.append(np.full(count, group.pixels) if visible is None else visible.sum(axis=(1, 2)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the threads; tensors of the run stay views."""
        self._kernels.close()

    def step(self, context: StepContext, batch: Sequence[BatchPart]) -> tuple[list[StepResult], torch.Tensor]:
        """Do the batch; one result, and the gradient (weights,)."""
        run = self._run
        parts = [self._part(context, number, rows) for number, rows in batch]
        outcome = self._kernels.step(
            self._steps.rounded(run.adam.weights.numpy(), context.weight_steps),
            parts,
            _quantization(context),
            None if context.latents_frozen else _rates(run.latent_rate * context.learning_rate),
            context.noise_seed(0),
            footprint=context.footprint,
            margin=MARGIN,
            released=context.released,
            with_weights=not run.network_frozen,
        )
        return [self._result(context, batch, parts, outcome)], torch.from_numpy(outcome.gradient)

    @torch.no_grad()
    def error(self, network: Sequence[torch.Tensor]) -> float:
        """See `sensitivity.mean_error`."""
        run = self._run
        if max(group.pixels for group in run.groups) > SAMPLE_PIXELS:
            return mean_error(run, network)  # which looks at some pixels of each image
        weights = torch.cat([tensor.reshape(-1) for tensor in (*network, *run.context)]).numpy()
        total, weight = 0.0, 0
        for number, images in sampled(run):
            rows, pixels = images.numpy(), run.groups[number].pixels
            nothing = np.zeros((len(rows), 2), np.float32)
            outcome = self._kernels.step(
                weights, [Part(self._groups[number], rows, rows, nothing, nothing[:, 0])], Quantization(rounded=True),
                None, 0, footprint=run.footprint, margin=MARGIN, released=run.released, with_weights=False,
                with_rate=False,
            )  # fmt: skip
            seen = len(rows) * pixels if run.released else max(1.0, float(self._seen[number][rows].sum()))
            total += float(outcome.errors.sum()) / (seen * run.channels) * len(rows) * pixels
            weight += len(rows) * pixels
        return total / weight

    def divide(self, task: Task[Result], batch: Sequence[BatchPart]) -> list[Result]:
        """Do a task for every part of the batch, each whole, so that results are those of any number of threads."""
        nothing = torch.zeros(0)
        with ThreadPoolExecutor(self.count) as threads:
            return list(threads.map(lambda part: task.process(self._run, [part], 0, nothing), batch))

    def round_latents(self, context: RoundingContext, batch: Sequence[BatchPart]) -> None:
        """Latents of the batch become whole numbers by what they cost."""
        parts = []
        for number, rows in batch:
            pixels = self._run.groups[number].pixels
            seen = np.full(len(rows), pixels) if context.released else np.maximum(self._seen[number][rows], 1.0)
            scales = np.full((len(rows), 2), context.rate_weight, np.float32)
            scales[:, 0] = pixels / seen / self._run.channels
            parts.append(Part(self._groups[number], rows, rows, scales, scales[:, 0]))
        self._kernels.decide(
            self._steps.rounded(self._run.adam.weights.numpy(), context.weight_steps),
            parts,
            context.levels,
            cells_apart(context.footprint),
            footprint=context.footprint,
            margin=MARGIN,
            released=context.released,
        )

    def _part(self, context: StepContext, number: int, rows: npt.NDArray[np.int64]) -> Part:
        """Images as kernels take them: each one's loss is that of `objective`, and batches are means over pixels."""
        group, count = self._run.groups[number], len(rows)
        scales = np.empty((count, 2), np.float32)
        scales[:, 0] = self._weight_of_error(context, number, rows)
        scales[:, 1] = context.rate_weight / group.pixels
        shares = np.full(count, group.pixels / context.pixels, np.float32)
        return Part(self._groups[number], rows, self._numbers[number][rows], scales, shares)

    def _weight_of_error(self, context: StepContext, number: int, rows: npt.NDArray[np.int64]) -> float:
        """Of a squared error in the mean of an image's visible ones, where images of a part are seen alike."""
        group = self._run.groups[number]
        pixels = len(rows) * group.pixels if context.released else max(1.0, float(self._seen[number][rows].sum()))
        return len(rows) / (pixels * self._run.channels)

    def _result(
        self, context: StepContext, batch: Sequence[BatchPart], parts: Sequence[Part], outcome: Outcome
    ) -> StepResult:
        error = bits = 0.0
        observations, first = [], 0
        for (number, rows), part in zip(batch, parts, strict=True):
            pixels, last = self._run.groups[number].pixels, first + len(rows)
            errors = outcome.shown[first:last] * part.scales[:, 0]
            bits_each = float(outcome.bits[first:last].sum()) / len(rows)
            error += float(errors.sum()) * pixels / context.pixels
            bits += bits_each * len(rows) / context.pixels
            observations.append(Observation(part.numbers, errors, bits_each))
            first = last
        return StepResult(error, bits, observations)


def _shared(run: Run, group: Group, visible: npt.NDArray[np.float32] | None) -> ImageGroup:
    """A group as kernels have it, whose memory the group's tensors share from now on."""
    frames = group.conditions[:, -FRAME:].numpy() if run.model.posed else None
    limits = None if group.limits is None else (group.limits[0].numpy(), group.limits[1].numpy())
    targets, rates = group.targets.transpose(0, 1).numpy(), group.adam.factors.numpy()
    shared = ImageGroup(run.model, targets, visible, frames, rates, limits)
    group.targets.data = torch.from_numpy(shared.targets).transpose(0, 1)
    views = shared.latents, shared.first_moments, shared.second_moments, shared.visits[:, None]
    for tensor, view in zip(group.adam.state(), views, strict=True):
        view[:] = tensor.numpy()
        tensor.data = torch.from_numpy(view)
    return shared


class _WeightSteps:
    """The step of every weight, (weights,), and its inverse, once the steps of tensors are chosen; see `run.field`."""

    def __init__(self, run: Run) -> None:
        self._sizes = [tensor.numel() for tensor in run.network], sum(tensor.numel() for tensor in run.context)
        self._known: list[int] = []
        self._steps = np.empty(0, np.float32)

    def rounded(self, weights: npt.NDArray[np.float32], steps: list[int]) -> npt.NDArray[np.float32]:
        """Weights as the loss sees them."""
        if not steps:
            return weights
        if steps != self._known:
            network, context = self._sizes
            each = np.repeat([step_size(step) for step in steps], network)
            self._steps = np.append(each, np.full(context, step_size(CONTEXT_STEP))).astype(np.float32)
            self._known = list(steps)
        return np.asarray(np.rint(weights / self._steps) * self._steps, dtype=np.float32)


def _rates(rate: float) -> Rates:
    """Of latents, as `RowAdam` has them."""
    return Rates(rate, FIRST_DECAY, SECOND_DECAY, TINY)


def _quantization(context: StepContext) -> Quantization:
    if context.latents_frozen:
        return Quantization(rounded=True)
    softness = schedule.softness(context.done)
    return Quantization() if softness is None else Quantization(*softness)
