"""What the engine tells about itself while it works; free of torch, so that faces can name it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.base import Base
from inrcodec.bitstream.weights import CodedTensor
from inrcodec.fitting.pace import Pace
from inrcodec.numerics.metrics import psnr_of_error

Errors = npt.NDArray[np.float64]
Latents = tuple[npt.NDArray[np.int16], ...]  # per level (channels, cells down, cells across)
LEAST_ROOM = 0.5  # seconds of steps, however long loading took: a file of no steps is worth nothing
SMOOTHING = 0.98  # share of the running means that a step keeps
LATELY = 1.0  # seconds: what a visit took earlier tells less of the next one
LEAST_STEPS = 0.5  # of the steps behind the rounding of latents, that rounding leaves time for


@dataclass(frozen=True)
class Progress:
    """How far a fit is; `psnr` (dB, from the running mean error) and `bits_per_pixel` are estimates."""

    phase: str  # compile, fit, qat, round, freeze, correct, measure, write
    step: int  # visits of images, those that a time limit skips counted in
    steps: int
    passes: float
    psnr: float
    bits_per_pixel: float
    seconds: float
    remaining: float  # seconds; not a number before the second step
    done: float  # share of the whole, 0 to 1
    engine: str = ""  # what does the steps: kernel or torch
    note: str = ""  # how it does them, where there is something to say
    holdout_psnr: float | None = None  # of a sample of images, last measured; None when nothing is hidden


class HeldOutErrors(NamedTuple):
    """Errors of every image (images,): squared and absolute on hidden pixels, and absolute on the others."""

    squared: Errors
    absolute: Errors
    fitted_absolute: Errors


@dataclass(frozen=True)
class Fitted:
    """What a fit leaves: integers only, ready to be written."""

    network: tuple[CodedTensor, ...]
    context: tuple[CodedTensor, ...]
    latents: tuple[Latents, ...]  # per image
    held_out: HeldOutErrors | None  # measured before hidden pixels were released, or at the end
    passes: float
    seconds: float
    encoder: tuple[CodedTensor, ...] = ()  # from a picture to its code, where one was fitted
    base: Base | None = None  # what network and context model are to be stored as differences from


class Meter:
    """How much of a fit is done, by visits of images, or by time where a limit would come sooner; and running means.

    limit: seconds from its start or restoration in which all is to be done, with what comes after the steps.
    """

    def __init__(self, images: int, passes: int, limit: float | None, pace: Callable[[float], Pace]) -> None:
        self.step = 0
        self.done = 0.0 if passes else 1.0  # from 0 before the first step to 1 behind the last
        self.ending = 0.0  # seconds that writing and verifying will take, as far as is known
        self._images, self._visits, self._planned = images, 0.0, images * passes
        self.pace_of = pace  # of a fit of so many passes
        self.limit, self._started = limit, time.monotonic()  # a limit counts from the start, or the restoration
        self.rounded = 0.0  # share of the latents that have been rounded by what they cost
        self.pixels = 0.0  # that steps of this run have looked at
        self._earlier = self._resumed = 0.0  # seconds and share of the fit that an interrupted run had behind it
        self._visits_before = 0.0
        self._error = self._bits = self._weight = 0.0
        self._counted_from: tuple[float, float] | None = None  # seconds and share of the time behind the first step
        self._first_visits = 0.0  # until then
        self._first_work = 0.0, 0.0  # seconds at work of this thread and of the process, until then
        self._latest = 0.0  # seconds at the latest report
        self._lately = 0.0, 0.0  # visits, and the seconds that they took, those of long ago for less

    @property
    def passes(self) -> float:
        """Visits of each image so far."""
        return self._visits / self._images

    @property
    def expected_passes(self) -> float:
        """Visits of each image that the fit will come to: fewer than planned where a limit will come sooner."""
        planned = self._planned / self._images
        return min(planned, self.passes / self.done) if self.done > 0 and planned else planned

    @property
    def seconds(self) -> float:
        """Since the start."""
        return self._earlier + time.monotonic() - self._started

    @property
    def counted_seconds(self) -> float:
        """Since the first step was through: what came before it tells nothing of the rest."""
        return 0.0 if self._counted_from is None else self.seconds - self._counted_from[0]

    @property
    def seconds_per_pass(self) -> float:
        """So far, without what came before the second step; 0 where that is not known."""
        visits = self._visits - self._first_visits
        return self.counted_seconds * self._images / visits if visits else 0.0

    def slowdown(self, threads: int) -> float:
        """How much longer things take than one of so many threads works, as other programs work, too."""
        this, process = (now - first for now, first in zip(_work(), self._first_work, strict=True))
        return max(1.0, self.counted_seconds / max(this, process / threads, 1e-9))

    @property
    def work(self) -> tuple[int, float]:
        """Steps taken, and the share of latents rounded: what a copy of the fit would keep."""
        return self.step, self.rounded

    @property
    def behind(self) -> float:
        """Share of the fit's time that is over, rounding counted in, where steps stand still."""
        return self._pace.time_share(self.done, self.rounded)

    @property
    def left(self) -> float:
        """Seconds until the limit; infinite without one."""
        return math.inf if self.limit is None else self.limit - (self.seconds - self._earlier)

    @property
    def overdue(self) -> bool:
        """Whether what is left of the limit is needed for what comes after the rounding of latents."""
        steps = LEAST_STEPS * (1.0 - self.done) * self.expected_passes * self.seconds_per_pass
        return self.left < self.ending + steps

    def stand(self) -> None:
        """What went by since the latest report was no step: what is left to do is done in what is left of the time."""
        self._latest = self.seconds

    def state(self) -> list[float]:
        """What a checkpoint must keep."""
        sums = self._error, self._bits, self._weight
        began = self._resumed, self._visits_before
        return [self.step, self.done, self._visits, self.rounded, self.seconds, *sums, *began]

    def restore(self, state: list[float]) -> None:
        """Go on from another meter's state; a time limit counts anew."""
        self.step, self.done, self._visits = int(state[0]), state[1], state[2]
        self.rounded, self._earlier, self._error, self._bits, self._weight = state[3:8]
        self._resumed, self._visits_before = state[8:]
        if self._done_by_visits(0.0) != self.done:  # a time limit was ahead of the visits: go on from there
            self._resumed, self._visits_before = self.done, self._visits

    def tick(self, phase: str, images: float, figures: Sequence[tuple[float, float]], steps: int = 1) -> Progress:
        """Count a step that visited that many images, or some steps together.

        figures: mean squared error and bits per pixel of it, or of steps before it that are only now known.
        """
        self.step += steps
        seconds = self.seconds
        took = seconds - self._latest
        by_time = self._done_by_time(took)
        self._visits += images
        self.done = min(1.0, max(self._done_by_visits(0.0), by_time, self.done))
        for error, bits in figures:
            self._error, self._bits, self._weight = (
                SMOOTHING * mean + (1 - SMOOTHING) * value
                for mean, value in ((self._error, error), (self._bits, bits), (self._weight, 1.0))
            )
        if self._counted_from is None:
            self._counted_from = seconds, self.behind
            self._first_visits, self._first_work = self._visits, _work()
        else:
            kept = math.exp(-took / LATELY)
            self._lately = kept * self._lately[0] + images, kept * self._lately[1] + took
        return self.progress(phase)

    def done_ahead(self, images: float) -> float:
        """How much will be done after so many visits more: told by visits, or by the time that they will take."""
        visits, took = self._lately
        by_time = self._done_by_time(images * took / visits) if visits else 0.0
        return min(1.0, max(self._done_by_visits(images), by_time, self.done))

    def progress(self, phase: str) -> Progress:
        """How far the fit is; before the first step nothing is known of its figures."""
        self._latest = seconds = self.seconds
        return Progress(
            phase=phase,
            step=round(self.done * self._planned),
            steps=self._planned,
            passes=self.passes,
            psnr=psnr_of_error(self._error / self._weight) if self._weight else math.nan,
            bits_per_pixel=self._bits / self._weight if self._weight else math.nan,
            seconds=seconds,
            remaining=self._remaining(seconds),
            done=self.done,
        )

    @property
    def _pace(self) -> Pace:
        return self.pace_of(self.expected_passes)

    def _remaining(self, seconds: float) -> float:
        """Seconds to go at the pace of the steps so far; unknown at the first one."""
        first_seconds, first = self._counted_from or (seconds, 1.0)
        behind = self.behind
        if behind >= 1.0:
            return self.ending
        gone = behind - first
        return (seconds - first_seconds) * (1.0 - behind) / gone + self.ending if gone > 0 else math.nan

    def _done_by_visits(self, ahead: float) -> float:
        return self._resumed + (self._visits + ahead - self._visits_before) / self._planned

    def _done_by_time(self, took: float) -> float:
        """How much is to be done when a step is through that takes so many seconds from the latest report on.

        That share of what is left to do is what it has of the time that is left: what stands still, or takes longer
        than foreseen, makes the rest go by faster. A step more must not end beyond the limit.
        """
        if self.limit is None or self._counted_from is None:
            return 0.0
        end = max(self._earlier + self.limit - self.ending, self._counted_from[0] + LEAST_ROOM)
        room = end - self._latest
        if room < 1.5 * took:
            return 1.0
        behind = self.behind
        return self._pace.done_after(behind + (1.0 - behind) * took / room)


def _work() -> tuple[float, float]:
    return time.thread_time(), time.process_time()
