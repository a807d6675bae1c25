"""What the engine tells about itself while it works; free of torch, so that faces can name it."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.weights import CodedTensor
from inrcodec.metrics import psnr_of_error

SMOOTHING = 0.98  # share of the running means that a step keeps


@dataclass(frozen=True)
class Progress:
    """One moment of a fit; `psnr` (dB, from the running mean error) and `bits_per_pixel` are estimates."""

    phase: str  # fit, settle, freeze, write
    step: int
    steps: int
    passes: float
    psnr: float
    bits_per_pixel: float
    seconds: float
    remaining: float


@dataclass(frozen=True)
class Fitted:
    """What a fit leaves: integers only, ready to be written."""

    network: tuple[CodedTensor, ...]
    context: tuple[CodedTensor, ...]
    latents: tuple[tuple[npt.NDArray[np.int16], ...], ...]  # per image, per level (channels, cells down, cells across)
    holdout_error: npt.NDArray[np.float64] | None  # (images,) mean squared error on pixels the loss had not seen
    passes: float
    seconds: float


class Meter:
    """How much of a fit is done, by steps, or by time where a limit would come sooner; and the running means."""

    def __init__(self, steps: int, limit: float | None) -> None:
        self.step, self.steps = 0, steps
        self.done = 0.0  # from 0 before the first step to 1 behind the last
        self._limit, self._started = limit, time.monotonic()
        self._error = self._bits = self._weight = 0.0

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._started

    def tick(self, phase: str, passes: float, error: float, bits: float) -> Progress:
        """Count a step with its mean squared error and bits per pixel."""
        self.step += 1
        seconds = self.seconds
        by_steps, by_time = self.step / self.steps, seconds / self._limit if self._limit else 0.0
        self.done = min(1.0, max(by_steps, by_time, self.done))
        self._error, self._bits, self._weight = (
            SMOOTHING * mean + (1 - SMOOTHING) * value
            for mean, value in ((self._error, error), (self._bits, bits), (self._weight, 1.0))
        )
        remaining = seconds * (1.0 - self.done) / self.done if self.done else math.inf
        shown = round(self.done * self.steps)
        psnr, rate = psnr_of_error(self._error / self._weight), self._bits / self._weight
        return Progress(phase, shown, self.steps, passes, psnr, rate, seconds, remaining)
