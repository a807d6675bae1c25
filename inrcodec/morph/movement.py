"""`move`: shapes travel. Pose first, then flow; what is left changes over from the inside out, at an even pace."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from inrcodec.archive import ArchivedImage
from inrcodec.morph.correspondence import Flow, correspondence
from inrcodec.morph.flow import middle_flow
from inrcodec.morph.layers import Layer
from inrcodec.morph.pose import compared
from inrcodec.morph.sampling import outside, sample
from inrcodec.numerics.arrays import FloatArray
from inrcodec.numerics.foreground import background_of, has_background, pixel_centers

OVERSAMPLING = 2  # pictures are drawn that much larger than frames, so that reading them bilinearly does not blur
FADE = 0.4  # share of the time in which a place changes over
SPREAD = 0.6  # share of the time between the first place that does and the last
STRANGENESS = 5  # times what movement leaves unexplained; from 1 on, pictures are strangers
PACE_STEPS = 32  # of the time, at which the change is measured that is then made even


class Movement:
    """Frames between two images: correspondence is found once, frames are read from the drawn pictures."""

    def __init__(
        self, first: FloatArray, second: FloatArray, drawn: tuple[FloatArray, FloatArray], flow: Flow = middle_flow
    ) -> None:
        """Pictures (height, width, channels) to compare, and the same two drawn large to read from."""
        self._matching = correspondence(first, second, flow)
        small = first.shape[1], first.shape[0]
        self._backgrounds = [background_of(one) if has_background(one) else None for one in drawn]
        fine = pixel_centers(
            *(OVERSAMPLING * side for side in first.shape[:2])
        )  # small ones will do until the pace is known
        self._drawn = sample(drawn[0], fine, self._backgrounds[0]), sample(drawn[1], fine, self._backgrounds[1])
        where = pixel_centers(*first.shape[:2])
        self._front = self._when(where)
        self._left = 1.0
        self._pace: FloatArray = np.linspace(0, 1, PACE_STEPS + 1, dtype=np.float32)
        even = self._even_pace(small)
        self._left = 0.0 if self._matching.layer else self._unexplained(where, float(np.square(first - second).mean()))
        self._pace = np.asarray(self._pace + self._left * (even - self._pace), dtype=np.float32)
        self._drawn = drawn

    def frame(self, t: float, size: tuple[int, int]) -> FloatArray:
        """The picture at time t, from 0 to 1, at (width, height)."""
        t = float(np.interp(t, np.linspace(0, 1, PACE_STEPS + 1), self._pace))
        where = self._matching.pose.back(pixel_centers(size[1], size[0]), t)  # in the first picture's own place
        if self._matching.layer is not None:
            return self._layered(where, t, self._matching.layer)
        positions = self._matching.sampling_positions(where, t)
        first, second = (sample(*one) for one in zip(self._drawn, positions, self._backgrounds, strict=True))
        share = self._changed(where, t)
        if 0.0 < t < 1.0:  # what one picture cut off, the other may still show
            cut = [outside(at, size[1], size[0]) for at in positions]
            whole = np.where(cut[0] & ~cut[1], 1.0, np.where(cut[1] & ~cut[0], 0.0, share))
            alike = max(0.0, 1 - STRANGENESS * self._left)  # a stranger's parts would stand there too early
            share = share + alike * (whole - share)
        share = share[..., None]
        return np.asarray((1 - share) * first + share * second, dtype=np.float32)

    def _read(self, where: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Both pictures at places of the first one's own, without flow."""
        return (
            sample(self._drawn[0], where, self._backgrounds[0]),
            sample(self._drawn[1], self._matching.pose.onward(where), self._backgrounds[1]),
        )

    def _layered(self, where: FloatArray, t: float, layer: Layer) -> FloatArray:
        """The background, which is in one picture or the other, and before it the thing that travels, from both."""
        none = np.zeros(1, np.float32)
        first, second = self._read(where)
        owner = sample(layer.owner, where, none)
        background = (1 - owner) * first + owner * second
        start = layer.pose.back(where, t)
        first, second = self._read(start)
        going = sample(layer.owner, start, none) * (first - second)
        end = layer.pose.onward(start)
        first, second = self._read(end)
        coming = (1 - sample(layer.owner, end, none)) * (second - first)
        return np.asarray(background + (1 - t) * going + t * coming, dtype=np.float32)

    def _when(self, where: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(distances from the drawing's center, share of all change within): the front crosses change evenly."""
        positions = self._matching.sampling_positions(where, 0.5)
        first, second = (sample(*one) for one in zip(self._drawn, positions, self._backgrounds, strict=True))
        weight = np.square(first - second).sum(axis=-1).ravel() + 1e-4
        distance = self._distance(where).ravel()
        order = np.argsort(distance)
        within = np.cumsum(weight[order])
        return distance[order], np.asarray(within / within[-1], dtype=np.float32)

    def _distance(self, where: FloatArray) -> FloatArray:
        return np.asarray(
            np.linalg.norm(where - np.array(self._matching.pose.start, np.float32), axis=-1), dtype=np.float32
        )

    def _changed(self, where: FloatArray, t: float) -> FloatArray:
        """How far each place has changed over: a fade that starts at the drawing's center and runs outwards."""
        if t in (0.0, 1.0):
            return np.full(where.shape[:2], t, dtype=np.float32)
        when = 0.5 + SPREAD * (np.interp(self._distance(where), *self._front) - 0.5)
        share = np.clip((t - when) / FADE + 0.5, 0, 1)
        return np.asarray(share * share * (3 - 2 * share), dtype=np.float32)

    def _unexplained(self, where: FloatArray, apart: float) -> float:
        """Share of the pictures' difference that movement leaves; where it leaves none, time needs no other pace."""
        pairs = zip(self._drawn, self._matching.sampling_positions(where, 0.5), self._backgrounds, strict=True)
        first, second = (sample(*one) for one in pairs)
        return min(1.0, float(np.square(first - second).mean()) / max(apart, 1e-9))

    def _even_pace(self, size: tuple[int, int]) -> FloatArray:
        """Times that make all steps alike, (PACE_STEPS + 1,)."""
        frames = [self.frame(float(t), size) for t in self._pace]
        lengths = np.array([np.sqrt(np.square(after - before).mean()) for before, after in pairwise(frames)]) + 1e-6
        traveled = np.concatenate([[0.0], np.cumsum(lengths)]) / lengths.sum()
        return np.asarray(np.interp(self._pace, traveled, self._pace), dtype=np.float32)


def movement(first: ArchivedImage, second: ArchivedImage, size: tuple[int, int], flow: Flow = middle_flow) -> Movement:
    """The movement between two images of an archive, for frames of (width, height)."""
    large = OVERSAMPLING * size[0], OVERSAMPLING * size[1]
    return Movement(*compared(first, second, size), (first.render_stored(large), second.render_stored(large)), flow)
