"""Decoding at the size of high-resolution references, against the usual ways to enlarge the original thumbnails."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from inrcodec.archive import Pixels
from inrcodec.compare.fits import FittedFile
from inrcodec.compare.levels import finite_mean, with_channels
from inrcodec.compare.ours import images_of
from inrcodec.compare.results import Enlargement, Enlarging
from inrcodec.compare.steps import OnStep, Step
from inrcodec.errors import UsageError
from inrcodec.images import Picture, load_pictures
from inrcodec.metrics import psnr, ssim
from inrcodec.rivals import KERNELS, enlarged

NAMED = 3  # images that a note about missing ones spells out


@dataclass(frozen=True, eq=False)
class Pair:
    """A picture of the set by number, and the same one in high resolution."""

    number: int
    picture: Picture
    reference: Pixels

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the reference."""
        return self.reference.shape[1], self.reference.shape[0]


def find_pairs(
    folder: str | Path, pictures: Sequence[Picture], background: str | None
) -> tuple[tuple[Pair, ...], tuple[str, ...]]:
    """The references in a folder that go with the pictures by file name, suffixes aside; and notes on what did not."""
    references = load_pictures([folder], background=background).pictures
    channels = pictures[0].pixels.shape[2]
    if channels < references[0].pixels.shape[2]:
        raise UsageError(f"{folder}: has transparency and the images have none; flatten it with --background")
    by_name = {_stem(reference.name): reference for reference in references}
    by_name |= {reference.name: reference for reference in references}
    pairs, lonely, odd, met = [], [], [], set()
    for number, picture in enumerate(pictures):
        reference = by_name.get(picture.name) or by_name.get(_stem(picture.name))
        if reference is None:
            lonely.append(picture.name)
            continue
        met.add(reference.name)
        if _same_shape(picture.pixels, reference.pixels):
            pairs.append(Pair(number, picture, with_channels(reference.pixels, channels)))
        else:
            odd.append(picture.name)
    if not pairs:
        raise UsageError(f"{folder}: no image here is named and shaped like one of the set")
    unused = [reference.name for reference in references if reference.name not in met]
    notes = [
        *_note(lonely, "without a reference"),
        *_note(odd, "with a reference of another shape"),
        *_note(unused, "of the references without an image"),
    ]
    return tuple(pairs), tuple(notes)


def enlarge(
    pairs: Sequence[Pair], pictures: Sequence[Picture], fits: Sequence[FittedFile], on_step: OnStep
) -> Enlarging:
    """Every file decoded at the references' sizes, and the original thumbnails enlarged by every kernel."""
    ways = [_from_file(fit, pictures) for fit in fits] + [_from_thumbnails(kernel) for kernel in KERNELS]
    measured = []
    for done, way in enumerate(ways):
        on_step(Step("enlarge", done, len(ways), way.title))
        measured.append(_measure(way, pairs))
    return Enlarging(len(pairs), tuple(measured))


@dataclass(frozen=True, eq=False)
class _Way:
    """One way to come to a picture of the reference's size, (height, width, channels), premultiplied."""

    title: str
    bits_per_pixel: float | None
    render: Callable[[Pair], Pixels]


def _from_file(fit: FittedFile, pictures: Sequence[Picture]) -> _Way:
    images = images_of(fit.path, pictures)
    rate = images[0].archive.bits_per_pixel
    return _Way(f"inrcodec {fit.label}", rate, lambda pair: images[pair.number].render_stored(pair.size))


def _from_thumbnails(kernel: str) -> _Way:
    return _Way(kernel, None, lambda pair: enlarged(pair.picture.pixels, pair.size, kernel))


def _measure(way: _Way, pairs: Sequence[Pair]) -> Enlargement:
    psnrs, ssims, seconds = [], [], 0.0
    for pair in pairs:
        started = time.perf_counter()
        levels = np.rint(way.render(pair) * 255) / 255
        seconds += time.perf_counter() - started
        psnrs.append(psnr(pair.reference, levels))
        ssims.append(ssim(pair.reference, levels))
    return Enlargement(way.title, way.bits_per_pixel, finite_mean(psnrs), float(np.mean(ssims)), seconds)


def _stem(name: str) -> str:
    """The name without its suffix."""
    return str(PurePosixPath(name).with_suffix(""))


def _same_shape(thumbnail: Pixels, reference: Pixels) -> bool:
    """Whether one is the other at another size, within a pixel of the thumbnail."""
    height, width = thumbnail.shape[:2]
    tall, wide = reference.shape[:2]
    return bool(abs(wide * height / tall - width) <= 1 or abs(tall * width / wide - height) <= 1)


def _note(names: Sequence[str], what: str) -> list[str]:
    """A line about images that could not take part, or none."""
    if not names:
        return []
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return [f"{len(names)} {what}: {', '.join(names[:NAMED])}{more}"]
