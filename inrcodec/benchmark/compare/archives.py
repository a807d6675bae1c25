"""Measuring inrcodec's own files against the pictures they were made of."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from inrcodec.archive import Archive, ArchivedImage
from inrcodec.benchmark.compare.results import Point
from inrcodec.benchmark.fits import FittedFile
from inrcodec.benchmark.pixels import finite_mean
from inrcodec.errors import Parameter, UsageError
from inrcodec.images import Picture
from inrcodec.numerics.metrics import psnr

BACKGROUND, MAX_SIZE = Parameter("background"), Parameter("max_size")


def measure_fit(fit: FittedFile, pictures: Sequence[Picture]) -> Point:
    """A file as it decodes: PSNR of 8-bit pixels at native size, and the time from opening it to the last pixel."""
    started = time.perf_counter()
    images = images_of(fit.path, pictures)
    decoded = [np.rint(image.render_stored() * 255) / 255 for image in images]
    seconds = time.perf_counter() - started
    archive = images[0].archive
    mean = finite_mean([psnr(picture.pixels, back) for picture, back in zip(pictures, decoded, strict=True)])
    return Point(
        setting=fit.label,
        size=archive.file_size,
        bits_per_pixel=archive.bits_per_pixel,
        psnr=mean,
        encode_seconds=fit.seconds,
        decode_seconds=seconds,
    )


def images_of(path: Path, pictures: Sequence[Picture]) -> list[ArchivedImage]:
    """The images of a file in the order of the pictures; UsageError where it is not a file of this very set."""
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    archive = Archive.open(path)
    if archive.channels != pictures[0].pixels.shape[2]:
        has, lacks = ("file", "folder") if archive.channels == 4 else ("folder", "file")
        raise UsageError(f"{path}: the {has} has transparency and the {lacks} has none; give the same ", BACKGROUND)
    numbers = {name: number for number, name in enumerate(archive.names)}
    missing = [picture.name for picture in pictures if picture.name not in numbers]
    if missing or len(numbers) != len(pictures):
        first = f"it lacks {missing[0]}" if missing else f"it holds {len(archive)} images, the folder {len(pictures)}"
        raise UsageError(f"{path}: not a file of this folder: {first}")
    images = [archive[numbers[picture.name]] for picture in pictures]
    for image, picture in zip(images, pictures, strict=True):
        height, width = picture.pixels.shape[:2]
        if (image.height, image.width) != (height, width):
            sizes = f"{image.width}x{image.height} in the file and {width}x{height} in the folder"
            raise UsageError(f"{path}: {picture.name} is {sizes}; give the ", MAX_SIZE, " that it was encoded with")
    return images
