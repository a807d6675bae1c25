"""A sound as a file, at any rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inrcodec.cli.console import Console
from inrcodec.cli.signals import Asked, Output
from inrcodec.errors import UsageError

if TYPE_CHECKING:
    from inrcodec.archive import Signal

TAKES = frozenset({"rate"})
SUFFIXES = (".wav", ".flac", ".ogg", ".mp3", ".npy")
MAX_VALUES = 1 << 26  # of all channels that one command writes
MAX_RATE = 768_000


def check(suffix: str) -> None:
    """See `Writer`."""
    from inrcodec.exporters.sounds import check_sound

    check_sound(suffix)


def written(signal: Signal, asked: Asked, suffix: str, console: Console) -> Output:
    """See `Writer`."""
    from inrcodec.archive.sound import native_rate, sound_at
    from inrcodec.exporters.sounds import encode_sound

    rate = asked.rate or round(native_rate(signal))
    low, high = signal.places[0]
    if not 1 <= rate <= MAX_RATE or (high - low) * rate * signal.channels > MAX_VALUES:
        raise UsageError(
            f"--rate {rate}: {(high - low):,.0f} s of {signal.channels} channels are more than {MAX_VALUES:,} samples; "
            f"ask for fewer a second (at most {MAX_RATE:,})"
        )
    samples = sound_at(signal, rate)
    beyond = float((abs(samples) > 1).mean())
    if beyond and suffix != ".npy":
        console.warn(f"inrcodec: {100 * beyond:.2g} % of the samples are beyond full scale and were clipped")
    details = {"rate": rate, "samples": len(samples), "channels": signal.channels, "seconds": len(samples) / rate}
    return Output(encode_sound(samples, rate, suffix), details)
