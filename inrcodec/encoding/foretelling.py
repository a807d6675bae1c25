"""Asks now and then, while a fit goes on, how long writing and verifying will take, and keeps room for it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from inrcodec.encoding.allowance import Allowance
from inrcodec.encoding.ending import OPTIONAL_SHARE, Ending, ending_of, share_of_limit
from inrcodec.encoding.prepare import Prepared
from inrcodec.encoding.target import with_corrections

if TYPE_CHECKING:
    from inrcodec.fitting.engine import Fit
    from inrcodec.fitting.progress import Progress

SHARES = (0.0, 0.3, 0.75)  # of a fit with a time limit, when it is asked; latents tell of references from the second on
SETTLED = 5.0  # seconds of steps, after which it is asked once where there is no limit: shorter fits end soon
RARELY = 0.02  # of a time limit, that asking may take, if it is to be asked between the first time and the last
BEYOND = 2.0  # seconds past a limit that guesses alone may be looked at: 100 icons with alpha are 84 kB else, and 49


class Foretelling:
    """Of one fit."""

    def __init__(self, fit: Fit, asked: Prepared, *, record: bool) -> None:
        """record: whether the file will have figures for reports."""
        self._fit, self._asked, self._record = fit, asked, record
        self._limit = asked.settings.time_limit
        self._due = [0.0] if self._limit is None else [*SHARES]
        self._needed: float | None = None

    @property
    def allowance(self) -> Allowance:
        """For optional work, when the steps are through."""
        if self._limit is None:
            return Allowance()
        if self._needed is None:  # a fit of no steps
            self._needed = self._ending(share=False).needed
        late = 0.0 if self._asked.settings.passes else BEYOND
        return Allowance(lambda: self._fit.meter.left + late, self._needed)

    def see(self, progress: Progress) -> None:
        """Ask, if it is time to."""
        if not self._due or progress.phase == "compile" or progress.done < self._due[0]:
            return
        meter, asked = self._fit.meter, self._asked
        if self._limit is None and meter.counted_seconds < SETTLED:
            return
        begun, first = time.monotonic(), self._due.pop(0) == 0.0
        ending = self._ending() if self._limit is None else self._within(self._limit, known=not first)
        self._needed = ending.needed
        meter.ending = ending.seconds
        if asked.settings.target is not None:
            meter.ending = with_corrections(ending.seconds, self._fit.engine, meter.seconds_per_pass)
        meter.stand()
        took = time.monotonic() - begun
        if self._limit is not None and took > RARELY * self._limit:
            del self._due[:-1]
        meter.ending += took * len(self._due)  # it will be asked again

    def _ending(self, *, share: bool | None = None) -> Ending:
        asked = self._asked
        share = asked.share if share is None else share
        return ending_of(self._fit, asked.pictures, asked.pixels, record=self._record, share=share)

    def _within(self, limit: float, *, known: bool) -> Ending:
        """With a limit, optional work gets a share of it, whatever it would take; known: whether there will be any."""
        needed, share = self._ending(share=False).needed, 0.0
        if self._asked.share:
            share = share_of_limit(self._fit, self._asked.pictures) if known else OPTIONAL_SHARE
        return Ending(needed=needed, optional=share * limit)
