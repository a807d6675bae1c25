"""`move`: shapes travel. Pose first, then flow; what is left changes over in a short time, from the inside out."""

from __future__ import annotations

import numpy as np

from inrcodec.archive import ArchivedImage
from inrcodec.morph.flow import middle_flow
from inrcodec.morph.pose import SIDE, Pose, align
from inrcodec.morph.sampling import Floats, ground_of, places, sample

OVERSAMPLING = 2  # pictures are drawn that much larger than frames, so that reading them bilinearly does not blur
FADE = 0.30  # share of the time in which a place changes over
SPREAD = 0.5  # share of the time between the first place that does and the last


class Movement:
    """The way from one image to another; correspondence is found once, frames are read from the drawn pictures."""

    def __init__(self, first: Floats, second: Floats, drawn: tuple[Floats, Floats]) -> None:
        """Pictures (SIDE, SIDE, channels) to compare, and the same two drawn large to read from."""
        self.pose: Pose = align(first, second)
        where = places(SIDE, SIDE)
        laid = sample(second, self.pose.onward(where), ground_of(second))
        self._flow = middle_flow(first, laid)
        self._drawn = drawn
        self._grounds = ground_of(drawn[0]), ground_of(drawn[1])

    def frame(self, t: float, size: tuple[int, int]) -> Floats:
        """The picture at time t, from 0 to 1, at (width, height)."""
        where = self.pose.back(places(size[1], size[0]), t)  # in the first picture's own place
        flow = sample(self._flow, where, np.zeros(2, np.float32))
        ways = where - 2 * t * flow, self.pose.onward(where + 2 * (1 - t) * flow)
        first, second = (sample(*one) for one in zip(self._drawn, ways, self._grounds, strict=True))
        share = self._changed(where, t)
        if 0.0 < t < 1.0:  # what one picture cut off, the other may still show
            cut = [np.abs(way).max(axis=-1) > 1.0 for way in ways]
            share = np.where(cut[0] & ~cut[1], 1.0, np.where(cut[1] & ~cut[0], 0.0, share))
        share = share[..., None]
        return np.asarray((1 - share) * first + share * second, dtype=np.float32)

    def _changed(self, where: Floats, t: float) -> Floats:
        """How far each place has changed over: a short fade that starts at the drawing's centre and runs outwards."""
        if t in (0.0, 1.0):
            return np.full(where.shape[:2], t, dtype=np.float32)
        distance = np.minimum(1, np.linalg.norm(where - np.array(self.pose.start, np.float32), axis=-1))
        when = 0.5 + SPREAD * (distance - 0.5)
        share = np.clip((t - when) / FADE + 0.5, 0, 1)
        return np.asarray(share * share * (3 - 2 * share), dtype=np.float32)


def movement(first: ArchivedImage, second: ArchivedImage, size: tuple[int, int]) -> Movement:
    """The way between two images of an archive, for frames of (width, height)."""
    large = OVERSAMPLING * size[0], OVERSAMPLING * size[1]
    small = [image.render_stored((SIDE, SIDE)) for image in (first, second)]
    return Movement(small[0], small[1], (first.render_stored(large), second.render_stored(large)))


def oversampling(side: int) -> int:
    """How much larger than frames of that side the pictures are drawn that frames are read from."""
    return OVERSAMPLING
