"""A clip as a moving picture, at any size and any number of frames a second."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from inrcodec.cli.console import Console
from inrcodec.cli.signals import Asked, Output
from inrcodec.cli.values import check_pixels, parse_size
from inrcodec.errors import UsageError

if TYPE_CHECKING:
    from inrcodec.archive import Signal
    from inrcodec.numerics.arrays import Pixels

TAKES = frozenset({"size", "fps"})
NPY = ".npy"
SUFFIXES = (".gif", ".webp", ".mp4", ".avif", ".png", NPY)
MAX_FRAMES = 100_000
MAX_VALUES = 1 << 28  # of an array of frames


def check(suffix: str) -> None:
    """See `Writer`."""
    from inrcodec.exporters.animations import animation_of_suffix, check_animation

    if suffix != NPY:
        check_animation(animation_of_suffix(suffix))


def written(signal: Signal, asked: Asked, suffix: str, console: Console) -> Output:
    """See `Writer`."""
    from inrcodec.archive.clip import frame_at, frame_times
    from inrcodec.cli.progress import step_progress

    width, height = parse_size(asked.size or "native").of(*signal.axes[:2])
    check_pixels(width, height, "a frame")
    low, high = signal.places[2]
    if asked.fps is not None and (high - low) * asked.fps > MAX_FRAMES:
        raise UsageError(f"--fps {asked.fps:g}: more than {MAX_FRAMES:,} frames; ask for fewer a second")
    signal.check_frames(signal.axes[2] if asked.fps is None else MAX_FRAMES, (width, height))
    times, seconds = frame_times(signal, asked.fps)
    with step_progress(console) as step:

        def frame(number: int) -> Pixels:
            step("decode", number, len(times), f"{number} of {len(times)} frames")
            return frame_at(signal, times[number], (width, height))

        blob = _as_file(frame, seconds, suffix, width * height * len(times))
    keys = {"width": width, "height": height, "frames": len(times), "seconds": sum(seconds)}
    return Output(blob, keys)


def _as_file(frame: Callable[[int], Pixels], seconds: tuple[float, ...], suffix: str, pixels: int) -> bytes:
    from inrcodec.exporters.animations import animation_of_suffix
    from inrcodec.exporters.clips import encode_clip
    from inrcodec.exporters.numbers import as_npy

    if suffix != NPY:
        return encode_clip(frame, seconds, animation_of_suffix(suffix))
    if 4 * pixels > MAX_VALUES:
        raise UsageError(f"{pixels:,} pixels are too many for one array; ask for fewer frames or a smaller --size")
    return as_npy(np.stack([frame(number) for number in range(len(seconds))]))
