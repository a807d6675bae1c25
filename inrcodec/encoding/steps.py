"""The steps of an encode's fit, and what goes on beside them: curves, checkpoints, forecasts, snapshots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inrcodec.encoding.foretelling import Foretelling
from inrcodec.encoding.job import Job
from inrcodec.encoding.keeping import Keeper
from inrcodec.encoding.recorder import Recorder
from inrcodec.encoding.short_limits import TOLERATED, Alternatives, Beginning, PassesAhead
from inrcodec.encoding.start import guesses_per_second

if TYPE_CHECKING:
    from inrcodec.fitting.engine import Fit

AGAIN = 1.5  # times what guessing takes, a fit that is begun again
TOLD_AFTER = 1.0  # seconds of steps: they tell how far the fit will come


def take_steps(fit: Fit, keeper: Keeper, recorder: Recorder, job: Job, foretelling: Foretelling) -> Beginning | None:
    """Take every step that a fit has left, telling of it; or how to begin instead, as there is too little time."""
    run, time_left = job.run, _TimeLeft(fit, job)
    untold = run.on_outlook is not None
    if run.snapshots:
        fit.stops = run.snapshots.steps
    for progress in fit.steps():
        time_left.ahead.see(fit.meter)
        recorder.see(progress, fit.meter.step)
        keeper.see()
        foretelling.see(progress)
        if not run.resume and (instead := time_left.better_beginning()) is not None:
            return instead
        if untold and run.on_outlook and fit.meter.counted_seconds >= TOLD_AFTER:
            untold = False
            run.on_outlook(job.outlook(fit))
        if run.snapshots and fit.meter.step in run.snapshots.steps:
            run.snapshots.show(str(fit.meter.step), dict(fit.pictures()), job.asked.pictures)
        if run.on_progress:
            run.on_progress(progress)
        time_left.ahead.go_on(fit.meter)
    keeper.through()
    return None


class _TimeLeft:
    """What the time that is left of a fit's limit is good for."""

    def __init__(self, fit: Fit, job: Job) -> None:
        """Before the first step."""
        self.ahead = PassesAhead(fit.run.pixels)
        self._fit, self._first = fit, True
        self._alternatives = Alternatives(job.beginning, job.asked, job.options)
        self._guessing = fit.run.guessing or job.asked.pixels / guesses_per_second(job.options)

    def better_beginning(self) -> Beginning | None:
        """How to begin instead; None where it is well as it is, or too early or too late to tell.

        Whether pixels are hidden is decided once, while little is done. Guesses that nothing is fitted to are taken
        later, too, where steps become slower, but not beyond the limit.
        """
        meter = self._fit.meter
        passes = self.ahead.known(meter)
        if passes is None:
            return None
        if self._first and meter.done < 1.0:
            self._first = False
            return self._alternatives.to(passes, self.ahead.anew(meter, lost=AGAIN * self._guessing))
        if self._guessing > max(0.0, meter.left - meter.ending) + TOLERATED:
            return None
        return self._alternatives.to(passes)
