"""Pictures are looked at before they are decoded: a few bytes can claim more pixels than there is memory for."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from inrcodec.errors import Parameter, UsageError
from inrcodec.images.decode import FORMATS, source_of
from inrcodec.images.scan import Found
from inrcodec.images.silence import no_warnings
from inrcodec.numerics.memory import memory_bytes

FIT_BYTES, DECODED_BYTES = 90, 24  # of memory that a pixel takes: in a fit with its checkpoints, and being decoded
PART = 0.6  # of the memory that pictures may come to take


def check_pixels(files: Sequence[Found], max_size: int | None, max_pixels: int | None) -> None:
    """Raise UsageError where pictures would have more pixels together than are allowed; none is decoded.

    max_size: the longest side that they are shrunk to; max_pixels: None for what this machine has memory for.
    """
    if max_pixels is not None and max_pixels < 1:
        raise UsageError(Parameter("max_pixels", max_pixels), ": at least 1 is needed")
    allowed = most_pixels(max_pixels)
    single = max_pixels or int(PART * memory_bytes() / DECODED_BYTES)
    total = 0
    for file in files:
        width, height = claimed_size(file)
        if width * height > single and max_size is not None:
            raise _too_many(f"{file}: {width}x{height} is", width * height, single, max_pixels)
        scale = 1.0 if max_size is None else min(1.0, max_size / max(1, width, height))
        total += round(width * scale) * round(height * scale)
    if total > allowed:
        largest = max(files, key=lambda file: claimed_size(file)[0] * claimed_size(file)[1])
        raise _too_many(f"{len(files)} pictures, the largest of them {largest}, are", total, allowed, max_pixels)


def most_pixels(max_pixels: int | None) -> int:
    """That a set may have: those that are allowed, or what this machine has memory for."""
    return max_pixels or int(PART * memory_bytes() / FIT_BYTES)


def check_frames(path: Path, pixels: int, max_pixels: int | None) -> None:
    """Raise UsageError where the frames of a clip that were read so far are too many."""
    if pixels > most_pixels(max_pixels):
        raise _too_many(f"{path}: the frames up to here have", pixels, most_pixels(max_pixels), max_pixels)


def claimed_size(file: Path | Found) -> tuple[int, int]:
    """(width, height) as the file's beginning has it; nothing for what is no picture, which says so when it is read."""
    with (
        contextlib.suppress(Exception),
        no_warnings(),
        source_of(file) as source,
        Image.open(source, formats=FORMATS) as one,
    ):
        return one.size
    return 0, 0


def _too_many(what: str, pixels: int, allowed: int, asked: int | None) -> UsageError:
    good = "allowed" if asked else "good for this machine's memory"
    return UsageError(
        f"{what} {pixels:,} pixels, and {allowed:,} are {good}; shrink them with ", Parameter("max_size"),
        ", leave some out, or allow more with ", Parameter("max_pixels"),
    )  # fmt: skip
