"""A sound over time: its samples are known; the first sines are as fast as its spectrum asks for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from inrcodec.encoding.signals.kinds import Figure, Task, Values
from inrcodec.encoding.signals.options import SignalOptions
from inrcodec.fitting.constraints import Constraint
from inrcodec.fitting.constraints.domain import Cells
from inrcodec.numerics.arrays import FloatArray
from inrcodec.signals.sound import Sound, Stretch, read_sound

ENERGY = 0.99  # of a spectrum, that lies below the frequency that counts
SHARE = 1 / 4  # of that frequency in radians, time being -1 to 1: the usual w0
USUAL_WIDTH, USUAL_SAMPLES = 128, 32_000
PLACES, LEARNING_RATE = 1024, 0.016  # of a step


def prepare(source: Path, options: SignalOptions) -> Task:
    """See `Kind`."""
    sound = read_sound(source, Stretch(options.start or 0.0, options.length))
    count, channels = sound.samples.shape
    middle = sound.samples.mean(axis=0, dtype=np.float64)
    still = bool(np.ptp(sound.samples, axis=0).max() == 0)  # silence, or a constant
    loudest = 1.0 if still else float(np.abs(sound.samples).max())
    targets = np.ascontiguousarray((sound.samples / loudest).T[:, None], dtype=np.float32)
    cells = Cells((count,), targets)
    half = 0.5 / sound.rate
    first = sound.first / sound.rate
    width = 8 * round(USUAL_WIDTH / 8 * (count * channels / USUAL_SAMPLES) ** 0.3)
    return Task(
        kind="sound",
        name=source.name,
        axes=(count,),
        channels=channels,
        network=options.network(width, usual_w0(sound.samples)),
        places=((first - half, first - half + count / sound.rate),),
        scale=((-loudest, loudest),) * channels,
        constraints=(Constraint("samples", "value", (count,), (cells,)),),
        known=f"{count:,} samples{f' of {channels} channels' if channels > 1 else ''}, {sound.seconds:.3g} s",
        steps=options.steps(count, PLACES),
        judge=lambda values: judged(sound, values),
        source_bytes=sound.source_bytes,
        places_a_step=PLACES,
        learning_rate=LEARNING_RATE,
        empty=np.asarray(middle / loudest, dtype=np.float32) if still else None,
    )


def usual_w0(samples: FloatArray) -> int:
    """From the spectrum of samples (count, channels): fast sines for a bright sound, slow ones for a dull one."""
    count = len(samples)
    power = np.square(np.abs(np.fft.rfft(samples - samples.mean(axis=0), axis=0))).sum(axis=1)
    total = float(power.sum())
    if total <= 0:
        return 1
    periods = int(np.searchsorted(np.cumsum(power), ENERGY * total))  # over the whole sound, which is 2 long
    return max(1, round(SHARE * math.pi * min(periods, count // 2)))


def judged(sound: Sound, values: Values) -> Sequence[Figure]:
    """How loud the sound is beside what was missed, in dB; nothing of silence."""
    count = len(sound.samples)
    places = (2 * np.arange(count, dtype=np.float64)[:, None] + 1) / count - 1
    power = float(np.square(sound.samples, dtype=np.float64).sum())
    error = float(np.square(sound.samples - values(places), dtype=np.float64).sum())
    if power == 0:
        return ()
    ratio = 10 * math.log10(power / error) if error > 0 else math.inf
    return (Figure("snr", ratio, f"signal-to-noise ratio {ratio:.1f} dB"),)
