"""Ends a fit at the target that was asked for: its file is looked at, and it is corrected by what that lacks."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
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
FINER_ROUNDS = 4  # over the levels of guesses, at most
LEAST_GAIN, REACH = 0.25, 0.5  # dB that one must gain, and that the coarsest level may close
LEAST_GROWTH, REACH_GROWTH = 0.01, 0.1  # the same of the size, shares
LEAST_SIZE, AIMED_SIZE = 0.992, 0.996  # of the target: a file may be smaller than asked for, but not larger
PSNR_TOLERANCE, SIZE_TOLERANCE = 0.1, 0.01  # dB; share by which a file may be smaller: larger it may not be
CORRECTION_PASSES = {"kernel": 42.0, "torch": 15.0}  # that take as long; measured
Made = tuple[bytes, Archive]  # a file's bytes, and what they decode to
Make = Callable[[Archive | None], Made]


def corrected(fit: Fit, make: Make, options: EncodeOptions, on_progress: Callable[[Progress], None] | None) -> Made:
    """The file of a fit that is through, as near to the target as it can be led; without a target, as it is.

    make: the file of the fit as it stands; of one that was made before, references are good for the next.
    """
    levels, needed = len(fit.run.model.levels), fit.meter.ending / 2
    every = [make(None)]
    gaps = [_gap(options, *every[0])]
    finer = gaps[0] is not None and gaps[0].better and not fit.run.settings.passes
    for attempt in (_attempts_at_guesses if finer else _attempts)(levels, gaps):
        gap = gaps[-1]
        if gap is None or fit.meter.left < needed:
            break
        started = time.monotonic()
        for progress in fit.correct(gap, attempt):
            if on_progress:
                on_progress(progress)
        every.append(make(every[-1][1]))
        gaps.append(_gap(options, *every[-1]))
        needed = time.monotonic() - started
    return every[-1] if gaps[-1] is None else _best(every, options)


def met(options: EncodeOptions, size: int, psnr: float | None) -> bool:
    """Whether a file of so many bytes and such a mean PSNR is what was asked for, with some tolerance."""
    allowed, wanted = options.target_size, options.target_psnr
    if allowed is not None:  # what is exact in fewer bytes cannot be better
        return size <= allowed and (size >= (1.0 - SIZE_TOLERANCE) * allowed or psnr == math.inf)
    if wanted is not None and psnr is not None:  # what is exact cannot be worse
        return not PSNR_TOLERANCE < abs(psnr - wanted) < math.inf
    return True


def _attempts(levels: int, gaps: Sequence[Gap | None]) -> Iterator[int]:
    """What to try, as `Fit.correct` counts it; gaps: what was missing at first, and behind every attempt."""
    for attempt in range(MOST_CORRECTIONS):
        if attempt == levels and not _too_large(gaps[-1]) and _width(gaps[-1]) > CLOSING * _width(gaps[0]):
            return  # every level was tried, and another round would take as long and not get there
        yield attempt


def _attempts_at_guesses(levels: int, gaps: Sequence[Gap | None]) -> Iterator[int]:
    """The same for guesses that are to be finer: as long as that helps, for nothing else would.

    The coarsest level takes several times the bytes for that, and comes last, where it may close the gap.
    """
    for first in range(0, FINER_ROUNDS * levels, levels)[:MOST_CORRECTIONS]:
        before = _width(gaps[-1])
        yield from range(first, first + max(1, levels - 1))
        least, reach = (LEAST_GAIN, REACH) if gaps[0] and gaps[0].psnr is not None else (LEAST_GROWTH, REACH_GROWTH)
        if before - _width(gaps[-1]) >= least:
            continue
        if _width(gaps[-1]) > reach:
            return
        before = _width(gaps[-1])
        yield first + levels - 1
        if before - _width(gaps[-1]) < least / 10:
            return


def _width(gap: Gap | None) -> float:
    return 0.0 if gap is None else gap.width


def _best(every: Sequence[Made], options: EncodeOptions) -> Made:
    """The last file that meets the target nearly; else the last one, or one that is finer with fewer bytes."""
    for made in reversed(every):
        if met(options, len(made[0]), _psnr(*made)):
            return made
    last, size, psnr = every[-1], len(every[-1][0]), _psnr(*every[-1])
    finer = [made for made in every if len(made[0]) <= size and _psnr(*made) > psnr]
    return min(finer, key=lambda made: len(made[0])) if finer else last


def _psnr(blob: bytes, archive: Archive) -> float:
    return archive.reread(blob, Path()).means[PSNR]


def _too_large(gap: Gap | None) -> bool:
    """Whether a file has more bytes than were allowed: then nothing is left untried."""
    return gap is not None and gap.bits is not None and not gap.better


def with_corrections(ending: float, engine: str, a_pass: float) -> float:
    """Seconds of all that comes after the steps, with a correction, where files take `ending` and a pass that long."""
    return 2 * ending + CORRECTION_PASSES[engine] * a_pass


def _gap(options: EncodeOptions, blob: bytes, archive: Archive) -> Gap | None:
    """What a file lacks; None where it is close enough."""
    if options.target_psnr is not None:
        missing = options.target_psnr - _psnr(blob, archive)
        return Gap(psnr=missing) if math.isfinite(missing) and abs(missing) > CLOSE_PSNR else None
    if options.target_size is None or LEAST_SIZE <= len(blob) / options.target_size <= 1.0:
        return None
    if len(blob) < options.target_size and _psnr(blob, archive) == math.inf:
        return None  # exact in fewer bytes than are allowed
    latents = max(1, dict(archive.parts)["latents"])
    return Gap(bits=(AIMED_SIZE * options.target_size - len(blob)) / latents)
