"""Clips: moving GIF, WebP, PNG and AVIF by Pillow, films by imageio-ffmpeg, the extra `video`; frame after frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageSequence

from inrcodec.errors import InputError, InrError, MissingPackageError, UsageError
from inrcodec.numerics.arrays import AnyPixels, Pixels
from inrcodec.signals import MOVING

MAX_SIDE = 16384
MAX_FRAMES = 100_000
LEAST_SECONDS, USUAL_SECONDS = 0.015, 0.1  # frames that claim to be shorter are shown that long, as browsers do
Octets = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture of a clip, and how long it is shown: octets (height, width, 3), or with alpha (height, width, 4)
    float32 in [0, 1], premultiplied."""

    pixels: AnyPixels
    seconds: float


def read_frames(path: Path) -> Iterator[Frame]:
    """The frames of a clip, of one size; equal ones that follow each other are one, shown as long as both.

    UsageError says what is to be installed, InputError what cannot be read.
    """
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    frames = _pictures(path) if path.suffix.lower() in MOVING else _film(path)
    held: Frame | None = None
    for number, frame in enumerate(_checked(frames, path)):
        if number >= MAX_FRAMES:
            raise InputError(f"{path}: has more than {MAX_FRAMES:,} frames; cut it")
        if held is not None and held.pixels.shape == frame.pixels.shape and np.array_equal(held.pixels, frame.pixels):
            held = Frame(held.pixels, held.seconds + frame.seconds)
            continue
        if held is not None:
            yield held
        held = frame
    if held is None:
        raise InputError(f"{path}: has no frames")
    yield held


def _checked(frames: Iterator[Frame], path: Path) -> Iterator[Frame]:
    """The same; hostile bytes make readers raise nearly anything, and it is the file's name that helps."""
    try:
        yield from frames
    except (InrError, MemoryError):
        raise
    except Exception as failure:
        words = " ".join(str(failure).partition("===")[0].split())[:200]  # ffmpeg's own words stand behind
        words = words or type(failure).__name__
        raise InputError(f"{path}: cannot be read as a moving picture ({words})") from failure


def _pictures(path: Path) -> Iterator[Frame]:
    with Image.open(path) as image:
        if max(image.size) > MAX_SIDE:
            raise InputError(f"{path}: {image.width}x{image.height} has a side of more than {MAX_SIDE:,} pixels")
        for frame in ImageSequence.Iterator(image):
            octets = np.asarray(frame.convert("RGBA"))  # some formats know how long it is shown only then
            shown = (frame.info.get("duration") or 0) / 1000
            yield Frame(_premultiplied(octets), shown if shown >= LEAST_SECONDS else USUAL_SECONDS)


def _premultiplied(octets: Octets) -> AnyPixels:
    if octets[..., 3].min() == 255:
        return np.ascontiguousarray(octets[..., :3])
    straight: Pixels = np.asarray(octets / 255, dtype=np.float32)
    return np.concatenate([straight[..., :3] * straight[..., 3:], straight[..., 3:]], axis=2)


def _film(path: Path) -> Iterator[Frame]:
    try:
        import imageio_ffmpeg
    except ImportError as failure:
        raise MissingPackageError(
            f"{path}: needs imageio-ffmpeg to be read; install it with: pip install 'inrcodec[video]'"
        ) from failure
    source = imageio_ffmpeg.read_frames(str(path.resolve()))  # its whole path: nothing in it is a protocol then
    try:
        said = next(source)
        (width, height), rate = said["size"], said["fps"]
        if max(width, height) > MAX_SIDE or not 0 < rate < 10_000:
            raise InputError(f"{path}: {width}x{height} pixels at {rate} frames a second")
        for raw in source:
            yield Frame(np.frombuffer(raw, np.uint8).reshape(height, width, 3), 1 / rate)
    finally:
        source.close()
