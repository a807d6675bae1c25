"""A clip: colors over across, down and time, all frames by one network."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inrcodec.encoding.signals.kinds import Figure, Task, Values
from inrcodec.encoding.signals.options import SignalOptions
from inrcodec.errors import Parameter, UsageError
from inrcodec.fitting.constraints import Constraint
from inrcodec.fitting.constraints.domain import Cells
from inrcodec.numerics.arrays import Pixels, colors
from inrcodec.numerics.coordinates import Axis
from inrcodec.numerics.metrics import psnr
from inrcodec.signals.video import read_frames

MAX_PIXELS = 1 << 24  # of all frames: as float32, 256 MiB and as much again
PLACES, LEARNING_RATE = 1024, 8e-3  # of a step
USUAL_WIDTH, USUAL_PIXELS = 128, 1 << 16


def prepare(source: Path, options: SignalOptions) -> Task:
    """See `Kind`."""
    if options.start is not None or options.length is not None:
        raise UsageError(Parameter("start"), " and ", Parameter("length"), ": are for a sound; cut the clip before")
    frames, seconds = _read(source)
    count, height, width, channels = frames.shape
    edges = np.concatenate([[0.0], np.cumsum(seconds)])
    middles = (edges[1:] + edges[:-1]) / edges[-1] - 1.0
    even = bool(np.allclose(seconds, seconds[0], rtol=1e-3))
    targets = np.ascontiguousarray(2 * frames.reshape(-1, 1, channels).transpose(2, 1, 0) - 1)
    sides = (width, height, count)
    wide = 8 * round(USUAL_WIDTH / 8 * (frames[..., 0].size / USUAL_PIXELS) ** 0.3)
    uneven = None if even else (Axis(width).exact_centers(), Axis(height).exact_centers(), middles)
    known = Cells(sides, targets, centers=uneven)
    return Task(
        kind="video",
        name=source.name,
        axes=sides,
        channels=channels,
        network=options.network(wide, usual_w0(sides)),
        places=((0.0, float(width)), (0.0, float(height)), (0.0, float(edges[-1]))),
        scale=((0.0, 1.0),) * channels,
        constraints=(Constraint("frames", "value", sides, (known,)),),
        known=f"{count} frame{'s' * (count != 1)} of {width}x{height}, {edges[-1]:.3g} s",
        steps=options.steps(math.prod(sides), PLACES),
        judge=lambda values: judged(frames, middles, values),
        source_bytes=source.stat().st_size,
        places_a_step=PLACES,
        learning_rate=LEARNING_RATE,
        speeds=speeds_of(sides),
        times=None if even else tuple(float(one) for one in seconds),
    )


def usual_w0(sides: Sequence[int]) -> int:
    """In proportion to the longest side of a frame, as that of a picture."""
    return max(15, round(100 * max(sides[:2]) / 256))


def speeds_of(sides: Sequence[int]) -> tuple[float, ...]:
    """As fast along time as there are frames, beside pixels: faster sines do as they like between frames."""
    longest = max(sides[:2])
    return 1.0, 1.0, sides[2] / longest


def judged(frames: Pixels, middles: NDArray[np.float64], values: Values) -> Sequence[Figure]:
    """The mean PSNR of all frames (count, height, width, channels), in dB, each at its time in [-1, 1]."""
    drawn = (drawn_frame(values, frames.shape[1:3], time) for time in middles)
    mean = float(np.mean([psnr(frame, found) for frame, found in zip(frames, drawn, strict=True)]))
    return (Figure("psnr", mean, f"{mean:.1f} dB"),)


def drawn_frame(values: Values, size: tuple[int, int], time: float) -> Pixels:
    """One frame (height, width, channels) in [0, 1], at a time in [-1, 1]."""
    rows, columns = np.meshgrid(*(Axis(side).exact_centers() for side in size), indexing="ij")
    points = np.stack([columns.ravel(), rows.ravel(), np.full(rows.size, time)], axis=1)
    return np.asarray(np.clip(values(points), 0.0, 1.0).reshape(*size, -1))


def _read(path: Path) -> tuple[Pixels, NDArray[np.float64]]:
    """Frames (count, height, width, channels) in [0, 1], gray in one channel, and how long each is shown, seconds."""
    found, seconds, pixels = [], [], 0
    for frame in read_frames(path):
        height, width = frame.pixels.shape[:2]
        pixels += height * width
        if pixels > MAX_PIXELS:
            raise UsageError(
                f"{path}: more than {MAX_PIXELS:,} pixels in all its frames; make it smaller or shorter, or encode it "
                "as a set, which takes any number of them, with ",
                Parameter("frames", "all"),
            )
        found.append(colors(frame.pixels))
        seconds.append(frame.seconds)
    if any(one.shape[2] == 4 for one in found):
        found = [one if one.shape[2] == 4 else np.dstack([one, np.ones_like(one[..., 0])]) for one in found]
    frames = np.stack(found)
    if frames.shape[3] == 3 and np.ptp(frames, axis=3).max() == 0:
        frames = np.ascontiguousarray(frames[..., :1])
    return frames, np.array(seconds)
