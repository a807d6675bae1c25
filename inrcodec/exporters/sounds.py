"""Samples as the bytes of a sound file: WAV of 16 bits by itself, others by soundfile, or numbers as they are."""

from __future__ import annotations

import io
import struct
from importlib.util import find_spec

import numpy as np

from inrcodec.errors import MissingPackageError, UsageError
from inrcodec.exporters.numbers import as_npy
from inrcodec.numerics.arrays import FloatArray

WAV, NPY = ".wav", ".npy"
FULL = 32768


def check_sound(suffix: str) -> None:
    """UsageError with the cure where what writes such files is missing."""
    if suffix not in (WAV, NPY) and find_spec("soundfile") is None:
        raise MissingPackageError(
            f"a {suffix} needs soundfile; install it with: pip install 'inrcodec[sound]', or choose {WAV}"
        )


def encode_sound(samples: FloatArray, rate: int, suffix: str) -> bytes:
    """The bytes of a file of samples (count, channels), full scale being -1 to 1; only .npy keeps what lies beyond."""
    check_sound(suffix)
    if suffix == NPY:
        return as_npy(samples)
    if suffix == WAV:
        return _wave_file(samples, rate)
    import soundfile

    stream = io.BytesIO()
    try:
        soundfile.write(stream, np.clip(samples, -1, 1), rate, format=suffix.lstrip(".").upper())
    except (soundfile.LibsndfileError, RuntimeError, ValueError, TypeError) as failure:
        raise UsageError(
            f"{len(samples[0])} channels at {rate} samples a second cannot be written as {suffix} ({failure}); "
            f"choose {WAV}"
        ) from failure
    return stream.getvalue()


def _wave_file(samples: FloatArray, rate: int) -> bytes:
    """A RIFF file of 16-bit samples."""
    channels = samples.shape[1]
    block = 2 * channels
    whole = np.clip(np.rint(samples * FULL), -FULL, FULL - 1).astype("<i2").tobytes()
    layout = struct.pack("<HHIIHH", 1, channels, rate, rate * block, block, 16)
    head = struct.pack("<4sI4s4sI", b"RIFF", 36 + len(whole), b"WAVE", b"fmt ", len(layout)) + layout
    return head + struct.pack("<4sI", b"data", len(whole)) + whole
