"""What comes before every fit and every forecast: pictures are read, and all that cannot be done is refused."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from inrcodec.bitstream.context import context_shapes
from inrcodec.bitstream.header import Header
from inrcodec.encoding.assemble import header_for
from inrcodec.encoding.foreseeing import foreseen_quality
from inrcodec.encoding.options import EncodeOptions, Sources
from inrcodec.encoding.resolve import (
    count_pixels,
    extra_images,
    fit_settings,
    hides_from_guesses,
    model_settings,
    read_pictures,
)
from inrcodec.encoding.start import base_table, guesses, passes_in_time
from inrcodec.field.field import field_shapes
from inrcodec.images import Picture, PictureSet
from inrcodec.numerics.arrays import AnyPixels, Pixels
from inrcodec.numerics.poses import Codes, coded_poses
from inrcodec.settings import FitSettings, Holdout, ModelSettings, rate_weight_for


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """Pictures and settings of a fit; extra: pictures that are fitted along; poses: of every picture, if it has one.

    share: whether images may be coded from others like them.
    """

    found: PictureSet
    model: ModelSettings
    settings: FitSettings
    quality: float  # that was asked for, or that a target will need
    header: Header
    extra: Sequence[Pixels]
    poses: Codes | None
    share: bool  # whether images may be coded from others

    @property
    def pictures(self) -> Sequence[Picture]:
        """Of the file."""
        return self.found.pictures

    @property
    def pixels(self) -> int:
        """Of the file."""
        return count_pixels(self.pictures)

    @property
    def weights(self) -> int:
        """Of network and context model."""
        shapes = (*field_shapes(self.model, self.header.channels, len(self.pictures)), *context_shapes(self.model))
        return sum(map(math.prod, shapes))

    @property
    def everything(self) -> list[AnyPixels]:
        """All that is fitted."""
        return [*(picture.stored for picture in self.pictures), *self.extra]


def prepare(sources: Sources, options: EncodeOptions, *, record: bool) -> Prepared:
    """Read and check; UsageError, InputError and UnsupportedFileError before any work.

    record: whether the file will have a training record.
    """
    return prepared(read_pictures(sources, options), options, record=record)


def prepared(found: PictureSet, options: EncodeOptions, *, record: bool, guess: bool | None = None) -> Prepared:
    """The same of pictures that are read already; guess: whether latents start so, if that was decided before."""
    pictures = found.pictures
    model = model_settings(options, count_pixels(pictures))
    settings = fit_settings(options, pictures, record=record)
    pixels = count_pixels(pictures)
    passes, side = passes_in_time(options, settings.passes, pixels), math.sqrt(pixels / len(pictures))
    if guess is None:
        guess = guesses(options, base_table(options, model, pictures[0].shape[2]), passes, side, pixels)
    if guess and not hides_from_guesses(options):
        settings = replace(settings, holdout=Holdout())
    quality = foreseen_quality(options, pictures, model, settings, passes)
    table = base_table(replace(options, quality=quality.begun_with), model, pictures[0].shape[2])
    settings = replace(settings, rate_weight=rate_weight_for(quality.begun_with), base=table, guess=guess)
    return Prepared(
        found=found,
        model=model,
        settings=settings,
        quality=quality.comes_to,
        header=header_for(pictures, model, settings.holdout),  # refuses what no file can hold
        extra=extra_images(options, pictures),
        poses=coded_poses(picture.pixels for picture in pictures) if model.posed else None,
        share=options.share == "auto",
    )
