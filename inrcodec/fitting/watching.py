"""Hidden pixels are looked at now and then while a fit goes on: what it makes of places that it has not seen."""

from __future__ import annotations

import math

import numpy as np

from inrcodec.fitting import schedule
from inrcodec.fitting.engines import StepEngine
from inrcodec.fitting.held_out import held_out_errors
from inrcodec.fitting.progress import Meter
from inrcodec.fitting.run import Run
from inrcodec.numerics.metrics import psnr_of_error
from inrcodec.settings import FitSettings

WATCH_EVERY, WATCH_PASSES, WATCHED_IMAGES = 1 / 48, 10, 24  # a look takes as long as half a pass, or less


def watched_psnr(run: Run, engine: StepEngine, meter: Meter) -> float | None:
    """PSNR of some images on hidden pixels, looked at now and then while they are hidden."""
    if run.settings.holdout.mode == "none" or run.released:
        return None
    apart = _apart(meter.expected_passes)
    if run.watched is None or meter.done >= run.watched[0] + apart or meter.done >= 1.0:
        errors = held_out_errors(run, engine.draw, sample=WATCHED_IMAGES).squared
        known = errors[~np.isnan(errors)]
        run.watched = meter.done, psnr_of_error(float(known.mean())) if len(known) else math.nan
    return run.watched[1]


def _apart(passes: float) -> float:
    return max(WATCH_EVERY, WATCH_PASSES / passes)


def looks(settings: FitSettings) -> float:
    """How often a fit looks at held-out pixels."""
    if settings.holdout.mode == "none":
        return 0.0
    share = schedule.RELEASED_FROM if settings.holdout.mode == "release" else 1.0
    return 1.0 + share / _apart(settings.passes)
