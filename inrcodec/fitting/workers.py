"""Several processes that share every step, as threads would wait for each other longer than they work.

Each has the whole run, forked, and the tensors that change lie in memory that all of them see. The first worker is this
process: it alone moves the network, between steps, so nobody reads what somebody else is writing.
"""

from __future__ import annotations

import mmap
import multiprocessing
import os
import signal
import warnings
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from typing import Protocol, TypeVar

import numpy as np
import torch

from inrcodec.errors import InrError, Parameter
from inrcodec.fitting.batches import Batch, batches_of_pass
from inrcodec.fitting.correction import CorrectionContext
from inrcodec.fitting.decisions import CorrectionTask, RoundingTask
from inrcodec.fitting.groups import BatchPart, Numbers
from inrcodec.fitting.held_out import Tile
from inrcodec.fitting.objective import drawn_tiles, mean_error
from inrcodec.fitting.process import load_autograd
from inrcodec.fitting.rounding import RoundingContext
from inrcodec.fitting.run import Run
from inrcodec.fitting.step import StepTask
from inrcodec.fitting.step_context import StepContext, StepResult, added_up
from inrcodec.fitting.torch_run import look_at
from inrcodec.numerics.arrays import FloatArray

PATIENCE = 10.0  # seconds that a process gets to end by itself
Result = TypeVar("Result")
Made = TypeVar("Made", covariant=True)


class Task(Protocol[Made]):
    """Work on some images of a run, which any worker can do; what it changes lies in shared memory."""

    def apply(self, run: Run) -> None:
        """Bring the run of another process, which has been standing still, to where the fit is."""

    def process(self, run: Run, parts: Sequence[BatchPart], worker: int, gradient: torch.Tensor) -> Made:
        """Do these parts; the gradient of shared weights, where there is one, goes into `gradient` (weights,)."""


class Workers:
    """A context: inside, `step` is done by `count` processes, this one among them."""

    name = "torch"
    compiles = False
    note = ""
    files = None

    def __init__(self, run: Run, count: int) -> None:
        self._run = run
        self.count = count
        self._gradients = run.adam.weights.new_zeros(count, len(run.adam.weights))
        self._processes: list[tuple[multiprocessing.process.BaseProcess, Connection]] = []

    def compile(self) -> None:
        """Nothing is to be compiled."""

    def __enter__(self) -> Workers:
        load_autograd()
        if self.count > 1:
            for tensor in (self._run.adam.weights, self._gradients, *self._latents()):
                tensor.data = _in_shared_memory(tensor)
            look_at(self._run.leaves, self._run.adam.weights)
        fork = multiprocessing.get_context("fork") if self.count > 1 else None
        for worker in range(1, self.count):
            assert fork is not None
            ours, theirs = fork.Pipe()
            process = fork.Process(target=self._serve, args=(worker, theirs, ours), daemon=True)
            with warnings.catch_warnings():  # a progress bar's thread is no danger: workers neither print nor lock
                warnings.simplefilter("ignore", DeprecationWarning)
                process.start()
            theirs.close()
            self._processes.append((process, ours))
        return self

    def __exit__(self, *failure: object) -> None:
        for _, line in self._processes:
            line.close()  # workers end when nobody is on the line
        for process, _ in self._processes:
            process.join(PATIENCE)
            if process.is_alive():
                process.kill()
        self._processes.clear()

    def batches(self) -> Iterator[Batch]:
        """One pass over the set, in batches with an image for every worker at least."""
        return batches_of_pass(self._run, self._run.device.batch_pixels, self.count)

    def step(self, context: StepContext, batch: Sequence[BatchPart]) -> tuple[list[StepResult], torch.Tensor]:
        """Do the batch, divided among the workers; what it showed, and the gradient (weights,)."""
        return [added_up(self.divide(StepTask(context), batch))], self._gradients.sum(dim=0)

    def error(self, network: Sequence[FloatArray]) -> float:
        """See `objective.mean_error`."""
        return mean_error(self._run, network)

    def draw(self, number: int, rows: Numbers) -> Iterator[tuple[Tile, FloatArray]]:
        """See `objective.drawn_tiles`."""
        return drawn_tiles(self._run, number, rows)

    def round_latents(self, context: RoundingContext, batch: Sequence[BatchPart]) -> None:
        """Latents of the batch become whole numbers by what they cost."""
        self.divide(RoundingTask(context), batch)

    def correct_latents(self, context: CorrectionContext, batch: Sequence[BatchPart]) -> None:
        """Whole latents of the batch change by what the fit lacks."""
        self.divide(CorrectionTask(context), batch)

    def divide(self, task: Task[Result], batch: Sequence[BatchPart]) -> list[Result]:
        """Do a task for all images of the batch, divided among the workers; every worker's result."""
        partition = self._partition(batch)
        try:
            for (_, line), parts in zip(self._processes, partition[1:], strict=True):
                line.send((task, parts))
            results = [task.process(self._run, partition[0], 0, self._gradients[0])]
            for _, line in self._processes:
                answer = line.recv()
                if isinstance(answer, BaseException):
                    raise answer
                results.append(answer)
        except (EOFError, BrokenPipeError, ConnectionResetError) as failure:
            raise InrError(
                "a process of the fit was killed, perhaps for want of memory; try ", Parameter("threads", 1)
            ) from failure
        return results

    def _partition(self, batch: Sequence[BatchPart]) -> list[list[BatchPart]]:
        """The batch in as many parts of about equal work as there are workers."""
        partition: list[list[BatchPart]] = [[] for _ in range(self.count)]
        loads = [0] * self.count
        for number, images in batch:
            for part in np.array_split(images, min(self.count, len(images))):
                worker = loads.index(min(loads))
                partition[worker].append((number, part))
                loads[worker] += len(part) * self._run.groups[number].pixels
        return partition

    def _latents(self) -> list[torch.Tensor]:
        return [tensor for group in self._run.groups for tensor in group.adam.state()]

    def _serve(self, worker: int, line: Connection, other_end: Connection) -> None:
        """What a worker process does until its line is closed."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the first worker decides
        other_end.close()
        for _, earlier in self._processes:
            earlier.close()
        torch.set_num_threads(1)
        try:
            while True:
                task, parts = line.recv()
                task.apply(self._run)
                try:
                    line.send(task.process(self._run, parts, worker, self._gradients[worker]))
                except Exception as failure:
                    line.send(failure)
        finally:
            os._exit(0)  # nothing of the parent's is to be flushed or tidied up a second time


def _in_shared_memory(tensor: torch.Tensor) -> torch.Tensor:
    """A copy in pages that forked processes write to together; unlike /dev/shm, without a limit of their own."""
    block = mmap.mmap(-1, max(1, tensor.numel() * tensor.element_size()))
    values = np.frombuffer(block, np.float32, tensor.numel()).reshape(tuple(tensor.shape))
    shared = torch.from_numpy(values)
    shared.copy_(tensor.detach())
    return shared
