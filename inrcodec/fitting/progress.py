"""What the engine tells about itself while it works; free of torch, so that faces can name it."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.weights import CodedTensor
from inrcodec.fitting.pace import Pace
from inrcodec.numerics.metrics import psnr_of_error

Errors = npt.NDArray[np.float64]
Latents = tuple[npt.NDArray[np.int16], ...]  # per level (channels, cells down, cells across)
SMOOTHING = 0.98  # share of the running means that a step keeps


@dataclass(frozen=True)
class Progress:
    """How far a fit is; `psnr` (dB, from the running mean error) and `bits_per_pixel` are estimates."""

    phase: str  # compile, fit, qat, round, freeze, correct, write
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


class Meter:
    """How much of a fit is done, by visits of images, or by time where a limit would come sooner; and running means."""

    def __init__(self, images: int, passes: int, limit: float | None, pace: Pace) -> None:
        self.step = 0
        self.done = 0.0  # from 0 before the first step to 1 behind the last
        self._images, self._visits, self._planned = images, 0.0, images * passes
        self._limit, self._pace, self._started = limit, pace, time.monotonic()
        self.rounded = 0.0  # share of the latents that have been rounded by what they cost
        self._earlier = self._resumed = 0.0  # seconds and share of the fit that an interrupted run had behind it
        self._visits_before = self._resumed_share = 0.0
        self._error = self._bits = self._weight = 0.0
        self._counted_from: tuple[float, float] | None = None  # seconds and share of the time behind the first step

    @property
    def passes(self) -> float:
        """Visits of each image so far."""
        return self._visits / self._images

    @property
    def seconds(self) -> float:
        """Since the start."""
        return self._earlier + time.monotonic() - self._started

    def state(self) -> list[float]:
        """What a checkpoint must keep."""
        sums = self._error, self._bits, self._weight
        return [self.step, self.done, self._visits, self.rounded, self.seconds, *sums]

    def restore(self, state: list[float]) -> None:
        """Go on from another meter's state; a time limit counts anew."""
        self.step, self.done, self._visits = int(state[0]), state[1], state[2]
        self.rounded, self._earlier, self._error, self._bits, self._weight = state[3:]
        self._resumed, self._visits_before = self.done, self._visits
        self._resumed_share = self._pace.time_share(self.done, self.rounded)

    def tick(self, phase: str, images: float, figures: Sequence[tuple[float, float]]) -> Progress:
        """Count a step that visited that many images.

        figures: mean squared error and bits per pixel of it, or of steps before it that are only now known.
        """
        self.step += 1
        self._visits += images
        seconds = self.seconds
        by_visits = self._resumed + (self._visits - self._visits_before) / self._planned
        self.done = min(1.0, max(by_visits, self._done_by_time(seconds), self.done))
        for error, bits in figures:
            self._error, self._bits, self._weight = (
                SMOOTHING * mean + (1 - SMOOTHING) * value
                for mean, value in ((self._error, error), (self._bits, bits), (self._weight, 1.0))
            )
        if self._counted_from is None:  # compiling and loading are over, and tell nothing of the rest
            self._counted_from = seconds, self._behind
        return self.progress(phase)

    def progress(self, phase: str) -> Progress:
        """How far the fit is; before the first step nothing is known of its figures."""
        seconds = self.seconds
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
    def _behind(self) -> float:
        """Share of the fit's time."""
        return self._pace.time_share(self.done, self.rounded)

    def _remaining(self, seconds: float) -> float:
        """Seconds to go at the pace of the steps so far; unknown at the first one."""
        first_seconds, first = self._counted_from or (seconds, 1.0)
        gone = self._behind - first
        if self._behind >= 1.0:
            return 0.0
        return (seconds - first_seconds) * (1.0 - self._behind) / gone if gone > 0 else math.nan

    def _done_by_time(self, seconds: float) -> float:
        """How much should be done by now to keep the time limit, which counts from the start or the resumption."""
        if self._limit is None:
            return 0.0
        before = self._resumed_share
        share = min(1.0, (seconds - self._earlier) / self._limit)
        return self._pace.done_after(before + (1.0 - before) * share)
