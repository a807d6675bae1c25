"""How long writing and verifying will take, by doing it for a few images."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from inrcodec.archive import Archive
from inrcodec.encoding.assemble import header_for, without_figures
from inrcodec.evaluate.measuring import decoded_pairs, measured, measured_for_reports
from inrcodec.images import Picture
from inrcodec.numerics.poses import coded_poses
from inrcodec.settings import Holdout

if TYPE_CHECKING:
    from inrcodec.fitting.engine import Fit

IMAGES, PIXELS = 64, 1 << 18  # of the sample, at most: a block of images, which are cut where they are large
DRAWN = 8  # of them that are drawn
TELLING = 3.0  # seconds of steps that say how busy the machine is
WHOLE_DRAWING = 0.5  # passes: with other designs, drawing is most of it


def ending_seconds(fit: Fit, pictures: Sequence[Picture], pixels: int, *, record: bool) -> float:
    """Seconds for a set of so many pixels; nothing changes.

    pictures: the fit's, in order; record: whether the file will have figures for reports.
    """
    if not fit.run.model.spatial:
        return WHOLE_DRAWING * fit.meter.seconds_per_pass
    started, worked = time.monotonic(), time.thread_time()
    few = pictures[:IMAGES]
    side = math.isqrt(PIXELS // len(few))
    few = [replace(picture, stored=picture.stored[:side, :side]) for picture in few]
    archive = _packed(fit, few)
    packed, worked_packing = time.monotonic(), time.thread_time()
    pairs = decoded_pairs(list(archive)[:DRAWN], few[:DRAWN])
    columns = list(measured(pairs, None, None))
    if record:
        columns += measured_for_reports(pairs, None)
    drawn, worked_drawing = time.monotonic(), time.thread_time()
    scale = pixels / _pixels(few), pixels / _pixels(few[:DRAWN])
    if fit.meter.counted_seconds > TELLING:  # on a busy machine, a moment says little
        work = scale[0] * (worked_packing - worked) + scale[1] * (worked_drawing - worked_packing)
        return work * fit.meter.slowdown(fit.workers)
    return scale[0] * (packed - started) + scale[1] * (drawn - packed)


def _packed(fit: Fit, pictures: Sequence[Picture]) -> Archive:
    """An archive of these, whose block of latents is decoded."""
    from inrcodec.fitting.draft import draft

    model = fit.run.model
    header = header_for(pictures, model, Holdout())
    fitted = draft(fit.run, [picture.shape[:2] for picture in pictures])
    poses = coded_poses(picture.pixels for picture in pictures) if model.posed else None
    archive, _ = without_figures(pictures, header, fitted, poses)
    archive[0].render_stored()
    return archive


def _pixels(pictures: Sequence[Picture]) -> int:
    return sum(picture.shape[0] * picture.shape[1] for picture in pictures)
