"""Limits too short for a usual fit: no pixels are hidden, or latents stay as they are guessed, as with effort 0."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from inrcodec.encoding.options import EncodeOptions
from inrcodec.encoding.outlook import too_few
from inrcodec.encoding.prepare import Prepared, prepared
from inrcodec.encoding.start import guessed_in_time, guesses_per_second
from inrcodec.errors import UsageError
from inrcodec.images import PictureSet

if TYPE_CHECKING:
    from inrcodec.fitting.progress import Meter

# Guesses look past hidden pixels, and fits of fewer passes do not get over that: 100 icons after 25 have 29.7 dB, and
# 37.5 where nothing is hidden. Measured.
HIDING_PASSES = 60
LOADING = 1.0  # seconds that kernels take to load
TOLERATED = 2.0  # seconds that guesses may take of however short a limit
TELLING, READINGS = 0.05, 2  # seconds of steps that a reading takes, and how many are needed
SURE = 1.0  # seconds of steps, whose mean is good; before, the quickest reading is: what stands still is only slower


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """How a fit begins where its options leave that to time.

    time_limit: seconds by which it is decided; hides: whether pixels are hidden, as was asked for; steps: whether any
    is taken; guess: whether latents start as a network guesses them, which how many threads there are decides, too;
    None: that is still to be decided.
    """

    time_limit: float | None
    hides: bool = True
    steps: bool = True
    guess: bool | None = None

    def of(self, options: EncodeOptions) -> EncodeOptions:
        """The options that say so."""
        options = replace(options, time_limit=self.time_limit)
        options = options if self.hides else replace(options, holdout=0.0)
        return options if self.steps else replace(options, passes=0)


class PassesAhead:
    """How many passes a fit will come to within its time limit, by what its steps take.

    By pixels: a window of a large picture is a small part of a visit, and a thumbnail that takes far less is a whole
    one. What is done between steps, such as asking how long writing will take, tells nothing of that.
    """

    def __init__(self, pixels: int) -> None:
        """Before the first step of a fit of so many pixels."""
        self._pixels = pixels
        self._seconds = self._seen = 0.0  # of the steps so far and their pixels, but for the first: it loads kernels
        self._readings, self._quickest = 0, 0.0  # pixels a second
        self._read = 0.0, 0.0  # seconds and pixels until the latest reading
        self._since: tuple[float, float] | None = None  # when steps went on, and pixels until then

    def see(self, meter: Meter) -> None:
        """A step is through."""
        if self._since is None:
            return
        self._seconds += time.monotonic() - self._since[0]
        self._seen += meter.pixels - self._since[1]
        seconds, seen = self._seconds - self._read[0], self._seen - self._read[1]
        if seconds >= TELLING:
            self._readings, self._read = self._readings + 1, (self._seconds, self._seen)
            self._quickest = max(self._quickest, seen / seconds)

    def go_on(self, meter: Meter) -> None:
        """The next one begins."""
        self._since = (time.monotonic(), meter.pixels) if meter.step else None

    def known(self, meter: Meter) -> float | None:
        """As far as is known; None too early, and where there is no limit."""
        if meter.limit is None or (self._readings < READINGS and meter.done < 1.0):
            return None
        return meter.pixels / self._pixels + (self.anew(meter) if meter.done < 1.0 else 0.0)

    def anew(self, meter: Meter, lost: float = 0.0) -> float:
        """That there is time for from now on, when something else has taken so many seconds first."""
        rate = self._quickest if self._seconds < SURE else self._seen / self._seconds
        passes = max(0.0, meter.left - lost - meter.ending) * rate / self._pixels
        return passes / (1.0 + meter.pace_of(passes).rounding)


class Alternatives:
    """What a fit may begin with instead of what is asked for."""

    def __init__(self, beginning: Beginning, asked: Prepared, options: EncodeOptions) -> None:
        """asked: as it was prepared for that beginning."""
        self._beginning, self._asked, self._options = beginning, asked, options

    def to(self, passes: float, passes_anew: float | None = None) -> Beginning | None:
        """The best one, as there is time for so many passes only; None where it is well as it is.

        passes_anew: that there would be time for, were the fit begun again; None: too late for that, but for guesses.
        """
        planned, holdout = self._asked.settings.passes, self._asked.settings.holdout
        hidden = self._asked.settings.guess and holdout.fraction_ppm > 0 and holdout.mode == "release"
        if passes_anew is not None and hidden and passes < min(HIDING_PASSES, planned - 1):
            unhidden = replace(self._beginning, hides=False)
            return self._without_steps if too_few(passes_anew, planned) else unhidden
        return self._without_steps if too_few(passes, planned) else None

    @cached_property
    def _without_steps(self) -> Beginning | None:
        """None where latents cannot be guessed for what is asked for, in time or nearly so."""
        other = replace(self._beginning, steps=False, guess=None)
        options, pixels = other.of(self._options), self._asked.pixels
        soon = pixels <= guesses_per_second(options) * TOLERATED
        if options.start == "none" or not (soon or guessed_in_time(options, pixels)):
            return None
        try:
            prepared(self._asked.found, replace(options, target_psnr=None, target_size=None), record=False)
        except UsageError:
            return None
        return other


def beginning_without_steps(
    beginning: Beginning, asked: Prepared, options: EncodeOptions, seconds: float
) -> Beginning | None:
    """How to begin where guesses alone take what is left of the time, so that no step is to be tried; else None.

    seconds: that have gone by.
    """
    if (
        options.time_limit is None
        or seconds + LOADING + asked.pixels / guesses_per_second(options) < options.time_limit
    ):
        return None
    return Alternatives(beginning, asked, options).to(passes=0.0)


def prepared_for(beginning: Beginning, found: PictureSet, options: EncodeOptions, *, record: bool) -> Prepared:
    """Pictures and settings of a fit that begins so; its time limit is that of the options."""
    asked = prepared(found, beginning.of(options), record=record, guess=beginning.guess)
    return replace(asked, settings=replace(asked.settings, time_limit=options.time_limit))
