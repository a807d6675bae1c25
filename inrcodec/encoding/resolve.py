"""Options checked against the pictures and turned into the settings of field and fit."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from inrcodec.bitstream.limits import BLOCK_IMAGES
from inrcodec.bitstream.names import encode_names
from inrcodec.bitstream.packing import FIGURES_SHARE, LEAST_FIGURES
from inrcodec.encoding.design import has_code, one_with, redesigned
from inrcodec.encoding.options import EncodeOptions, Sources
from inrcodec.encoding.start import as_the_base, passes_in_time
from inrcodec.errors import InputError, NoPictureError, Parameter, UsageError
from inrcodec.field.conditioning import conditioning_named, model_for
from inrcodec.field.contract import Traits
from inrcodec.images import Picture, PictureSet, Source, load_pictures
from inrcodec.images.color import gray_of, is_gray, with_alpha
from inrcodec.images.variations import parse_kinds, varied
from inrcodec.numerics.arrays import Pixels, colors
from inrcodec.settings import (
    MAX_FOOTPRINT,
    SHARES,
    FitSettings,
    Holdout,
    ModelSettings,
    Target,
    passes_for,
    rate_weight_for,
)
from inrcodec.signals import FILMS

FIXED_BYTES, FIGURE_BYTES, MINIMUM_BYTES = 140, 1.9, 1000  # header and checksums; figures per image; the rest
USUAL_HOLDOUT = 0.1  # of every image's pixels
RECORD_BYTES, BLOCK_BYTES = 100, 16  # of a record; around a block
AUGMENT, EXTRA = Parameter("augment"), Parameter("extra")


def read_pictures(sources: Sources, options: EncodeOptions) -> PictureSet:
    """The readable pictures of the sources; InputError where there is none."""
    listed = [sources] if isinstance(sources, (str, Path)) else list(sources)
    if options.frames == "all":
        from inrcodec.encoding.frames import load_frames

        return load_frames(
            listed, max_size=options.max_size, background=options.background, max_pixels=options.max_pixels
        )
    refuse_films(listed)
    return load_pictures(
        listed, max_size=options.max_size, background=options.background, max_pixels=options.max_pixels
    )


def refuse_films(sources: Sequence[Source], *, collection: bool = False) -> None:
    """InputError where one of the files is a film."""
    for source in sources:
        if os.fspath(source).lower().endswith(FILMS) and Path(source).is_file():
            if collection:
                raise InputError(f"{source}: is a film, and collections are of pictures; leave it out")
            raise InputError(f"{source}: is a film; its frames are pictures with ", Parameter("frames", "all"))


def model_settings(options: EncodeOptions, pixels: int) -> ModelSettings:
    """What shapes the field of a set of that many pixels; UsageError where options do not go together."""
    if not 1 <= options.footprint <= MAX_FOOTPRINT:
        raise UsageError(f"footprint {options.footprint} is outside 1 to {MAX_FOOTPRINT} points per pixel and axis")
    model = redesigned(model_for(options.conditioning, pixels, options.footprint), options)
    if options.keep_encoder and not model.coded:
        raise UsageError(
            Parameter("keep_encoder", True),
            f": {options.conditioning} has no code for an encoder to find; it needs ",
            *one_with(has_code),
        )
    return as_the_base(options, model, passes_in_time(options, passes_of(options, pixels), pixels))


def fit_settings(options: EncodeOptions, pictures: Sequence[Picture], *, record: bool = False) -> FitSettings:
    """How hard to fit these pictures; UsageError where a number is out of bounds.

    record: whether the file will have a training record, which a target size has to leave room for.
    """
    if options.time_limit is not None and not options.time_limit > 0:
        raise UsageError(f"time limit {options.time_limit} s: must be more than nothing")
    if options.share not in SHARES:
        raise UsageError(Parameter("share", options.share), f": there are: {', '.join(SHARES)}")
    if not 0 <= options.seed < 1 << 32:
        raise UsageError(f"seed {options.seed} is outside 0 to {(1 << 32) - 1}")
    return FitSettings(
        rate_weight=rate_weight_for(options.quality),
        target=_target(options, [picture.name for picture in pictures], record),
        passes=passes_of(options, count_pixels(pictures)),
        time_limit=options.time_limit,
        holdout=holdout_of(options),
        device=options.device,
        engine=options.engine,
        threads=options.threads,
        seed=options.seed,
        encoder=options.keep_encoder,
        tune_process=options.tune_process,
    )


def extra_images(options: EncodeOptions, pictures: Sequence[Picture]) -> list[Pixels]:
    """More pictures to learn from that are not stored: variations of these, and a folder of others."""
    if options.augment is None and options.extra is None:
        return []
    if conditioning_named(options.conditioning).TRAITS.latents == "none":
        raise UsageError(
            f"{options.conditioning} tells images by their numbers: ", AUGMENT, " and ", EXTRA, " need one with codes"
        )
    if options.target_psnr is not None or options.target_size is not None:
        raise UsageError("a target is steered by what is stored alone; leave out ", AUGMENT, " and ", EXTRA)
    found = [] if options.augment is None else list(varied(pictures, parse_kinds(options.augment), options.seed))
    if options.extra is not None:
        channels = pictures[0].channels
        found += [_with_channels(one.pixels, channels, options) for one in _read_extra(options.extra, options)]
    return found


def _read_extra(folder: str | Path, options: EncodeOptions) -> Sequence[Picture]:
    try:
        return read_pictures(folder, options).pictures
    except NoPictureError as failure:  # of the set itself there are pictures
        raise InputError(EXTRA, ": ", failure.message) from failure


def count_pixels(pictures: Sequence[Picture]) -> int:
    """Of all pictures together."""
    return sum(picture.shape[0] * picture.shape[1] for picture in pictures)


def _with_channels(pixels: Pixels, channels: int, options: EncodeOptions) -> Pixels:
    """An extra image with as many channels as the set has."""
    if channels == 1:
        if not is_gray(pixels):
            raise UsageError(f"{options.extra}: has colors or transparency and the set is gray; give gray pictures")
        return colors(gray_of(pixels))
    fitting = with_alpha(pixels) if channels == 4 else pixels
    if fitting.shape[2] != channels:
        raise UsageError(
            f"{options.extra}: has transparency and the set has none; flatten it with ", Parameter("background")
        )
    return fitting


def passes_of(options: EncodeOptions, pixels: int) -> int:
    """Visits of every pixel that are asked for; 0 where latents are only guessed."""
    if options.passes is None:
        return passes_for(options.effort, pixels)
    if options.passes < 0:
        raise UsageError(f"passes {options.passes}: at least 1 is needed, or 0 to take latents as they are guessed")
    return options.passes


def _target(options: EncodeOptions, names: list[str], record: bool) -> Target | None:
    if options.target_psnr is None and options.target_size is None:
        return None
    if options.target_psnr is not None and options.target_size is not None:
        raise UsageError("give either a target PSNR or a target size, not both")
    if not _has_rate(conditioning_named(options.conditioning).TRAITS):
        raise UsageError(f"{options.conditioning} has no rate to control; targets need ", *one_with(_has_rate))
    if options.holdout_mode == "strict" and options.holdout != 0:
        raise UsageError("a target cannot be held while pixels stay hidden; use ", Parameter("holdout_mode", "release"))
    if options.target_psnr is not None:
        if not 10 <= options.target_psnr <= 60:
            raise UsageError(f"target PSNR {options.target_psnr} dB is outside 10 to 60")
        return Target(psnr=options.target_psnr)
    assert options.target_size is not None
    left = options.target_size - FIXED_BYTES - len(encode_names(names)) - BLOCK_BYTES * (len(names) // BLOCK_IMAGES)
    left -= round(min(FIGURE_BYTES * len(names), max(LEAST_FIGURES, FIGURES_SHARE / (1 + FIGURES_SHARE) * left)))
    left -= RECORD_BYTES if record else 0
    if left < MINIMUM_BYTES:
        raise UsageError(f"target size {options.target_size} bytes is too little for {len(names)} images")
    return Target(size=left)


def _has_rate(traits: Traits) -> bool:
    """Whether bits go up and down with lambda, as most of them are latents."""
    return traits.latents == "grids"


def holdout_of(options: EncodeOptions) -> Holdout:
    """The pixels that are hidden from a fit; UsageError where there are no such. See `hides_from_guesses`, too."""
    share = USUAL_HOLDOUT if options.holdout is None else options.holdout
    if not 0 <= share <= 0.9:
        raise UsageError(f"holdout {share} is outside 0 to 0.9, the share of hidden pixels")
    if options.holdout_mode not in ("release", "strict"):
        raise UsageError(f"holdout mode {options.holdout_mode!r} is neither release nor strict")
    fraction = round(share * 1_000_000)
    guessed = options.effort == 0 if options.passes is None else options.passes == 0
    if guessed and options.holdout_mode == "release":
        return Holdout()  # nothing is fitted that could be measured before they are released
    return Holdout(fraction, options.seed, options.holdout_mode) if fraction else Holdout()


def hides_from_guesses(options: EncodeOptions) -> bool:
    """Whether pixels are hidden where latents are guessed: if somebody asks for that.

    Guesses have not seen them, and few passes do not get over it: 100 icons after 100 passes have 33.9 dB, and 38.5
    where nothing is hidden.
    """
    return options.holdout is not None or options.holdout_mode == "strict"
