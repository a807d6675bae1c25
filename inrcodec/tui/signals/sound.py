"""A sound: its wave above, its spectrum over time below; zoomed and moved along."""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from textual.binding import Binding, BindingType

from inrcodec.archive import Signal
from inrcodec.archive.sound import native_rate
from inrcodec.numerics.arrays import FloatArray
from inrcodec.tui.halfblocks import Levels
from inrcodec.tui.movement import moves
from inrcodec.tui.signals.screen import SignalScreen

MOST_SAMPLES = 1 << 22  # that are read; of longer sounds, every few
LEAST_SPAN = 64  # samples that are seen at least
WINDOW = 1024  # samples of a spectrum
LOWEST_HERTZ, DEPTH = 40.0, 70.0  # of the spectrum: its lower edge, and dB from its loudest to black
WAVE, AXIS, GROUND = (86, 180, 233), (70, 70, 80), (16, 16, 20)
# From quiet to loud: black, violet, red, orange, pale yellow, which keeps its order in gray, too.
HEAT = np.array([(0, 0, 4), (80, 18, 123), (182, 54, 121), (251, 136, 97), (252, 253, 191)], dtype=np.float64)


class SoundScreen(SignalScreen[tuple[int, int]]):
    """The view is (first sample, samples)."""

    KEYS = "arrows or h l: move along\n+ -: zoom    0: all of it\nHome End: its ends    q: quit"
    BINDINGS: ClassVar[list[BindingType]] = [
        *moves("Move", "← →"),
        Binding("plus,equals_sign", "zoom(0.5)", "Zoom", key_display="+ -"),
        Binding("minus", "zoom(2.0)", show=False),
    ]

    def __init__(self, signal: Signal) -> None:
        super().__init__(signal)
        self._samples: FloatArray | None = None
        self._begin, self._span = 0, self._total

    @property
    def _total(self) -> int:
        return min(self.signal.axes[0], MOST_SAMPLES)

    @property
    def _rate(self) -> float:
        return native_rate(self.signal) * self._total / self.signal.axes[0]

    def view(self) -> tuple[int, int]:
        """See the class."""
        return self._begin, self._span

    def words(self) -> str:
        """The stretch that is seen, and the scale of the spectrum."""
        begin = self.signal.places[0][0] + self._begin / self._rate
        return (
            f"{begin:.3f} to {begin + self._span / self._rate:.3f} s    "
            f"below: {LOWEST_HERTZ:.0f} Hz to {self._rate / 2:,.0f} Hz"
        )

    def paint(self, view: tuple[int, int], across: int, down: int) -> Levels:
        """Wave and spectrum, half of the rows each."""
        first, span = view
        if self._samples is None:
            self._samples = self.signal.on_grid((self._total,))
        seen = self._samples[first : first + span]
        loudest = float(np.abs(self._samples).max()) or 1.0
        tall = 2 * (down // 4)
        above = np.concatenate(
            [wave_picture(seen[:, [c]], across, tall // seen.shape[1], loudest) for c in range(seen.shape[1])]
        )
        mixed = self._samples.mean(axis=1)
        below = spectrum_picture(mixed, first, span, across, down - len(above), self._rate)
        return np.concatenate([above, below])

    # What moves

    def move(self, right: int, down: int) -> None:
        """By eighths of what is seen."""
        self._see(self._begin + (right + down) * max(1, self._span // 8), self._span)

    def move_page(self, pages: float) -> None:
        """By what is seen."""
        self._see(self._begin + round(pages * self._span), self._span)

    def move_end(self, last: bool) -> None:
        """To the beginning or the end."""
        self._see(self._total if last else 0, self._span)

    def zero(self) -> None:
        """All of it."""
        self._see(0, self._total)

    def action_zoom(self, times: float) -> None:
        """See that many times as much, around the middle."""
        span = min(self._total, max(LEAST_SPAN, round(self._span * times)))
        self._see(self._begin + (self._span - span) // 2, span)

    def _see(self, first: int, span: int) -> None:
        self._span = min(self._total, span)
        self._begin = min(max(0, first), self._total - self._span)
        self.look()


def wave_picture(samples: FloatArray, across: int, down: int, loudest: float) -> Levels:
    """The least and the greatest of the samples (count, 1) that fall on each column, (down, across, 3)."""
    edges = np.linspace(0, len(samples), across + 1).astype(np.int64)
    starts = np.minimum(edges[:-1], len(samples) - 1)
    low, high = (take.reduceat(samples[:, 0], starts) for take in (np.minimum, np.maximum))
    rows = np.arange(down)[:, None]
    top = (1 - high / loudest) / 2 * (down - 1)
    bottom = (1 - low / loudest) / 2 * (down - 1)
    picture = np.empty((down, across, 3), np.uint8)
    picture[:] = GROUND
    picture[down // 2] = AXIS
    picture[(rows >= np.floor(top)) & (rows <= np.ceil(bottom))] = WAVE
    return picture


def spectrum_picture(
    samples: FloatArray, first: int, span: int, across: int, down: int, rate: float
) -> NDArray[np.uint8]:
    """Loudness over time and frequency, low ones below, in octaves of equal height, (down, across, 3)."""
    window = min(WINDOW, max(16, len(samples)))
    middles = first + (np.arange(across) + 0.5) * span / across
    numbers = np.rint(middles).astype(np.int64)[:, None] + np.arange(window) - window // 2
    inside = (numbers >= 0) & (numbers < len(samples))
    cut = samples[np.clip(numbers, 0, len(samples) - 1)] * inside * np.hanning(window)
    loud = 20 * np.log10(np.abs(np.fft.rfft(cut, axis=1)) + 1e-9)  # (across, frequencies)
    lowest = min(LOWEST_HERTZ, rate / 4)
    edges = lowest * (rate / 2 / lowest) ** (np.arange(down + 1)[::-1] / down) / rate * window
    shown = np.stack([_loudest(loud, low, high) for high, low in pairwise(edges)])
    steps = np.clip(1 + (shown - loud.max()) / DEPTH, 0, 1) * (len(HEAT) - 1)
    lower = np.minimum(steps.astype(np.int64), len(HEAT) - 2)
    mixed = HEAT[lower] + (steps - lower)[..., None] * (HEAT[lower + 1] - HEAT[lower])
    return np.asarray(np.rint(mixed), dtype=np.uint8)


def _loudest(loud: FloatArray, low: float, high: float) -> FloatArray:
    """The most of all frequencies (across, frequencies) between two places among them; between two of them, of both."""
    first = min(int(low), loud.shape[1] - 1)
    if high - low > 1:
        return np.asarray(loud[:, first : max(first + 1, int(high))].max(axis=1))
    share = min(1.0, (low + high) / 2 - first)
    return np.asarray(loud[:, first] * (1 - share) + loud[:, min(first + 1, loud.shape[1] - 1)] * share)


SCREEN = SoundScreen
