"""Time too short for a usual fit: no pixels are hidden, or latents stay as they are guessed, as with effort 0."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inrcodec.encoding.options import EncodeOptions
from inrcodec.encoding.outlook import too_few
from inrcodec.encoding.prepare import Prepared, prepared
from inrcodec.encoding.start import guessed_in_time, guesses_per_second
from inrcodec.errors import UsageError

if TYPE_CHECKING:
    from inrcodec.fitting.progress import Meter

# Guesses look past hidden pixels, and fits of fewer passes do not get over that: 100 icons after 25 have 29.7 dB, and
# 37.5 where nothing is hidden. Measured.
HIDING_PASSES = 60
LOADING = 1.0  # seconds that kernels take to load
TOLERATED = 2.0  # seconds that guesses may take of however short a limit
TELLING = 0.05  # seconds of steps that say how many there will be


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """How a fit begins where its options leave that to time.

    time_limit: seconds by which it is decided; hides: whether pixels are hidden, as was asked for; steps: whether any
    is taken.
    """

    time_limit: float | None
    hides: bool = True
    steps: bool = True

    def of(self, options: EncodeOptions) -> EncodeOptions:
        """The options that say so."""
        options = replace(options, time_limit=self.time_limit)
        options = options if self.hides else replace(options, holdout=0.0)
        return options if self.steps else replace(options, passes=0)


class PassesAhead:
    """How many passes a fit will come to within its time limit, by what its steps take.

    What is done between them, such as asking how long writing will take, tells nothing of that.
    """

    def __init__(self) -> None:
        """Before the first step."""
        self._seconds, self._passes = 0.0, 0.0  # of the steps so far, but for the first, which loads kernels
        self._since: tuple[float, float] | None = None  # when steps went on, and passes until then

    def see(self, meter: Meter) -> None:
        """A step is through."""
        if self._since is not None:
            self._seconds += time.monotonic() - self._since[0]
            self._passes += meter.passes - self._since[1]

    def go_on(self, meter: Meter) -> None:
        """The next one begins."""
        self._since = (time.monotonic(), meter.passes) if meter.step else None

    def known(self, meter: Meter, lost: float = 0.0) -> float | None:
        """As far as is known; None too early, and where there is no limit. lost: seconds that something else takes."""
        if meter.limit is None or (self._seconds < TELLING and meter.done < 1.0):
            return None
        if meter.done >= 1.0:
            return meter.passes
        return meter.passes + max(0.0, meter.left - lost - meter.ending) * self._passes / self._seconds


def rather(
    beginning: Beginning, asked: Prepared, options: EncodeOptions, passes: float, passes_anew: float
) -> Beginning | None:
    """What to begin with instead, as there is time for so many passes only; None where it is well as it is.

    passes_anew: that there would be time for, were the fit begun again.
    """
    planned, holdout = asked.settings.passes, asked.settings.holdout
    hidden = asked.settings.guess and holdout.fraction_ppm > 0 and holdout.mode == "release"
    harmful = hidden and passes < min(HIDING_PASSES, planned - 1)
    if too_few(passes_anew if harmful else passes, planned):
        other = replace(beginning, steps=False)
        return other if _can_be_guessed(asked, other.of(options)) else None
    return replace(beginning, hides=False) if harmful else None


def at_once(beginning: Beginning, asked: Prepared, options: EncodeOptions, seconds: float) -> Beginning | None:
    """The same before anything is begun: nothing is to be tried where guesses alone take what is left of the time.

    seconds: that have gone by.
    """
    if (
        options.time_limit is None
        or seconds + LOADING + asked.pixels / guesses_per_second(options) < options.time_limit
    ):
        return None
    return rather(beginning, asked, options, 0.0, 0.0)


def anew(beginning: Beginning, asked: Prepared, options: EncodeOptions, *, record: bool) -> Prepared:
    """The same pictures, prepared for another beginning."""
    other = prepared(asked.found, beginning.of(options), record=record)
    return replace(other, settings=replace(other.settings, time_limit=options.time_limit))


def _can_be_guessed(asked: Prepared, options: EncodeOptions) -> bool:
    """Whether latents can be guessed for what is asked for, in time or nearly so: nothing else comes to anything."""
    soon = asked.pixels <= guesses_per_second(options) * TOLERATED
    if options.start == "none" or not (soon or guessed_in_time(options, asked.pixels)):
        return False
    try:
        prepared(asked.found, replace(options, target_psnr=None, target_size=None), record=False)
    except UsageError:
        return False
    return True
