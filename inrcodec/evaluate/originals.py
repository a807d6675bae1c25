"""The figures measured again, from the pictures that a file was made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from inrcodec.archive import Archive, ArchivedImage
from inrcodec.errors import Parameter, UsageError
from inrcodec.evaluate.figures import ImageReport, Report, evaluate, summed_up
from inrcodec.images import Picture, load_pictures
from inrcodec.numerics.arrays import Pixels
from inrcodec.numerics.holdout import hidden_pixels
from inrcodec.numerics.metrics import mean_absolute_error, psnr, psnr_of_error, ssim

SAME_CONTENT = 15.0  # dB: a picture of another name that close is taken for the original
OTHER_CONTENT = 6.0  # dB below the stored figure: the picture of that name must be another one
LISTED = 3  # names that a note spells out


@dataclass(frozen=True, eq=False)
class Matched:
    """An image of an archive, its original, and what is decoded, both (height, width, channels), premultiplied."""

    image: ArchivedImage
    original: Pixels
    decoded: Pixels


def measure_again(archive: Archive, folder: str | Path, background: str | None = None) -> Report:
    """A report from the originals in a folder; what did not match is in its notes, and its figures are unknown."""
    matched, notes = match(archive, folder, background)
    stored = evaluate(archive).images
    rows = {one.image.number: _measured(one, stored[one.image.number], archive) for one in matched}
    unknown = [
        replace(row, psnr=None, holdout_psnr=None, ssim=None, mae=None, holdout_mae=None, fitted_mae=None)
        for row in stored
    ]
    return summed_up(archive, [rows.get(row.number, row) for row in unknown], notes=notes)


def match(archive: Archive, folder: str | Path, background: str | None = None) -> tuple[list[Matched], tuple[str, ...]]:
    """Images and their originals, by name and, failing that, by content; and notes on what was left over."""
    longest = max(max(archive.shape(number)) for number in range(len(archive)))
    found = load_pictures([folder], background=background).pictures
    shrunken = load_pictures([folder], background=background, max_size=longest).pictures
    wanted = 4 if archive.channels == 4 else 3
    if wanted == 3 and found[0].pixels.shape[2] == 4:
        raise UsageError(
            f"{folder}: has transparency and {archive.path} has none; say ",
            Parameter("background", "white"),
            ", or as encoded",
        )
    pictures = {picture.name: picture for picture in shrunken} | {p.name: p for p in found if _fits(p, archive)}
    matched, notes, lonely = [], [], []
    for image in archive:
        decoded = _eight_bits(image)
        picture = pictures.get(image.name)
        if picture is None or not _same_size(picture, image):
            lonely.append((image, decoded))
            continue
        del pictures[image.name]
        original = _with_channels(picture.pixels, wanted)
        matched.append(Matched(image, original, decoded))
        if image.psnr is not None and psnr(original, decoded) < image.psnr - OTHER_CONTENT:
            notes.append(f"{image.name}: the original differs from what was encoded ({psnr(original, decoded):.1f} dB)")
    missing = []
    for image, decoded in lonely:
        best = _by_content(image, decoded, pictures.values(), wanted)
        if best is None:
            missing.append(image.name)
            continue
        del pictures[best.name]
        notes.append(f"{image.name}: matched by content with {best.name}")
        matched.append(Matched(image, _with_channels(best.pixels, wanted), decoded))
    if not matched:
        raise UsageError(f"{folder}: none of its pictures is an original of {archive.path}")
    notes += [f"no original for {_listed(missing)}"] if missing else []
    notes += [f"not in the file: {_listed(list(pictures))}"] if pictures else []
    return sorted(matched, key=lambda one: one.image.number), tuple(notes)


def _measured(one: Matched, stored: ImageReport, archive: Archive) -> ImageReport:
    """Hidden pixels are measured again only where they stayed hidden; otherwise the file alone knows what they were."""
    fresh = replace(
        stored,
        psnr=psnr(one.original, one.decoded),
        ssim=ssim(one.original, one.decoded),
        mae=mean_absolute_error(one.original, one.decoded),
    )
    holdout = archive.header.holdout
    if holdout.mode != "strict":
        return fresh
    height, width = one.original.shape[:2]
    hidden = hidden_pixels(holdout.seed, stored.number, height, width, holdout.fraction_ppm)
    if not hidden.any() or hidden.all():
        return fresh
    apart = np.abs(one.original.astype(np.float64) - one.decoded)
    error = float(np.square(apart[hidden]).mean())
    return replace(
        fresh,
        holdout_psnr=psnr_of_error(error),
        holdout_mae=float(apart[hidden].mean()),
        fitted_mae=float(apart[~hidden].mean()),
    )


def _by_content(image: ArchivedImage, decoded: Pixels, pictures: Iterable[Picture], channels: int) -> Picture | None:
    near = [(psnr(_with_channels(one.pixels, channels), decoded), one) for one in pictures if _same_size(one, image)]
    best = max(near, key=lambda pair: pair[0], default=None)
    return None if best is None or best[0] < SAME_CONTENT else best[1]


def _fits(picture: Picture, archive: Archive) -> bool:
    """Whether the picture has the size of the image of its name, unshrunk."""
    return picture.name in archive.numbers and _same_size(picture, archive[picture.name])


def _same_size(picture: Picture, image: ArchivedImage) -> bool:
    return picture.pixels.shape[:2] == (image.height, image.width)


def _with_channels(pixels: Pixels, channels: int) -> Pixels:
    if pixels.shape[2] == channels:
        return pixels
    return np.concatenate([pixels, np.ones_like(pixels[..., :1])], axis=2)


def _eight_bits(image: ArchivedImage) -> Pixels:
    return np.asarray(np.rint(image.render_stored() * 255) / 255, dtype=np.float32)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more
