"""Frames of a sequence through two or more images."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby, repeat
from operator import itemgetter
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from inrcodec.archive import AnyArchive, ArchivedImage
from inrcodec.errors import Parameter, UsageError
from inrcodec.morph import interpolators
from inrcodec.morph.correspondence import Flow
from inrcodec.morph.flow import middle_flow
from inrcodec.morph.interpolators import Interpolator
from inrcodec.morph.movement import movement
from inrcodec.numerics.arrays import FloatArray, in_color

Mode = Literal["move", "code", "last-hidden", "blend"]
MODES: tuple[Mode, ...] = ("move", "code", "last-hidden", "blend")
Ease = Literal["linear", "smooth"]
SHAPE_TOLERANCE = 0.02
GATHER = 0.2
REFINE = Parameter("refine", True)
MOST_THREADS = 4  # threads that draw frames; numpy works outside of the lock


@dataclass(frozen=True)
class FrameSequence:
    """What to visit and how; `frames` from each image to the next, `hold` more on every image, ends included."""

    numbers: tuple[int, ...]
    size: tuple[int, int]
    mode: Mode = "move"
    frames: int = 24
    hold: int = 0
    ease: Ease = "smooth"
    bounce: bool = False
    refine: bool = False  # with "move": the flow is a SIREN fitted to each pair, which loads torch

    def __post_init__(self) -> None:
        if self.refine and self.mode != "move":
            raise UsageError(f"only morphs by move can be refined, not those by {self.mode}; leave out ", REFINE)

    @property
    def count(self) -> int:
        """Frames in all."""
        return len(self.times())

    def times(self) -> list[tuple[int, float]]:
        """(pair, t) of every frame."""
        pairs = len(self.numbers) - 1
        steps = np.arange(1, self.frames + 1) / self.frames
        eased = steps if self.ease == "linear" else eased_in_and_out(steps)
        there = [(0, 0.0)] * (1 + self.hold)
        for pair in range(pairs):
            there += [(pair, float(t)) for t in eased] + [(pair, 1.0)] * self.hold
        return there + there[-2 - self.hold : self.hold : -1] if self.bounce else there


def eased_in_and_out(steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Times that gather pace over the first GATHER, keep it, and lose it again; at most 1 / (1 - GATHER)."""
    slow = np.minimum(np.minimum(steps, 1 - steps), GATHER)
    progress = slow * slow / (2 * GATHER) + np.maximum(0, np.minimum(steps, 1 - steps) - GATHER)
    return np.where(steps < 0.5, progress, (1 - GATHER) - progress) / (1 - GATHER)


def frames(archive: AnyArchive, sequence: FrameSequence) -> Iterator[FloatArray]:
    """The sequence's frames (height, width, channels), colors premultiplied by alpha."""
    images = [archive[number] for number in sequence.numbers]
    check_shapes(images)
    for pair, times in groupby(sequence.times(), key=itemgetter(0)):  # one interpolator at a time: they are large
        picture = interpolator(images[pair], images[pair + 1], sequence.mode, sequence.size, sequence.refine)
        yield from map(in_color, _drawn(picture, [t for _, t in times]))


def _drawn(picture: Interpolator, times: Sequence[float]) -> Iterator[FloatArray]:
    """Frames at these times in order, a few of them drawn side by side; one that is held is drawn once."""
    threads = min(MOST_THREADS, os.cpu_count() or 1)
    waiting: deque[tuple[Future[FloatArray], int]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for t, same in groupby(times):
            waiting.append((pool.submit(lambda t: np.clip(picture(t), 0.0, 1.0), t), len(list(same))))
            if len(waiting) > threads:
                yield from _held(*waiting.popleft())
        while waiting:
            yield from _held(*waiting.popleft())


def _held(frame: Future[FloatArray], times: int) -> Iterator[FloatArray]:
    return repeat(frame.result(), times)


def interpolator(
    first: ArchivedImage, second: ArchivedImage, mode: Mode, size: tuple[int, int], refine: bool = False
) -> Interpolator:
    """From t, 0 to 1, to the picture between two images at (width, height)."""
    if mode == "move":
        moving = movement(first, second, size, _refined_flow() if refine else middle_flow)
        return lambda t: moving.frame(t, size)
    draw = {"code": interpolators.code, "last-hidden": interpolators.last_hidden, "blend": interpolators.blend}[mode]
    return draw(first, second, size)


def _refined_flow() -> Flow:
    from inrcodec.fitting.registration import siren_flow  # loads torch

    return siren_flow


def check_shapes(images: Sequence[ArchivedImage]) -> None:
    """Refuse images of different proportions: one would have to be stretched."""
    first = images[0]
    for image in images[1:]:
        if abs(image.width * first.height / (image.height * first.width) - 1) > SHAPE_TOLERANCE:
            shapes = f"{first.width}x{first.height} and {image.width}x{image.height}"
            raise UsageError(f"images {first.number} and {image.number} differ in shape ({shapes}); choose others")
