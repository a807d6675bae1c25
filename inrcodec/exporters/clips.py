"""Frames and how long each is shown as the bytes of a moving picture."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

from inrcodec.exporters.animations import encode_animation
from inrcodec.exporters.formats import PictureFormat
from inrcodec.numerics.arrays import AnyPixels

FASTEST = 60.0  # frames a second, where uneven frames have to become even ones


def encode_clip(
    frame: Callable[[int], AnyPixels], seconds: Sequence[float], animation: PictureFormat, *, loop: int = 0
) -> bytes:
    """The bytes of a file of frames (height, width, 3 or 4) by number, each shown for so many seconds.

    Where a format knows one rate alone, frames that are shown longer are repeated.
    """
    if even(seconds):
        rate = len(seconds) / sum(seconds)
        return encode_animation(map(frame, range(len(seconds))), animation, rate, loop=loop)
    if animation.timed:
        numbers = range(len(seconds))
        rate = len(seconds) / sum(seconds)
        return encode_animation(map(frame, numbers), animation, rate, loop=loop, seconds=tuple(seconds))
    rate = min(FASTEST, 1 / min(seconds))
    return encode_animation(_held(frame, seconds, rate), animation, rate, loop=loop)


def even(seconds: Sequence[float]) -> bool:
    """Whether all frames are shown as long, to a thousandth."""
    return max(seconds) - min(seconds) <= 1e-3 * max(seconds)


def _held(frame: Callable[[int], AnyPixels], seconds: Sequence[float], rate: float) -> Iterator[AnyPixels]:
    """What is shown at every tick of a clock of that rate; a frame that stays is drawn once."""
    ends = list(accumulate(seconds))
    number, drawn = 0, frame(0)
    for tick in range(max(1, round(ends[-1] * rate))):
        now = min(len(seconds) - 1, bisect_right(ends, (tick + 0.5) / rate))
        if now != number:
            number, drawn = now, frame(now)
        yield drawn
