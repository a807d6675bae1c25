"""What an encode would do, forecast from the pictures' sizes alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from inrcodec.bitstream.context import context_shapes
from inrcodec.encoding.options import Request, Sources, count_pixels
from inrcodec.field.encoder import encoder_shapes
from inrcodec.field.field import field_shapes, level_shapes
from inrcodec.fitting.schedule import whole_work
from inrcodec.images import Picture, Skipped
from inrcodec.settings import ModelSettings

PRODUCTS_PER_SECOND = 1e11  # floating-point operations of large matrices, two CPU cores; measured
SECONDS_PER_PIXEL = 0.6e-6  # per pass, two CPU cores at width 32, points; measured


@dataclass(frozen=True)
class Plan:
    """What an encode would do."""

    images: int
    pixels: int
    channels: int
    parameters: int
    estimated_seconds: float
    estimated_bytes: int
    source_bytes: int
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]


def plan(sources: Sources, **asked: Any) -> Plan:
    """What `encode` would do with the same arguments, from the pictures' sizes alone."""
    request = Request(**asked)
    found = request.pictures(sources)
    pixels = count_pixels(found.pictures)
    model, settings = request.model(pixels), request.fit(found.pictures)
    channels = found.pictures[0].pixels.shape[2]
    shapes = (*field_shapes(model, channels, len(found.pictures)), *context_shapes(model))
    weights = sum(int(np.prod(shape)) for shape in shapes)
    encoder = encoder_shapes(channels, model.levels[0].channels) if request.keep_encoder else ()
    stored = weights + sum(int(np.prod(shape)) for shape in encoder)
    own = SECONDS_PER_PIXEL * model.hidden_width / 32
    products = 6 * weights / PRODUCTS_PER_SECOND  # forwards, backwards, and for the gradient of the weights
    seconds = settings.passes * pixels * max(own, products) * whole_work(model.footprint)
    bits = stored * 8.0 + (pixels * 2.0 ** (request.quality / 30 - 1.5) if model.levels else 0.0)
    return Plan(
        len(found.pictures),
        pixels,
        channels,
        stored + sum(_latent_count(model, picture) for picture in found.pictures),
        min(seconds, settings.time_limit or seconds),
        request.target_size or round(bits / 8),
        sum(picture.source_bytes for picture in found.pictures),
        found.skipped,
        found.notes,
    )


def _latent_count(model: ModelSettings, picture: Picture) -> int:
    height, width = picture.pixels.shape[:2]
    return sum(channels * down * across for channels, down, across in level_shapes(model, height, width))
