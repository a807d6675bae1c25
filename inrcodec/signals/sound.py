"""Sounds: WAV of 8 to 32 bits by itself, everything else by soundfile, the extra `sound`."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from inrcodec.errors import InputError, MissingPackageError, Parameter, UsageError
from inrcodec.numerics.arrays import FloatArray

PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
MAX_SAMPLES = 1 << 24  # of all channels: 64 MiB as float32
MAX_CHANNELS = 16
MAX_RATE = 1 << 24
_FORMAT = struct.Struct("<HHIIHH")


@dataclass(frozen=True, eq=False)
class Sound:
    """Samples (count, channels), full scale being -1 to 1, `rate` of them a second; the first one is number `first`."""

    samples: FloatArray
    rate: int
    first: int
    source_bytes: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.rate


@dataclass(frozen=True)
class Stretch:
    """A part of a sound, in seconds; None is to its end."""

    start: float = 0.0
    length: float | None = None

    def of(self, count: int, rate: int, channels: int, path: Path) -> tuple[int, int]:
        """Numbers of the first sample and of the one behind the last, of a sound of `count` samples."""
        if not self.start >= 0 or (self.length is not None and not self.length > 0):
            raise UsageError(Parameter("start"), " and ", Parameter("length"), ": seconds, the length more than none")
        first = round(min(self.start * rate, 1e18))
        if first >= count:
            raise UsageError(f"{path}: starts to be read at {self.start:g} s, and ends at {count / rate:.3f} s")
        last = count if self.length is None else min(count, first + max(1, round(min(self.length * rate, 1e18))))
        if (last - first) * channels > MAX_SAMPLES:
            raise UsageError(
                f"{path}: {(last - first) / rate:,.0f} s are {(last - first) * channels:,} samples, more than "
                f"{MAX_SAMPLES:,}; choose a part with ",
                Parameter("start"),
                " and ",
                Parameter("length"),
            )
        return first, last


def read_sound(path: Path, stretch: Stretch = Stretch()) -> Sound:
    """A sound file, or a part of it; InputError says what cannot be read and how to get it read."""
    try:
        with path.open("rb") as source:
            if source.read(4) in (b"RIFF", b"RIFX"):
                source.seek(0)
                found = _read_wave(source, path, stretch)
                if found is not None:
                    return found
    except FileNotFoundError as failure:
        raise UsageError(f"{path}: no such file") from failure
    except OSError as failure:
        raise InputError(f"{path}: cannot be read: {failure.strerror or failure}") from failure
    return _read_other(path, stretch)


def _read_wave(source: BinaryIO, path: Path, stretch: Stretch) -> Sound | None:
    """Plain samples in a RIFF file; None where they are packed, which is soundfile's business."""
    start = source.read(12)
    if start[:4] != b"RIFF" or start[8:] != b"WAVE":
        return None
    layout = None
    while True:
        head = source.read(8)
        if len(head) < 8:
            raise InputError(f"{path}: a WAV file without samples, or cut short")
        name, size = struct.unpack("<4sI", head)
        if name == b"data":
            break
        if name == b"fmt ":
            layout = source.read(size + size % 2)
        else:
            source.seek(size + size % 2, 1)
    if layout is None or len(layout) < _FORMAT.size:
        raise InputError(f"{path}: a WAV file that does not say what its samples are")
    code, channels, rate, _, block, bits = _FORMAT.unpack_from(layout)
    if code == EXTENSIBLE and len(layout) >= 26:
        code = int.from_bytes(layout[24:26], "little")
    if (code, bits) not in {*((PCM, wide) for wide in (8, 16, 24, 32)), (FLOAT, 32), (FLOAT, 64)}:
        return None
    if not 1 <= channels <= MAX_CHANNELS or not 1 <= rate <= MAX_RATE or block != channels * bits // 8:
        raise InputError(f"{path}: {channels} channels at {rate} samples a second in blocks of {block} bytes")
    count = min(size, _left(source)) // block  # a recording that was cut short, or streamed, claims more than there is
    if not count:
        raise InputError(f"{path}: has no samples")
    first, last = stretch.of(count, rate, channels, path)
    source.seek(first * block, 1)
    raw = source.read((last - first) * block)
    return Sound(_samples(raw, code, bits).reshape(-1, channels), rate, first, path.stat().st_size)


def _left(source: BinaryIO) -> int:
    """Bytes from here to the end."""
    here = source.tell()
    end = source.seek(0, 2)
    source.seek(here)
    return end - here


def _samples(raw: bytes, code: int, bits: int) -> FloatArray:
    """Numbers of a WAV file in -1 to 1."""
    if code == FLOAT:
        values = np.frombuffer(raw, np.dtype(f"<f{bits // 8}"))
        return np.asarray(np.nan_to_num(values, nan=0.0, posinf=1.0, neginf=-1.0), dtype=np.float32)
    if bits == 8:  # the only one without a sign
        return np.asarray((np.frombuffer(raw, np.uint8) - 128.0) / 128, dtype=np.float32)
    if bits == 24:
        octets = np.frombuffer(raw, np.uint8).reshape(-1, 3)
        wide = np.zeros((len(octets), 4), np.uint8)
        wide[:, 1:] = octets
        return np.asarray(wide.view("<i4")[:, 0] / 2.0**31, dtype=np.float32)
    numbers = np.frombuffer(raw, np.dtype(f"<i{bits // 8}"))
    return np.asarray(numbers / 2.0 ** (bits - 1), dtype=np.float32)


def _read_other(path: Path, stretch: Stretch) -> Sound:
    try:
        import soundfile
    except ImportError as failure:
        raise MissingPackageError(
            f"{path}: needs soundfile to be read (WAV of 8 to 32 bits does not); install it with: "
            "pip install 'inrcodec[sound]'"
        ) from failure
    try:
        with soundfile.SoundFile(path) as source:
            if not 1 <= source.channels <= MAX_CHANNELS:
                raise InputError(f"{path}: has {source.channels} channels, more than {MAX_CHANNELS}")
            first, last = stretch.of(source.frames, source.samplerate, source.channels, path)
            source.seek(first)
            samples = source.read(last - first, dtype="float32", always_2d=True)
            rate = source.samplerate
    except (soundfile.LibsndfileError, RuntimeError) as failure:
        raise InputError(f"{path}: cannot be read as a sound ({failure})") from failure
    if not len(samples):
        raise InputError(f"{path}: has no samples")
    return Sound(np.nan_to_num(samples), rate, first, path.stat().st_size)
