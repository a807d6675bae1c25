"""Keeps a target: lambda is adjusted while the fit runs, so that one fit ends at the PSNR or the size asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from inrcodec.fitting.groups import Numbers
from inrcodec.fitting.schedule import FROZEN_FROM, RELEASED_FROM
from inrcodec.settings import Target

CONTROLLED_FROM = 0.40  # of the fit: earlier its figures say little of its end
# Fits from guessed latents are led from the start, as later on latents hardly follow: by what such fits, with lambda
# left alone, still came to from there. Measured on six sets; see docs/experiments.md.
GUESSED_FROM, GUESSED_PATIENCE, GUESSED_PATIENT_PASSES = 0.10, 0.08, 10
LATE, LATE_PATIENCE = 0.60, 1.5  # of the fit, and how many times more patience there is from then on
HIDDEN_PATIENCE = 2.0  # the same while pixels are hidden: what the others show differs by 3 dB from set to set
STAGES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, FROZEN_FROM)  # of the fit
STILL_GAINED = (3.4, 2.5, 1.9, 0.6, 0.2, 0.0, 0.0, 0.0)  # dB
STILL_HIDDEN = (1.8, 1.0, -0.2, -0.8, -0.8, 1.8, 0.8, 0.6)  # dB, where pixels are hidden until RELEASED_FROM
STILL_SAVED = (0.47, 0.42, 0.28, 0.13, 0.03, 0.0, 0.0, 0.0)  # octaves of the size
COUNTED_EVERY = 0.02  # of the fit: what the network costs beside a base grows
PATIENCE, PATIENT_PASSES = 0.03, 2  # share of the fit, or passes, in which an error shrinks to a third: the longer one
SETTLING, SETTLING_PASSES = 0.02, 10  # likewise: what released pixels take to look like the others
DECIBELS_PER_DECADE = 9.6  # of lambda; measured
ROUNDING_ERROR = 1 / 12 / 255**2  # mean square of rounding to 8 bits
OCTAVES_PER_DECADE = 1.45  # of the size, likewise
LARGEST_ERROR = 0.5  # decades
FARTHEST = 1.5  # decades from where lambda began with guesses, which foresee it
SMALLEST_WEIGHT, LARGEST_WEIGHT = 1e-6, 3e-2  # beyond, latents are free or worth nothing

Figures = npt.NDArray[np.float64]


@dataclass
class RateControl:
    """Lambda now, the target if there is one, and the latest squared error of every image.

    hides: whether pixels are hidden until they are released; guessed: whether latents begin as a network guesses them.
    """

    weight: float
    target: Target | None
    images: int
    hides: bool = False
    guessed: bool = False
    network_bits: float = 0.0  # bits of the file besides the latents, kept up to date by the engine
    errors: Figures = field(init=False)
    bits: Figures = field(init=False)
    _counted: float = 0.0  # how much of the fit was done when network_bits were

    def __post_init__(self) -> None:
        self._first, self._from = self.weight, GUESSED_FROM if self.guessed else CONTROLLED_FROM
        self._last = self._from
        self.errors = np.full(self.images, np.nan)
        self.bits = np.full(self.images, np.nan)

    def observe(self, images: Numbers, errors: Figures, bits: float) -> None:
        """Take note of the mean squared errors (B,) of some images and the bits that they take on average."""
        known = ~np.isnan(self.errors[images])
        self.errors[images] = np.where(known, 0.5 * (self.errors[images] + errors), errors)
        self.bits[images] = bits

    def psnr(self) -> float:
        """Mean over images of their PSNR, in dB, as far as they have been seen."""
        return float(np.nanmean(-10.0 * np.log10(self.errors + ROUNDING_ERROR)))

    def size(self) -> float:
        """Bytes that the file would have."""
        return (float(np.nanmean(self.bits)) * self.images + self.network_bits) / 8

    def count(self, network_bits: float, done: float) -> None:
        """Take note of what the network costs, when that much of the fit is done."""
        self.network_bits, self._counted = network_bits, done

    def asks(self, done: float) -> bool:
        """Whether it is time to count again what the network costs."""
        if self.target is None or self.target.size is None:
            return not self.network_bits
        return not self.network_bits or done >= self._counted + COUNTED_EVERY

    def adjust(self, done: float, passes: float = math.inf) -> None:
        """Move lambda towards the target, as far as a fit of so many passes has moved since the last call."""
        if self.hides and RELEASED_FROM <= done < RELEASED_FROM + max(SETTLING, SETTLING_PASSES / passes):
            self._last = done  # errors are large for a while, and not for lambda's sake
            return
        if self.target is None or not self._from <= done < FROZEN_FROM or np.isnan(self.errors).any():
            return
        error = max(-LARGEST_ERROR, min(LARGEST_ERROR, self._error(self.target, done)))
        moved = self.weight * 10.0 ** (error * min(1.0, (done - self._last) / self._patience(done, passes)))
        reach = 10.0**FARTHEST if self.guessed else math.inf
        lowest, highest = max(SMALLEST_WEIGHT, self._first / reach), min(LARGEST_WEIGHT, self._first * reach)
        self.weight = min(highest, max(lowest, moved))
        self._last = done

    def _error(self, target: Target, done: float) -> float:
        """Decades by which lambda is too small, as far as can be told when that much of the fit is done."""
        if target.psnr is not None:
            come = self._still(STILL_HIDDEN if self.hides else STILL_GAINED, done)
            return (self.psnr() + come - target.psnr) / DECIBELS_PER_DECADE
        assert target.size is not None
        return (math.log2(self.size() / target.size) - self._still(STILL_SAVED, done)) / OCTAVES_PER_DECADE

    def _still(self, figures: tuple[float, ...], done: float) -> float:
        """What fits from guesses still come to."""
        return float(np.interp(done, STAGES, figures)) if self.guessed else 0.0

    def _patience(self, done: float, passes: float) -> float:
        """Share of the fit in which an error shrinks to a third."""
        if not self.guessed:
            return max(PATIENCE, PATIENT_PASSES / passes)
        patience = max(GUESSED_PATIENCE, GUESSED_PATIENT_PASSES / passes)
        if done >= LATE:
            return LATE_PATIENCE * patience
        return HIDDEN_PATIENCE * patience if self.hides and done < RELEASED_FROM else patience

    def state(self) -> list[list[float]]:
        """What a checkpoint must keep."""
        return [
            [self.weight, self._first, self._last, self.network_bits, self._counted],
            self.errors.tolist(),
            self.bits.tolist(),
        ]

    def restore(self, state: list[list[float]]) -> None:
        """Go on from another's state."""
        (self.weight, self._first, self._last, self.network_bits, self._counted), errors, bits = state
        self.errors, self.bits = np.array(errors), np.array(bits)
