"""A sound read out of its field at any rate."""

from __future__ import annotations

import math

import numpy as np

from inrcodec.archive.signal import Signal
from inrcodec.numerics.arrays import FloatArray

FINER = 2  # times the rate that the sound had: where the field is read before it is filtered
REACH = 24  # zero crossings of the filter to either side
STRETCH = 1 << 18  # samples that are filtered at once


def native_rate(signal: Signal) -> float:
    """Samples a second that the sound had."""
    low, high = signal.places[0]
    return signal.axes[0] / (high - low)


def sound_at(signal: Signal, rate: int) -> FloatArray:
    """Samples (count, channels), the first one taken when the first one was that the sound had.

    At its own rate, the field itself. At others the field is read finely and its part above both Nyquist frequencies
    taken away, by a windowed sinc: below them nobody asked for more, and what lies above would fold back.
    """
    low, high = signal.places[0]
    native = native_rate(signal)
    count = max(1, round((high - low) * rate))
    start = low + 0.5 / native
    if round(native) == rate:
        return signal.on_grid()
    times = max(1, math.ceil(FINER * native / rate))
    kernel = lowpass(min(1.0, native / rate) / times)
    margin = len(kernel) // 2
    found = np.empty((count, signal.channels), np.float32)
    for first in range(0, count, STRETCH):
        last = min(count, first + STRETCH)
        numbers = np.arange(first * times - margin, (last - 1) * times + margin + 1)
        seconds = np.clip(start + numbers / (rate * times), low, high)
        read = signal.at((2 * (seconds - low) / (high - low) - 1)[:, None])
        for channel in range(signal.channels):
            found[first:last, channel] = np.convolve(read[:, channel], kernel, "valid")[::times]
    return found


def lowpass(share: float) -> FloatArray:
    """A filter that lets through that share of the frequencies of what it is applied to, and sums to 1."""
    wide = math.ceil(REACH / share)
    places = np.arange(-wide, wide + 1)
    kernel = np.sinc(share * places) * np.kaiser(2 * wide + 1, 8.0)
    return np.asarray(kernel / kernel.sum(), dtype=np.float32)
