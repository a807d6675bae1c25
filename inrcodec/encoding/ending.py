"""How long writing and verifying will take, by doing it for a few images."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inrcodec.archive import Archive
from inrcodec.bitstream.choosing_references import MANY_PIXELS, SAMPLE, SIDE
from inrcodec.bitstream.container import REFERENCES
from inrcodec.bitstream.limits import BLOCK_IMAGES
from inrcodec.bitstream.packing import pack_latents, share_related
from inrcodec.encoding.assemble import archive_of, header_for
from inrcodec.encoding.copying import MOST_COPIED
from inrcodec.encoding.ends import ends_for
from inrcodec.evaluate.measuring import decoded_pairs, measured, measured_for_reports
from inrcodec.images import Picture
from inrcodec.numerics.cores import MOST, available_cores
from inrcodec.numerics.poses import coded_poses
from inrcodec.settings import Holdout

if TYPE_CHECKING:
    from inrcodec.fitting.engine import Fit
    from inrcodec.fitting.progress import Fitted

IMAGES, PIXELS = 128, 1 << 16  # of the sample, at most: some blocks of small images, or a part of one that is large
DRAWN = 8  # of them that are drawn without kernels
LOOKS = 3.0  # that references take where there are any: one, another with copies in place, and finding these
WRITTEN = 2.0  # times that a file is put together and opened
TELLING = 3.0  # seconds of steps that say how busy the machine is
WHOLE_DRAWING = 0.5  # passes: with other designs, drawing is most of it
OPTIONAL_SHARE = 0.15  # of a time limit, that is kept for what a file can do without, at most
FAMILY = 3.0  # one of so many images that are like others is enough for that


@dataclass(frozen=True, kw_only=True)
class Ending:
    """Seconds of what comes after the steps.

    needed: of what must be done; optional: of what a file can do without.
    """

    needed: float = 0.0
    optional: float = 0.0

    @property
    def seconds(self) -> float:
        """Of everything."""
        return self.needed + self.optional

    def within(self, limit: float | None) -> Ending:
        """The same, with no more of what is optional than a time limit in seconds has room for."""
        if limit is None:
            return self
        return Ending(needed=self.needed, optional=min(self.optional, OPTIONAL_SHARE * limit))


def ending_of(fit: Fit, pictures: Sequence[Picture], pixels: int, *, record: bool, share: bool) -> Ending:
    """What a set of so many pixels will take; nothing changes.

    pictures: the fit's, in order; record: whether the file will have figures for reports; share: whether references are
    looked for, see `pack_latents`: latents tell of that once they have been fitted for a while.
    """
    if not fit.run.model.spatial:
        return Ending(needed=WHOLE_DRAWING * fit.meter.seconds_per_pass)
    few, watch = _some(pictures), _Watch()
    fitted, header = _drafted(fit, few), header_for(few, fit.run.model, Holdout())
    poses = coded_poses(picture.pixels for picture in few) if fit.run.model.posed else None
    watch.lap()
    latents = pack_latents(header, fitted.context, fitted.latents, fit.files)
    packing = watch.lap()
    archive = archive_of(few, header, fitted, poses, latents)
    once = WRITTEN * watch.lap()
    shown = few if fit.files else few[:DRAWN]
    _measure(fit, archive, shown, record=record)
    drawing, busy = watch.lap(), _slowdown(fit)
    needed = busy * (once + pixels / _pixels(few) * packing + pixels / _pixels(shown) * drawing)
    if not share:
        return Ending(needed=needed)
    _, chunks, _ = pack_latents(header, fitted.context, fitted.latents, fit.files, share=True)
    a_look = busy * max(0.0, watch.lap() - packing) / _pixels(few)
    related = bool(chunks) and chunks[0].kind == REFERENCES
    images = len(pictures) * pixels / _pixels(pictures)  # of the set, where these are a part of it
    return Ending(needed=needed, optional=_looked_at(pixels, images, related) * a_look)


def share_of_limit(fit: Fit, pictures: Sequence[Picture]) -> float:
    """What optional work may have of a time limit, told in a moment by how many of some pictures are like others."""
    few = _some(pictures)
    fitted = _drafted(fit, few)
    alike = share_related(header_for(few, fit.run.model, Holdout()), fitted.context, fitted.latents)
    return OPTIONAL_SHARE * min(1.0, FAMILY * alike)


def _some(pictures: Sequence[Picture]) -> list[Picture]:
    """The first pictures: whole ones, as what is done once for each takes its time, or a part of a large one."""
    few = [pictures[0]]
    for picture in pictures[1:IMAGES]:
        if _pixels(few) + _pixels([picture]) > PIXELS:
            break
        few.append(picture)
    side = math.isqrt(PIXELS)
    return [replace(one, stored=one.stored[:side, :side]) for one in few] if _pixels(few) > PIXELS else few


def _drafted(fit: Fit, pictures: Sequence[Picture]) -> Fitted:
    from inrcodec.fitting.draft import draft

    return draft(fit.run, [picture.shape[:2] for picture in pictures])


def _measure(fit: Fit, archive: Archive, pictures: Sequence[Picture], *, record: bool) -> None:
    """Draw images and measure them, as it is done before a file is written."""
    images = list(archive)[: len(pictures)]
    pairs = decoded_pairs(images, pictures, None if fit.files is None else fit.files.octets(archive))
    ends_for(pairs)
    list(measured(pairs, None, None))
    if record:
        list(measured_for_reports(pairs, None))


def _looked_at(pixels: int, images: float, related: bool) -> float:
    """Pixels that looking for references, and for what can be copied, takes as long as looking at once."""
    if not related:
        return min(pixels, SAMPLE * BLOCK_IMAGES * SIDE**2) if pixels > MANY_PIXELS else pixels
    return LOOKS * pixels if images <= MOST_COPIED else pixels


def _slowdown(fit: Fit) -> float:
    """On a busy machine a moment says little, and all takes longer: as much as the steps so far."""
    return fit.meter.slowdown(fit.workers) if fit.meter.counted_seconds > TELLING else 1.0


class _Watch:
    """Seconds of work, were this process alone: other programs count for nothing."""

    def __init__(self) -> None:
        self._threads, self._latest = min(MOST, available_cores()), self._now()

    def lap(self) -> float:
        """Since the last time: of this thread, or of all that worked side by side."""
        before, self._latest = self._latest, self._now()
        this, process = (now - earlier for now, earlier in zip(self._latest, before, strict=True))
        return max(this, process / self._threads)

    @staticmethod
    def _now() -> tuple[float, float]:
        return time.thread_time(), time.process_time()


def _pixels(pictures: Sequence[Picture]) -> int:
    return sum(picture.shape[0] * picture.shape[1] for picture in pictures)
