"""Draw bell.wav: a melody of struck bells, two seconds at 16 kHz in 16 bits.

python samples/draw_bell.py     (needs numpy)
"""

from __future__ import annotations

import argparse
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 16_000  # samples a second
SECONDS = 2.0
NOTES = (523.25, 659.26, 783.99, 1046.5, 783.99, 880.0)  # hertz, one after the other
APART = 0.28  # seconds between two strokes
# A bell's partials: frequency beside the note's, loudness, and how fast each fades, in times a second.
PARTIALS = ((0.5, 0.35, 2.0), (1.0, 1.0, 3.0), (1.19, 0.5, 4.0), (1.5, 0.3, 5.0), (2.0, 0.55, 6.0), (2.74, 0.3, 9.0))
STROKE = 0.002  # seconds that the clapper takes
LOUDEST = 0.9


def melody(rate: int = RATE) -> NDArray[np.float64]:
    """Samples in -1 to 1, at any rate: partials above half of it are left out."""
    times = np.arange(round(SECONDS * rate)) / rate
    sound = np.zeros_like(times)
    for number, note in enumerate(NOTES):
        since = times - APART * number
        stroke = np.clip(since / STROKE, 0, 1)
        for ratio, loudness, fading in PARTIALS:
            if ratio * note < rate / 2:
                sound += (
                    stroke
                    * loudness
                    * np.exp(-fading * np.maximum(since, 0))
                    * np.sin(2 * np.pi * ratio * note * since)
                )
    return LOUDEST * sound / np.abs(sound).max()


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw the sample sound.")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "bell.wav")
    parser.add_argument("--rate", type=int, default=RATE)
    asked = parser.parse_args()
    with wave.open(str(asked.output), "wb") as sink:
        sink.setnchannels(1)
        sink.setsampwidth(2)
        sink.setframerate(asked.rate)
        sink.writeframes(np.rint(32767 * melody(asked.rate)).astype("<i2").tobytes())


if __name__ == "__main__":
    main()
