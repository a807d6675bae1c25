"""What an encode would do, forecast from the pictures' sizes alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inrcodec.bitstream.context import context_shapes
from inrcodec.encoding.keywords import KeywordsOf
from inrcodec.encoding.options import EncodeOptions, Sources
from inrcodec.encoding.resolve import count_pixels, fit_settings, model_settings, read_pictures
from inrcodec.field.encoder import encoder_shapes
from inrcodec.field.field import field_shapes, level_shapes
from inrcodec.fitting.pace import pace_of
from inrcodec.images import Picture, Skipped
from inrcodec.settings import ModelSettings

PRODUCTS_PER_SECOND = 1e11  # floating-point operations of large matrices, two CPU cores; measured
SECONDS_PER_PIXEL = 0.6e-6  # per pass, two CPU cores at width 32, points; measured


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What an encode would do; parameters: stored numbers, weights and latents."""

    images: int
    pixels: int
    channels: int
    parameters: int
    estimated_seconds: float
    estimated_bytes: int
    source_bytes: int
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]


@KeywordsOf(EncodeOptions)
def plan(sources: Sources, options: EncodeOptions) -> Plan:
    """What `encode` would do with the same sources and options, forecast from the pictures' sizes; nothing is fitted.

    sources: folders, image files or globs. Raises UsageError and InputError as `encode` does before it fits.
    """
    return plan_with(sources, options)


def plan_with(sources: Sources, options: EncodeOptions) -> Plan:
    """The same of options that are built already."""
    found = read_pictures(sources, options)
    pixels = count_pixels(found.pictures)
    model, settings = model_settings(options, pixels), fit_settings(options, found.pictures)
    channels = found.pictures[0].shape[2]
    shapes = (*field_shapes(model, channels, len(found.pictures)), *context_shapes(model))
    weights = sum(int(np.prod(shape)) for shape in shapes)
    encoder = encoder_shapes(channels, model.levels[0].channels) if options.keep_encoder else ()
    stored = weights + sum(int(np.prod(shape)) for shape in encoder)
    own = SECONDS_PER_PIXEL * model.hidden_width / 32
    products = 6 * weights / PRODUCTS_PER_SECOND  # forwards, backwards, and for the gradient of the weights
    seconds = settings.passes * pixels * max(own, products) * pace_of(model, settings.passes).total
    bits = stored * 8.0 + (pixels * 2.0 ** (options.quality / 30 - 1.5) if model.levels else 0.0)
    return Plan(
        images=len(found.pictures),
        pixels=pixels,
        channels=channels,
        parameters=stored + sum(_latent_count(model, picture) for picture in found.pictures),
        estimated_seconds=min(seconds, settings.time_limit or seconds),
        estimated_bytes=options.target_size or round(bits / 8),
        source_bytes=sum(picture.source_bytes for picture in found.pictures),
        skipped=found.skipped,
        notes=found.notes,
    )


def _latent_count(model: ModelSettings, picture: Picture) -> int:
    height, width = picture.shape[:2]
    return sum(channels * down * across for channels, down, across in level_shapes(model, height, width))
