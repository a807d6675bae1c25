"""What does the steps of a fit: torch for every design, or compiled kernels for the codec's own on a CPU.

With kernels, nothing loads torch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Protocol, Self, runtime_checkable

from inrcodec.errors import Parameter, UsageError
from inrcodec.fitting.arrays import Array
from inrcodec.fitting.batches import Batch
from inrcodec.fitting.correction import CorrectionContext
from inrcodec.fitting.devices import CPU, on_cpu
from inrcodec.fitting.file_engine import FileEngine
from inrcodec.fitting.groups import BatchPart, Numbers
from inrcodec.fitting.held_out import Tile
from inrcodec.fitting.rounding import RoundingContext
from inrcodec.fitting.run import Run
from inrcodec.fitting.step_context import StepContext, StepResult
from inrcodec.numerics.arrays import FloatArray
from inrcodec.settings import ENGINES

AUTO, KERNEL, TORCH = ENGINES


class StepEngine(Protocol):
    """A context: inside, it does steps and other tasks on images of a run, divided among workers."""

    name: str
    count: int  # workers

    @property
    def compiles(self) -> bool:
        """Whether there is something to compile, which takes seconds."""

    @property
    def files(self) -> FileEngine | None:
        """What packs and draws files, where that is more than decoding alone can do."""

    def compile(self) -> None:
        """Do it now, before the first step."""

    @property
    def note(self) -> str:
        """How it does the steps, for people who want to know more than its name; maybe nothing."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End."""

    def batches(self) -> Iterator[Batch]:
        """One pass over the set, every image once or a little more often, in random order."""

    def step(self, context: StepContext, batch: Sequence[BatchPart]) -> tuple[list[StepResult], Array | None]:
        """Do the batch, latents move: what steps showed, and the gradient (weights,), None where weights moved too.

        What a step showed may come with a later one's, so that nobody waits for it: none, or several at once.
        """

    def error(self, network: Sequence[FloatArray]) -> float:
        """Mean squared error of some images with their latents rounded, drawn by another network than the run's."""

    def draw(self, number: int, rows: Numbers) -> Iterator[tuple[Tile, FloatArray]]:
        """Tiles (images, channels, rows, columns) of images of a group as a decoder draws them, but for limits."""

    def round_latents(self, context: RoundingContext, batch: Sequence[BatchPart]) -> None:
        """Latents of all images of the batch become whole numbers by what they cost; see `rounding`."""

    def correct_latents(self, context: CorrectionContext, batch: Sequence[BatchPart]) -> None:
        """Whole latents of all images of the batch change by what the fit lacks; see `correction`."""


@runtime_checkable
class SteppingEngine(StepEngine, Protocol):
    """An engine that does several steps at once, and moves the weights between them itself."""

    @property
    def most_steps(self) -> int:
        """How many it does at once, at most; one where it must be asked for each."""

    def steps(self, contexts: Sequence[StepContext], batches: Sequence[Batch]) -> list[StepResult]:
        """Do the steps one behind the other, latents and weights move: what each showed. They lie in one phase."""


def engine_name(run: Run) -> str:
    """The engine for a run; UsageError where the one that is asked for is unknown or cannot do it."""
    asked = run.settings.engine
    if asked not in ENGINES:
        raise UsageError(f"unknown engine {asked!r}; there are: {', '.join(ENGINES)}")
    if asked == TORCH:
        return TORCH
    reason = _unfit(run)
    if reason and asked == KERNEL:
        raise UsageError(Parameter("engine", KERNEL), f": {reason}; use ", Parameter("engine", TORCH))
    return TORCH if reason else KERNEL


def engine_named(name: str, run: Run, workers: int) -> StepEngine:
    """The engine that `engine_name` names; torch wants a run of tensors."""
    if name == KERNEL:
        from inrcodec.fitting.kernel_engine import KernelEngine  # numba takes half a second to load

        return KernelEngine(run, workers)
    if run.device.name != CPU.name:
        from inrcodec.fitting.gpu.engine import DeviceEngine

        return DeviceEngine(run)
    from inrcodec.fitting.workers import Workers  # and torch two

    return Workers(run, workers)


def load_kernels() -> None:
    """Load all kernels, if they are compiled already; for a process that others are forked from."""
    try:
        from inrcodec.fitting.kernels.beside import compile_first, compile_last
        from inrcodec.fitting.kernels.compiling import compiled_before
    except ImportError:
        return
    if compiled_before():
        compile_first()
        compile_last()


def _unfit(run: Run) -> str:
    """Why kernels cannot do this run; nothing where they can."""
    if not on_cpu(run.settings.device):
        return f"kernels are for CPUs, and the device is {run.settings.device}"
    if run.settings.encoder or run.settings.distortion != "squared":
        return "kernels know neither encoders nor other distortions than the square"
    try:
        from inrcodec.fitting.kernels.engine import covers
    except ImportError:  # numba has no wheel there, or not yet for this Python or numpy
        return "numba cannot be loaded; install it with pip"
    return "" if covers(run.model, run.channels) else "kernels know pyramids of sines of up to 128 units only"
