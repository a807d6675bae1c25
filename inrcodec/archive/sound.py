"""A sound read out of its field at any rate."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from inrcodec.archive.signal import Signal
from inrcodec.numerics.arrays import FloatArray

REACH = 24  # zero crossings of the filter to either side
BETA = 8.0  # of its Kaiser window
STRETCH = 1 << 13  # samples that are made at once


def native_rate(signal: Signal) -> float:
    """Samples a second that the sound had."""
    low, high = signal.places[0]
    return signal.axes[0] / (high - low)


def sound_at(signal: Signal, rate: int) -> FloatArray:
    """Samples (count, channels), the first one taken when the first one was that the sound had.

    At its own rate, the field itself. At others its own samples are joined by windowed sines over x: a sound that was
    sampled has nothing above half its rate, and what the field does between two samples nobody asked it to. At lower
    rates, what lies above half of these is taken away first, or it would fold back.
    """
    native, own = native_rate(signal), signal.on_grid()
    if round(native) == rate:
        return own
    low, high = signal.places[0]
    count = max(1, round((high - low) * rate))
    found = np.empty((count, signal.channels), np.float32)
    for first in range(0, count, STRETCH):
        numbers = np.arange(first, min(count, first + STRETCH))
        found[numbers] = _between(own, np.asarray(numbers * (native / rate), np.float64), min(1.0, rate / native))
    return found


def _between(samples: FloatArray, places: NDArray[np.float64], share: float) -> FloatArray:
    """Samples (count, channels) at places (new,) between them, of which that share of the frequencies is kept.

    Beyond the first and the last one there is silence. (Smith, "Digital Audio Resampling", 2002; Kaiser's window.)
    """
    wide = math.ceil(REACH / share)
    near = np.floor(places).astype(np.int64)[:, None] + np.arange(1 - wide, wide + 1)
    away = places[:, None] - near
    window = np.i0(BETA * np.sqrt(np.clip(1 - np.square(away / wide), 0, None))) / np.i0(BETA)
    weights = share * np.sinc(share * away) * window * ((near >= 0) & (near < len(samples)))
    return np.asarray(np.einsum("pk,pkc->pc", weights, samples[np.clip(near, 0, len(samples) - 1)]), dtype=np.float32)
