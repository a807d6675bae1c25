"""What the engines of a fit are told of a step, and what they bring back of it; free of either's arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inrcodec.fitting import schedule
from inrcodec.fitting.groups import Numbers
from inrcodec.fitting.rate_control import Figures
from inrcodec.fitting.run import Run
from inrcodec.fitting.subsample import ALL_PIXELS, Subsample

LARGEST_PRIME = (1 << 64) - 59  # below what seeds a generator


@dataclass(frozen=True, kw_only=True)
class StepContext:
    """All that a step needs besides tensors: how far the fit is. It travels to every worker, so it is small."""

    done: float
    learning_rate: float
    rate_weight: float
    footprint: int
    weight_steps: list[int]
    latents_frozen: bool
    released: bool
    pixels: int  # of the whole batch, over all workers
    seed: int  # of the fit, for the noise
    number: int  # of the step
    guessed: bool = False  # whether latents began as a network guesses them
    network_rate: float = 0.0  # factors on learning rates of the network and the context model, for engines that
    context_rate: float = 0.0  # move these themselves
    subsample: Subsample = ALL_PIXELS

    @property
    def softness(self) -> tuple[float, float] | None:
        """See `schedule.softness`."""
        return schedule.softness(self.done, guessed=self.guessed)

    def noise_seed(self, worker: int) -> int:
        """A seed for a worker's noise in this step: no two of a fit share one, and any seed of a fit will do."""
        return ((self.seed << 32 | self.number) << 8 | worker) % LARGEST_PRIME

    def apply(self, run: Run) -> None:
        """Bring the run of another process, which has been standing still, to where the fit is."""
        run.footprint, run.weight_steps = self.footprint, self.weight_steps
        run.latents_frozen, run.released = self.latents_frozen, self.released


@dataclass(frozen=True)
class Observation:
    """What a part showed: its images by number, their mean squared errors, and their mean bits."""

    images: Numbers
    errors: Figures
    bits: float


@dataclass(frozen=True)
class StepResult:
    """What a worker brings back: its share of the batch's mean squared error and bits per pixel, and what it saw."""

    error: float
    bits: float
    observations: list[Observation]


def added_up(shares: Sequence[StepResult]) -> StepResult:
    """What a step showed, from the shares of its workers."""
    seen = [one for share in shares for one in share.observations]
    return StepResult(sum(share.error for share in shares), sum(share.bits for share in shares), seen)
