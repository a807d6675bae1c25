"""Ends a fit at the target that was asked for: its file is looked at, and it is corrected by what that lacks."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from inrcodec.archive import Archive
from inrcodec.bitstream.figures import PSNR
from inrcodec.encoding.options import EncodeOptions
from inrcodec.settings import Gap

if TYPE_CHECKING:
    from inrcodec.fitting.engine import Fit
    from inrcodec.fitting.progress import Progress

MOST_CORRECTIONS = 6  # from level to level, from the finest on: small gaps need one
CLOSE_PSNR = 0.03  # dB
CLOSING = 0.5  # of a gap, that is left after a round at most, if there is to be another
LEAST_SIZE, AIMED_SIZE = 0.992, 0.996  # of the target: a file may be smaller than asked for, but not larger
CORRECTION_PASSES = {"kernel": 42.0, "torch": 15.0}  # that take as long; measured
Made = tuple[bytes, Archive]  # a file's bytes, and what they decode to
Make = Callable[[Archive | None], Made]


def corrected(fit: Fit, make: Make, options: EncodeOptions, on_progress: Callable[[Progress], None] | None) -> Made:
    """The file of a fit that is through, as near to the target as it can be led; without a target, as it is.

    make: the file of the fit as it stands; of one that was made before, references are good for the next.
    """
    made, needed = make(None), fit.meter.ending / 2
    first = gap = _gap(options, *made)
    for attempt in range(MOST_CORRECTIONS):
        if gap is None or first is None or fit.meter.left < needed:
            break
        tried = attempt > 0 and attempt == len(fit.run.model.levels)
        if tried and not _too_large(gap) and gap.width > CLOSING * first.width:
            break  # every level was tried, and another round would take as long and not get there
        started = time.monotonic()
        for progress in fit.correct(gap, attempt):
            if on_progress:
                on_progress(progress)
        made = make(made[1])
        gap = _gap(options, *made)
        needed = time.monotonic() - started
    return made


def _too_large(gap: Gap) -> bool:
    """Whether a file has more bytes than were allowed: then nothing is left untried."""
    return gap.bits is not None and not gap.better


def with_corrections(ending: float, engine: str, a_pass: float) -> float:
    """Seconds of all that comes after the steps, with a correction, where files take `ending` and a pass that long."""
    return 2 * ending + CORRECTION_PASSES[engine] * a_pass


def _gap(options: EncodeOptions, blob: bytes, archive: Archive) -> Gap | None:
    """What a file lacks; None where it is close enough."""
    if options.target_psnr is not None:
        missing = options.target_psnr - archive.reread(blob, Path()).means[PSNR]
        return Gap(psnr=missing) if math.isfinite(missing) and abs(missing) > CLOSE_PSNR else None
    if options.target_size is None or LEAST_SIZE <= len(blob) / options.target_size <= 1.0:
        return None
    latents = max(1, dict(archive.parts)["latents"])
    return Gap(bits=(AIMED_SIZE * options.target_size - len(blob)) / latents)
