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
PATIENCE, PATIENT_PASSES = 0.03, 2  # share of the fit, or passes, in which an error shrinks to a third: the longer one
SETTLING, SETTLING_PASSES = 0.02, 10  # likewise: what released pixels take to look like the others
DECIBELS_PER_DECADE = 9.6  # of lambda; measured
ROUNDING_ERROR = 1 / 12 / 255**2  # mean square of rounding to 8 bits
OCTAVES_PER_DECADE = 1.45  # of the size, likewise
LARGEST_ERROR = 0.5  # decades
SMALLEST_WEIGHT, LARGEST_WEIGHT = 1e-6, 3e-2  # beyond, latents are free or worth nothing

Figures = npt.NDArray[np.float64]


@dataclass
class RateControl:
    """Lambda now, the target if there is one, and the latest squared error of every image.

    hides: whether pixels are hidden until they are released.
    """

    weight: float
    target: Target | None
    images: int
    hides: bool = False
    network_bits: float = 0.0  # bits of the file besides the latents, kept up to date by the engine
    errors: Figures = field(init=False)
    bits: Figures = field(init=False)
    _last: float = CONTROLLED_FROM

    def __post_init__(self) -> None:
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

    def adjust(self, done: float, passes: float = math.inf) -> None:
        """Move lambda towards the target, as far as a fit of so many passes has moved since the last call."""
        if self.hides and RELEASED_FROM <= done < RELEASED_FROM + max(SETTLING, SETTLING_PASSES / passes):
            self._last = done  # errors are large for a while, and not for lambda's sake
            return
        if self.target is None or not CONTROLLED_FROM <= done < FROZEN_FROM or np.isnan(self.errors).any():
            return
        if self.target.psnr is not None:
            error = (self.psnr() - self.target.psnr) / DECIBELS_PER_DECADE
        else:
            assert self.target.size is not None
            error = math.log2(self.size() / self.target.size) / OCTAVES_PER_DECADE
        error = max(-LARGEST_ERROR, min(LARGEST_ERROR, error))
        patience = max(PATIENCE, PATIENT_PASSES / passes)
        moved = self.weight * 10.0 ** (error * min(1.0, (done - self._last) / patience))
        self.weight = min(LARGEST_WEIGHT, max(SMALLEST_WEIGHT, moved))
        self._last = done

    def state(self) -> list[list[float]]:
        """What a checkpoint must keep."""
        return [[self.weight, self._last, self.network_bits], self.errors.tolist(), self.bits.tolist()]

    def restore(self, state: list[list[float]]) -> None:
        """Go on from another's state."""
        (self.weight, self._last, self.network_bits), errors, bits = state
        self.errors, self.bits = np.array(errors), np.array(bits)
