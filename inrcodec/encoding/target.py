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
LEAST_SIZE, AIMED_SIZE = 0.992, 0.996  # of the target: a file may be smaller than asked for, but not larger
CORRECTION_PASSES = {"kernel": 70.0, "torch": 15.0}  # that take as long; measured
Made = tuple[bytes, Archive]  # a file's bytes, and what they decode to


def corrected(
    fit: Fit, make: Callable[[], Made], options: EncodeOptions, on_progress: Callable[[Progress], None] | None
) -> Made:
    """The file of a fit that is through, as near to the target as it can be led; without a target, as it is.

    make: the file of the fit as it stands.
    """
    made, needed = make(), fit.meter.ending / 2
    for attempt in range(MOST_CORRECTIONS):
        gap = _gap(options, *made)
        if gap is None or fit.meter.left < needed:
            break
        started = time.monotonic()
        for progress in fit.correct(gap, attempt):
            if on_progress:
                on_progress(progress)
        made = make()
        needed = time.monotonic() - started
    return made


def correction_seconds(engine: str, a_pass: float) -> float:
    """About how long one correction takes where a pass of the fit takes that long."""
    return CORRECTION_PASSES[engine] * a_pass


def _gap(options: EncodeOptions, blob: bytes, archive: Archive) -> Gap | None:
    """What a file lacks; None where it is close enough."""
    if options.target_psnr is not None:
        missing = options.target_psnr - archive.reread(blob, Path()).means[PSNR]
        return Gap(psnr=missing) if math.isfinite(missing) and abs(missing) > CLOSE_PSNR else None
    if options.target_size is None or LEAST_SIZE <= len(blob) / options.target_size <= 1.0:
        return None
    latents = max(1, dict(archive.parts)["latents"])
    return Gap(bits=(AIMED_SIZE * options.target_size - len(blob)) / latents)
