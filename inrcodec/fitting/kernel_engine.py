"""Steps by compiled kernels."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

import numpy as np

from inrcodec.fitting.batches import Batch, batches_of_pass
from inrcodec.fitting.correction import CorrectionContext, correct
from inrcodec.fitting.distortion.squared import MARGIN
from inrcodec.fitting.groups import BatchPart, Numbers
from inrcodec.fitting.held_out import Tile
from inrcodec.fitting.kernel_files import KernelFiles
from inrcodec.fitting.kernel_looks import Looks
from inrcodec.fitting.kernel_steps import WeightGrid, adam_of, images_for, shown_by, thinning
from inrcodec.fitting.kernels.beside import compiled_beside
from inrcodec.fitting.kernels.compiling import compiled_before
from inrcodec.fitting.kernels.engine import KernelStep, Sight
from inrcodec.fitting.kernels.parts import Quantization, Rates
from inrcodec.fitting.kernels.trying import Attempts
from inrcodec.fitting.optimizer import FIRST_DECAY, SECOND_DECAY, TINY
from inrcodec.fitting.pace import cells_apart
from inrcodec.fitting.process import PIXELS_FOR_WORKERS
from inrcodec.fitting.rounding import RoundingContext
from inrcodec.fitting.run import Run
from inrcodec.fitting.sensitivity import sampled
from inrcodec.fitting.step_context import StepContext, StepResult
from inrcodec.numerics.arrays import FloatArray

BATCH_PIXELS, BATCH_IMAGES = 9_300, 4  # of a step: for kernels a step costs little beside its pixels
STRETCH_SECONDS, MOST_STEPS = 0.1, 64  # of steps that are done at once, without a look at the clock or at Ctrl-C


class KernelEngine:
    """A context: inside, steps are done by threads. What comes out does not depend on how many there are."""

    name = "kernel"
    note = ""

    def __init__(self, run: Run, workers: int) -> None:
        self._run, self.count = run, workers
        self._batch_pixels = _batch_pixels(run)
        self._batch_images = 2 if max(group.pixels for group in run.groups) > PIXELS_FOR_WORKERS else 1
        self._kernels = KernelStep(run.model, run.channels, workers)
        self._images = Looks(run)
        self._steps = WeightGrid(run)
        self._seconds = STRETCH_SECONDS  # that a step takes

    @property
    def compiles(self) -> bool:
        """Whether kernels are not in the cache yet."""
        return not compiled_before()

    @property
    def files(self) -> KernelFiles:
        """Packs and draws with the threads of the steps."""
        return KernelFiles(self._kernels)

    def compile(self) -> None:
        """All kernels, those of the end of a fit too: a time limit is told by steps, and would miss them."""
        with compiled_beside():
            self._kernels.compile()
        self._kernels.compile_decisions()
        self.files.compile()

    def __enter__(self) -> Self:
        """Move latents to where kernels want them; arrays of the run are views of it from now on."""
        self._images.prepare()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the threads; arrays of the run stay views."""
        self._kernels.close()

    def batches(self) -> Iterator[Batch]:
        """One pass over the set; the same batches for any number of threads."""
        return batches_of_pass(self._run, self._batch_pixels, self._batch_images)

    def step(self, context: StepContext, batch: Sequence[BatchPart]) -> tuple[list[StepResult], FloatArray]:
        """Do the batch; one result, and the gradient (weights,)."""
        run, begun = self._run, time.perf_counter()
        looks = self._images.of(batch, context.rate_weight, context.released, context.pixels)
        outcome = self._kernels.step(
            self._steps.rounded(run.adam.weights, context.weight_steps),
            [look.part for look in looks],
            _quantization(context),
            self._rates(context),
            context.noise_seed(0),
            footprint=context.footprint,
            margin=MARGIN,
            released=context.released,
            with_weights=not run.network_frozen,
            thinned=thinning(run.pixels, context),
        )
        if not context.latents_frozen:
            self._images.put_back(looks)
        self._seconds = time.perf_counter() - begun
        return [self._images.result(context, looks, outcome)], outcome.gradient

    @property
    def most_steps(self) -> int:
        """As many as take about a tenth of a second; one where images differ in size, or rate control is to see it."""
        run = self._run
        if self._images.cut or len(run.groups) > 1 or run.network_frozen or run.settings.target:
            return 1
        return max(1, min(MOST_STEPS, int(STRETCH_SECONDS / max(self._seconds, 1e-6))))

    def steps(self, contexts: Sequence[StepContext], batches: Sequence[Batch]) -> list[StepResult]:
        """Do the steps one behind the other, latents and weights move: what each showed. They lie in one phase."""
        run, (group,), first = self._run, self._run.groups, contexts[0]
        begun = time.perf_counter()
        self._images.prepare()
        orders = [(_quantization(context), self._rates(context)) for context in contexts]
        images = images_for(group, self._images.seen[0], run.channels, run.pixels, contexts, batches, orders)
        self._kernels.take(
            images,
            adam_of(run, contexts),
            self._steps.grid(first.weight_steps),
            self._images.whole[0],
            footprint=first.footprint,
            released=first.released,
        )
        self._seconds = (time.perf_counter() - begun) / len(contexts)
        return shown_by(images, group, contexts)

    def error(self, network: Sequence[FloatArray]) -> float:
        """See `StepEngine`."""
        run = self._run
        looks = self._images.of(list(sampled(run)), 0.0, run.released, 1.0)
        outcome = self._kernels.step(
            np.concatenate([tensor.reshape(-1) for tensor in (*network, *run.context)]),
            [look.part for look in looks], Quantization(rounded=True), None, 0, footprint=run.footprint, margin=MARGIN,
            released=run.released, with_weights=False, with_rate=False,
        )  # fmt: skip
        weights = np.concatenate([np.full(len(look.units), look.pixels) for look in looks])
        scales = np.concatenate([look.part.scales[:, 0] * look.own_errors for look in looks])
        return float((outcome.errors * scales * weights).sum() / weights.sum())

    def draw(self, number: int, rows: Numbers) -> Iterator[tuple[Tile, FloatArray]]:
        """See `StepEngine`."""
        run, (height, width) = self._run, self._run.groups[number].size
        self._images.prepare()
        weights = self._steps.rounded(run.adam.weights, run.weight_steps)
        if number in self._images.whole:
            drawn = self._kernels.draw(weights, [(self._images.whole[number], rows)], footprint=run.footprint)
            yield (slice(0, height), slice(0, width)), drawn[0]
            return
        cut, cuts = self._images.cut[number], run.groups[number].cuts
        for window in range(cuts):
            taken = [(cut.take(row * cuts + window), np.zeros(1, np.int64)) for row in rows.tolist()]
            images = np.concatenate(self._kernels.draw(weights, taken, footprint=run.footprint))
            yield cut.tile(window), cut.own(window, images)

    def round_latents(self, context: RoundingContext, batch: Sequence[BatchPart]) -> None:
        """Latents of the batch become whole numbers by what they cost."""
        looks = self._images.of(batch, context.rate_weight, context.released, 1.0)
        for look in looks:  # sums over pixels, not means
            look.part.scales[:] *= look.pixels
        self._kernels.decide(
            self._steps.rounded(self._run.adam.weights, context.weight_steps),
            [look.part for look in looks],
            context.levels,
            cells_apart(context.footprint),
            Sight(context.footprint, MARGIN, context.released),
        )
        self._images.put_back(looks)

    def correct_latents(self, context: CorrectionContext, batch: Sequence[BatchPart]) -> None:
        """Whole latents of the batch change by what the fit lacks; a thread for each part, so any number does it."""
        run, kernels = self._run, self._kernels
        looks = self._images.of_whole(batch)
        parts = [look.part for look in looks]
        sight = Sight(context.footprint, MARGIN, run.released)
        weights = self._steps.rounded(run.adam.weights, context.weight_steps)
        outcome = kernels.step(
            weights, parts, Quantization(rounded=True), None, 0, footprint=sight.footprint, margin=MARGIN,
            released=sight.released, with_weights=False, with_rate=False,
        )  # fmt: skip
        ends = np.cumsum([0, *(len(look.units) for look in looks)])
        packed, apart = kernels.packed(weights, parts, sight.footprint), cells_apart(sight.footprint)

        def work(worker: int) -> None:
            part, first, last = parts[worker], ends[worker], ends[worker + 1]
            shown = outcome.shown[first:last] * part.scales[:, 0]
            correct(context, Attempts(kernels, packed, part, shown, worker=worker, apart=apart, sight=sight))

        with ThreadPoolExecutor(self.count) as threads:
            list(threads.map(work, range(len(parts))))
        self._images.put_back_whole(looks)

    def _rates(self, context: StepContext) -> Rates | None:
        """Of the latents, as `RowAdam` has them."""
        if context.latents_frozen:
            return None
        if self._run.latents_frozen:
            raise ValueError("latents that stand still for good have no moments to move with")
        return Rates(self._run.latent_rate * context.learning_rate, FIRST_DECAY, SECOND_DECAY, TINY)


def _batch_pixels(run: Run) -> int:
    """Pixels of a step at most: few, but of several images, or what one asks for would be taken for what all need."""
    several = BATCH_IMAGES * max(group.unit_pixels for group in run.groups)
    return min(run.device.batch_pixels, max(BATCH_PIXELS, several))


def _quantization(context: StepContext) -> Quantization:
    if context.latents_frozen:
        return Quantization(rounded=True)
    return Quantization() if context.softness is None else Quantization(*context.softness)
