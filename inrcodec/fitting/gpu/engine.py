"""Steps on a device that is not the CPU: it is told what to do and never waited for, but for figures now and then."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from functools import partial
from types import TracebackType
from typing import Self, TypeVar

import numpy as np
import torch

from inrcodec.fitting.batches import Batch, most_pixels, packed
from inrcodec.fitting.correction import CorrectionContext
from inrcodec.fitting.decisions import CorrectionTask, RoundingTask
from inrcodec.fitting.gpu.canvas import Canvas, Tile, canvases
from inrcodec.fitting.gpu.dials import WAITING, Dials, Panel
from inrcodec.fitting.gpu.graphs import Capture, CudaGraphs, Repeated, generator_on
from inrcodec.fitting.gpu.step import Phase, accumulate, move_network
from inrcodec.fitting.gpu.store import LatentStore
from inrcodec.fitting.groups import BatchPart, Numbers
from inrcodec.fitting.held_out import Tile as Area
from inrcodec.fitting.objective import drawn_tiles, mean_error
from inrcodec.fitting.process import load_autograd
from inrcodec.fitting.rounding import RoundingContext
from inrcodec.fitting.run import Run
from inrcodec.fitting.step_context import Observation, StepContext, StepResult
from inrcodec.fitting.subsample import subsamples
from inrcodec.fitting.workers import Task
from inrcodec.numerics.arrays import FloatArray

Result = TypeVar("Result")
MOST_UNREAD = 32  # steps whose figures are still on the device
PATIENCE = 0.2  # seconds: figures are read about that often where steps take long
LARGEST_SEED = 1 << 62  # of the order of images of a pass, which is made on the device


class DeviceEngine:
    """A context: inside, steps are done on the run's device."""

    name = "torch"
    compiles = False
    count = 1

    def __init__(self, run: Run, capture: Capture | None = None) -> None:
        """capture: see `graphs`; None for what the device has."""
        self._run = run
        device = run.adam.weights.device
        if capture is None and run.device.graphs:
            capture = CudaGraphs(device)
        self.work = Repeated(device, capture)
        self._canvases: list[Canvas] = []
        self._tiles: list[list[Tile]] = []
        self._phase: Phase | None = None
        self._panel = Panel(device)
        self._order = generator_on(device)
        self._gradient = torch.zeros_like(run.adam.weights)
        counts = len(run.network), len(run.context), len(run.encoder)
        kinds = run.adam.by_element([kind for kind, count in enumerate(counts) for _ in range(count)])
        self._kinds = torch.from_numpy(kinds).to(device)
        self._unread: list[list[torch.Tensor]] = []  # by step, what each part showed
        self._pixels = np.zeros(0)  # of images by number
        self._read_every, self._read_at = 1, time.monotonic()

    files = None

    @property
    def note(self) -> str:
        """Whether steps are captured."""
        if self.work.reason:
            return f"steps on {self._run.device.name} start one operation at a time; {self.work.reason}"
        return f"steps on {self._run.device.name} are captured as graphs"

    def compile(self) -> None:
        """Nothing is to be compiled."""

    def __enter__(self) -> Self:
        """Latents and pictures move to where steps want them; tensors of the run are views of it from now on."""
        load_autograd()
        self._phase = None
        self._canvases = canvases(self._run, LatentStore(self._run.groups))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End; tensors of the run stay views."""
        self.work.forget()

    def batches(self) -> Iterator[Batch]:
        """One pass over the set. Parts name canvases and places in their orders, which only the device knows."""
        run = self._run
        stride = run.stride()
        pixels = most_pixels(run, run.device.batch_pixels, stride)
        others = [canvas.divide(pixels) for canvas in self._canvases]
        if any(others):
            self._phase = None  # what is captured looks at so many images
        sizes = [canvas.mean_pixels for canvas in self._canvases]
        parts = [
            (number, np.arange(canvas.per_step) + part * canvas.per_step)
            for number, canvas in enumerate(self._canvases)
            for part in range(canvas.parts)
        ]
        for subsample in subsamples(stride, run.order):
            self._order.manual_seed(int(run.order.integers(LARGEST_SEED)))
            for canvas in self._canvases:
                canvas.shuffle(self._order)
            for batch in packed(parts, sizes, pixels, run.order):
                counts = [(len(slots), sizes[number]) for number, slots in batch]
                images, batch_pixels = sum(count for count, _ in counts), sum(count * size for count, size in counts)
                yield Batch(batch, subsample, images, round(batch_pixels))

    def step(self, context: StepContext, batch: Sequence[BatchPart]) -> tuple[list[StepResult], None]:
        """Do the batch; weights move as well. What steps showed, as far as it has been read."""
        run = self._run
        self._enter(context)
        assert self._phase is not None
        dials, shown = self._dials(context), []
        for place, (number, slots) in enumerate(batch):
            self._panel.turn(dials._replace(first_slot=float(slots[0])))
            work = partial(self._part, number, self._phase)
            shown.append(self.work.do(number, work, context.noise_seed(place)).clone())
        if not run.network_frozen:
            self.work.do("network", self._move_network)
        self._unread.append(shown)
        return self._figures(), None

    def error(self, network: Sequence[FloatArray]) -> float:
        """See `objective.mean_error`."""
        return mean_error(self._run, network)

    def draw(self, number: int, rows: Numbers) -> Iterator[tuple[Area, FloatArray]]:
        """See `objective.drawn_tiles`."""
        return drawn_tiles(self._run, number, rows)

    def divide(self, task: Task[Result], batch: Sequence[BatchPart]) -> list[Result]:
        """Do a task for all images of the batch."""
        return [task.process(self._run, batch, 0, torch.zeros_like(self._gradient))]

    def round_latents(self, context: RoundingContext, batch: Sequence[BatchPart]) -> None:
        """Latents of the batch become whole numbers by what they cost."""
        self.divide(RoundingTask(context), batch)

    def correct_latents(self, context: CorrectionContext, batch: Sequence[BatchPart]) -> None:
        """Whole latents of the batch change by what the fit lacks."""
        self.divide(CorrectionTask(context), batch)

    def _part(self, number: int, phase: Phase) -> torch.Tensor:
        canvas, tiles = self._canvases[number], self._tiles[number]
        return accumulate(self._run, canvas, tiles, phase, self._panel.dials, self.work.noise, self._gradient)

    def _move_network(self) -> torch.Tensor:
        return move_network(self._run, self._panel.dials, self._kinds, self._gradient)

    def _enter(self, context: StepContext) -> None:
        """Begin another phase, if it is another one."""
        phase = Phase(
            footprint=context.footprint,
            weight_steps=tuple(context.weight_steps),
            latents_frozen=context.latents_frozen,
            released=context.released,
            soft=context.softness is not None,
            stride=context.subsample.stride,
        )
        if phase == self._phase:
            return
        self.work.forget()
        points = self._run.device.batch_pixels
        if self._phase is None or (phase.footprint, phase.stride) != (self._phase.footprint, self._phase.stride):
            self._tiles = [canvas.tiles(self._run, phase.stride, points) for canvas in self._canvases]
        self._phase = phase

    def _dials(self, context: StepContext) -> Dials[float]:
        run = self._run
        temperature, width = context.softness or (1.0, 1.0)
        first, second = (1.0, 1.0) if run.network_frozen else run.adam.count_step()
        return Dials(
            first_slot=0.0,
            row=float(context.subsample.row),
            column=float(context.subsample.column),
            pixels=float(context.pixels),
            rate_weight=context.rate_weight,
            latent_rate=run.latent_rate * context.learning_rate,
            temperature=temperature,
            width=width,
            ceiling=math.tanh(0.5 / temperature),
            network_rate=context.network_rate,
            context_rate=context.context_rate,
            encoder_rate=0.0 if context.latents_frozen else context.network_rate,
            first=first,
            second=second,
        )

    def _figures(self) -> list[StepResult]:
        """What steps showed since this was last read: the one place that waits for the device. Mostly nothing."""
        waiting = sum(len(shown) for shown in self._unread)
        if len(self._unread) < self._read_every and waiting < WAITING // 2:
            return []
        if not len(self._pixels):
            self._pixels = _pixels_by_number(self._run)
        values = torch.cat([part for shown in self._unread for part in shown]).cpu().numpy().astype(np.float64)
        results, first = [], 0
        for shown in self._unread:
            parts = []
            for part in shown:
                parts.append(values[first : first + len(part)])
                first += len(part)
            results.append(self._result(parts))
        now = time.monotonic()
        seconds = max(1e-6, now - self._read_at) / len(self._unread)
        self._read_every = max(1, min(MOST_UNREAD, 2 * self._read_every, int(PATIENCE / seconds)))
        self._read_at = now
        self._unread.clear()
        return results

    def _result(self, parts: Sequence[np.ndarray[tuple[int], np.dtype[np.float64]]]) -> StepResult:
        """Of a step, from what `accumulate` says of its parts."""
        error = bits = pixels = 0.0
        observations = []
        for part in parts:
            numbers, errors = part[: len(part) // 2].astype(np.int64), part[len(part) // 2 : -1]
            error += float(errors @ self._pixels[numbers])
            bits += float(part[-1])
            pixels += float(self._pixels[numbers].sum())
            observations.append(Observation(numbers, errors, float(part[-1]) / len(numbers)))
        return StepResult(error / pixels, bits / pixels, observations)


def _pixels_by_number(run: Run) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Of every image of the set, (images,)."""
    pixels = np.zeros(run.images)
    for group in run.groups:
        pixels[group.numbers] = group.pixels
    return pixels
