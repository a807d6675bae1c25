"""The latents of pictures that join a file: from its encoder, or fitted against its network, which stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from inrcodec.archive import Archive
from inrcodec.bitstream.appending import within_ranges
from inrcodec.bitstream.base import GUESSED
from inrcodec.encoding.kept_addition import Keep
from inrcodec.encoding.options import EncodeOptions
from inrcodec.encoding.resolve import fit_settings
from inrcodec.errors import UsageError
from inrcodec.field.encoder import encode, thumbnail
from inrcodec.images import Picture
from inrcodec.numerics.arrays import FloatArray, Pixels, colors
from inrcodec.numerics.holdout import filled, hidden_pixels
from inrcodec.numerics.poses import Codes
from inrcodec.settings import FitSettings, Holdout

if TYPE_CHECKING:
    from inrcodec.bitstream.latents import Latents
    from inrcodec.fitting.progress import HeldOutErrors, Progress

USUAL_STEPS = 400  # where there is no encoder: as good as a fit of the whole set; 200 are half a decibel short


def steps_for(archive: Archive, steps: int | None) -> int:
    """Steps of fitting for each new image: as asked, or 0 where the file has an encoder and USUAL_STEPS elsewhere.

    None are needed where latents can be guessed, as the file's network started from the base for that.

    UsageError where there are too few to find a code.
    """
    encoder = archive.encoder is not None
    if steps is None:
        return 0 if encoder else USUAL_STEPS
    if steps < (0 if encoder or guessed_table(archive) is not None else 1):
        raise UsageError(
            f"{steps} steps: this file has no encoder to find codes, and was not begun with guesses, so latents have "
            "to be fitted: at least 1 step is needed"
        )
    return steps


def guessed_table(archive: Archive) -> int | None:
    """The table of the base that latents of new images are guessed for; None where the file has another start."""
    base = archive.stored.base
    return base.table if base is not None and base.number == GUESSED else None


def find_latents(
    archive: Archive,
    pictures: Sequence[Picture],
    poses: Codes | None,
    options: EncodeOptions,
    on_progress: Callable[[Progress], None] | None,
    keep: Keep,
) -> tuple[tuple[Latents, ...], HeldOutErrors | None]:
    """The latents of every picture, as whole numbers that the file can hold, and errors on pixels that stay hidden.

    poses: of the pictures, in a space that has them. options: its passes are the steps of fitting; with none, the
    encoder's codes are taken as they are. keep: see `kept_until_written`.
    """
    codes = _codes(archive, pictures)
    if codes is not None and options.passes == 0:
        found: tuple[Latents, ...] = tuple((code[:, None, None],) for code in np.rint(codes).astype(np.int16))
        return within_ranges(archive.stored, found), None
    hidden = archive.header.holdout  # what is hidden for good in the whole set is hidden in them too
    settings = replace(fit_settings(options, ()), holdout=hidden if hidden.mode == "strict" else Holdout())
    found, held_out = _fitted(archive, pictures, codes, poses, settings, on_progress, keep)
    return within_ranges(archive.stored, found), held_out


def _codes(archive: Archive, pictures: Sequence[Picture]) -> FloatArray | None:
    """What the file's encoder makes of pictures, (pictures, code), where it has one."""
    if archive.encoder is None:
        return None
    thumbnails = np.concatenate([thumbnail(pixels) for pixels in _seen(archive, pictures)], axis=1)
    return np.asarray(encode(archive.encoder, thumbnails).clip(-1023, 1023), dtype=np.float32)


def _seen(archive: Archive, pictures: Sequence[Picture]) -> Iterator[Pixels]:
    """What an encoder may look at: where pixels stay hidden for good in the whole set, what is around them."""
    holdout = archive.header.holdout
    for number, picture in enumerate(pictures, len(archive)):
        if holdout.mode != "strict":
            yield colors(picture.stored)
        else:
            height, width = picture.shape[:2]
            hidden = hidden_pixels(holdout.seed, number, height, width, holdout.fraction_ppm)
            yield filled(colors(picture.stored), hidden)


def _fitted(
    archive: Archive,
    pictures: Sequence[Picture],
    codes: FloatArray | None,
    poses: Codes | None,
    settings: FitSettings,
    on_progress: Callable[[Progress], None] | None,
    keep: Keep,
) -> tuple[tuple[Latents, ...], HeldOutErrors | None]:
    """Latents fitted against the file's network."""
    from inrcodec.fitting.engine import Fit  # torch takes seconds to load, and an encoder does without
    from inrcodec.fitting.run import FrozenModel

    context = [tensor.values() for tensor in archive.stored.context]
    frozen = FrozenModel(
        archive.field.tensors, context, archive.stored.codec.ranges, len(archive), codes, guessed_table(archive)
    )
    pixels = [picture.stored for picture in pictures]
    fit = Fit(pixels, archive.header.model, settings, frozen_model=frozen, poses=poses)
    keeper = keep(fit)
    for progress in fit.steps():
        keeper.see()
        if on_progress:
            on_progress(progress)
    keeper.through()
    if on_progress:
        on_progress(fit.progress("measure"))
    return fit.finish_latents()
