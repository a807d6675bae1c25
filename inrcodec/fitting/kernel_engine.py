"""Steps by compiled kernels: a run's arrays as kernels want them, in the same memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.context import CONTEXT_STEP
from inrcodec.bitstream.weights import step_size
from inrcodec.field.grids import FRAME
from inrcodec.fitting import schedule
from inrcodec.fitting.distortion.squared import MARGIN
from inrcodec.fitting.groups import BatchPart, Group, Numbers
from inrcodec.fitting.held_out import Tile
from inrcodec.fitting.kernels.compiling import compiled_before
from inrcodec.fitting.kernels.engine import KernelStep, Outcome, Part, Quantization, Rates
from inrcodec.fitting.kernels.images import ImageGroup
from inrcodec.fitting.optimizer import FIRST_DECAY, SECOND_DECAY, TINY
from inrcodec.fitting.pace import cells_apart
from inrcodec.fitting.process import PIXELS_FOR_WORKERS
from inrcodec.fitting.rounding import RoundingContext
from inrcodec.fitting.run import Run
from inrcodec.fitting.sensitivity import sampled
from inrcodec.fitting.step_context import Observation, StepContext, StepResult
from inrcodec.numerics.arrays import FloatArray

if TYPE_CHECKING:
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
        self._steps = _WeightSteps(run)

    @property
    def compiles(self) -> bool:
        """Whether the first step will take seconds."""
        return not compiled_before()

    def __enter__(self) -> Self:
        """Move latents to where kernels want them; arrays of the run are views of it from now on."""
        self._prepare()
        return self

    def _prepare(self) -> None:
        """The same, once."""
        for group in self._run.groups[len(self._groups) :]:
            self._groups.append(_shared(self._run, group))
            count = len(group.numbers)
            visible = group.visible
            self._seen.append(np.full(count, group.pixels) if visible is None else visible.sum(axis=(1, 2)))

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the threads; arrays of the run stay views."""
        self._kernels.close()

    def step(self, context: StepContext, batch: Sequence[BatchPart]) -> tuple[list[StepResult], FloatArray]:
        """Do the batch; one result, and the gradient (weights,)."""
        run = self._run
        parts = [self._part(context, number, rows) for number, rows in batch]
        outcome = self._kernels.step(
            self._steps.rounded(run.adam.weights, context.weight_steps),
            parts,
            _quantization(context),
            None if context.latents_frozen else _rates(run.latent_rate * context.learning_rate),
            context.noise_seed(0),
            footprint=context.footprint,
            margin=MARGIN,
            released=context.released,
            with_weights=not run.network_frozen,
        )
        return [self._result(context, batch, parts, outcome)], outcome.gradient

    def error(self, network: Sequence[FloatArray]) -> float:
        """See `StepEngine`."""
        run = self._run
        self._prepare()
        weights = np.concatenate([tensor.reshape(-1) for tensor in (*network, *run.context)])
        total, weight = 0.0, 0
        for number, rows in sampled(run):
            pixels = run.groups[number].pixels
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

    def draw(self, number: int, rows: Numbers) -> Iterator[tuple[Tile, FloatArray]]:
        """See `StepEngine`."""
        run, (height, width) = self._run, self._run.groups[number].size
        self._prepare()
        weights = self._steps.rounded(run.adam.weights, run.weight_steps)
        drawn = self._kernels.draw(weights, self._groups[number], rows, footprint=run.footprint)
        yield (slice(0, height), slice(0, width)), drawn

    def divide(self, task: Task[Result], batch: Sequence[BatchPart]) -> list[Result]:
        """Do a task of torch's for every part of the batch, each whole: results are those of any number of threads."""
        import torch

        from inrcodec.fitting.torch_run import as_tensors

        run, nothing = as_tensors(self._run), torch.zeros(0)
        with ThreadPoolExecutor(self.count) as threads:
            return list(threads.map(lambda part: task.process(run, [part], 0, nothing), batch))

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
            self._steps.rounded(self._run.adam.weights, context.weight_steps),
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
        return Part(self._groups[number], rows, group.numbers[rows], scales, shares)

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


def _shared(run: Run, group: Group) -> ImageGroup:
    """A group as kernels have it, whose memory the group's arrays share from now on."""
    frames = group.conditions[:, -FRAME:] if run.model.posed else None
    targets = group.targets.transpose(1, 0, 2, 3)
    shared = ImageGroup(run.model, targets, group.visible, frames, group.adam.factors, group.limits)
    group.targets = shared.targets.transpose(1, 0, 2, 3)
    views = shared.latents, shared.first_moments, shared.second_moments, shared.visits[:, None]
    for known, view in zip(group.adam.state(), views, strict=True):
        view[:] = known
    group.latents = shared.latents
    group.adam.move_to(*views)
    return shared


class _WeightSteps:
    """The step of every weight, (weights,), and its inverse, once the steps of tensors are chosen; see `run.field`."""

    def __init__(self, run: Run) -> None:
        self._sizes = [tensor.size for tensor in run.network], sum(tensor.size for tensor in run.context)
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
