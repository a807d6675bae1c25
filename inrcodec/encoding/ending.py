"""How long writing and verifying will take, by doing it for a few images."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inrcodec.archive import Archive
from inrcodec.bitstream.choosing_references import MANY_PIXELS, SAMPLE
from inrcodec.bitstream.limits import BLOCK_IMAGES, BLOCK_PIXELS
from inrcodec.encoding.assemble import header_for, without_figures
from inrcodec.encoding.copying import MOST_COPIED
from inrcodec.encoding.ends import ends_for
from inrcodec.evaluate.measuring import decoded_pairs, measured, measured_for_reports
from inrcodec.images import Picture
from inrcodec.numerics.cores import MOST, available_cores
from inrcodec.numerics.poses import coded_poses
from inrcodec.settings import Holdout

if TYPE_CHECKING:
    from inrcodec.fitting.engine import Fit

IMAGES, PIXELS = 64, 1 << 18  # of the sample, at most: a block of images, which are cut where they are large
DRAWN = 8  # of them that are drawn without kernels
COPYING = 3.0  # times of what looking for references takes, with copies and looking anew
BEYOND = 1.35  # of what a sample takes: all of a set does not stay in the cache, and there is more than its images
SERIAL = 0.3  # of packing and drawing, that is one thread's; of ten thousand thumbnails
TELLING = 3.0  # seconds of steps that say how busy the machine is
WHOLE_DRAWING = 0.5  # passes: with other designs, drawing is most of it


def ending_seconds(fit: Fit, pictures: Sequence[Picture], pixels: int, *, record: bool, share: bool) -> float:
    """Seconds for a set of so many pixels; nothing changes.

    pictures: the fit's, in order; record: whether the file will have figures for reports; share: see `pack_latents`.
    """
    if not fit.run.model.spatial:
        return WHOLE_DRAWING * fit.meter.seconds_per_pass
    few = pictures[:IMAGES]
    side = math.isqrt(PIXELS // len(few))
    few = [replace(picture, stored=picture.stored[:side, :side]) for picture in few]
    blocks = max(math.ceil(pixels / BLOCK_PIXELS), math.ceil(len(pictures) / BLOCK_IMAGES))
    shared = 1 if fit.files is None else min(fit.workers, blocks)  # threads, each with a block of its own
    begun = _Work.now()
    archive = _packed(fit, few, share=False)
    packed = _Work.now()
    looking = 0.0  # for images that are like others
    if share:
        archive = _packed(fit, few, share=True)
        looking = _Work.now().process - packed.process
    related = archive.stored.references is not None
    ready = _Work.now()
    shown = few if fit.files else few[:DRAWN]
    pairs = decoded_pairs(list(archive)[: len(shown)], shown, None if fit.files is None else fit.files.octets(archive))
    drawn = _Work.now()
    ends_for(pairs)
    list(measured(pairs, None, None))
    if record:
        list(measured_for_reports(pairs, None))
    done = _Work.now()
    scale = pixels / _pixels(few), pixels / _pixels(shown)
    drawing = scale[1] * (drawn.process - ready.process) * _share(1 if fit.files is None else fit.workers)
    if related:
        copying = COPYING if len(pictures) <= MOST_COPIED else 1.0  # what is looked for and tried is no kernel's work
        work = scale[0] * copying * looking + drawing
    else:
        looked = SAMPLE if pixels > MANY_PIXELS else math.inf  # blocks, about
        work = min(scale[0], looked) * looking
        work += scale[0] * (packed.process - begun.process) * _share(shared)
        work += drawing
    work += scale[1] * (done.after(drawn, min(MOST, available_cores())))
    # On a busy machine a moment says little, and all of it takes longer.
    return BEYOND * work * (fit.meter.slowdown(fit.workers) if fit.meter.counted_seconds > TELLING else 1.0)


def _share(threads: int) -> float:
    """Of the time of one thread, that so many take."""
    return SERIAL + (1.0 - SERIAL) / threads


@dataclass(frozen=True)
class _Work:
    """Seconds that this thread, and all of the process, have worked."""

    thread: float
    process: float

    @staticmethod
    def now() -> _Work:
        return _Work(time.thread_time(), time.process_time())

    def after(self, before: _Work, threads: int) -> float:
        """Seconds from then on, where what this thread did not do was shared by others."""
        alone, together = self.thread - before.thread, self.process - before.process
        return alone + max(0.0, together - alone) / threads


def _packed(fit: Fit, pictures: Sequence[Picture], *, share: bool) -> Archive:
    """An archive of these; where drawing decodes them one by one, their block is decoded."""
    from inrcodec.fitting.draft import draft

    model = fit.run.model
    header = header_for(pictures, model, Holdout())
    fitted = draft(fit.run, [picture.shape[:2] for picture in pictures])
    poses = coded_poses(picture.pixels for picture in pictures) if model.posed else None
    archive, _ = without_figures(pictures, header, fitted, poses, fit.files, share=share)
    if fit.files is None:
        archive[0].render_stored()
    return archive


def _pixels(pictures: Sequence[Picture]) -> int:
    return sum(picture.shape[0] * picture.shape[1] for picture in pictures)
