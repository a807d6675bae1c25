"""What an encode would do: a sample of the pictures is fitted for a second, and nothing is written."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import numpy as np

from inrcodec.bitstream.context import context_shapes
from inrcodec.encoding.ending import ending_of
from inrcodec.encoding.keywords import KeywordsOf
from inrcodec.encoding.options import EncodeOptions, Sources
from inrcodec.encoding.outlook import Outlook, outlook_by
from inrcodec.encoding.prepare import Prepared, prepare
from inrcodec.encoding.resolve import read_pictures
from inrcodec.encoding.short_limits import Alternatives, Beginning, prepared_for
from inrcodec.encoding.target import with_corrections
from inrcodec.field.encoder import encoder_shapes
from inrcodec.field.field import field_shapes, level_shapes
from inrcodec.fitting.pace import PRODUCTS_PER_SECOND
from inrcodec.images import Picture, Skipped
from inrcodec.settings import ModelSettings


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What an encode would do; parameters: stored numbers, weights and latents; outlook: how far the fit would come."""

    images: int
    pixels: int
    channels: int
    parameters: int
    estimated_seconds: float = field(compare=False)  # no two measurements are the same
    estimated_bytes: int
    source_bytes: int
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    outlook: Outlook = field(compare=False)


@KeywordsOf(EncodeOptions)
def plan(sources: Sources, options: EncodeOptions) -> Plan:
    """What `encode` would do with the same sources and options, forecast from a second of real steps; nothing is kept.

    sources: folders, image files or globs. Raises UsageError and InputError as `encode` does before it fits.
    """
    return plan_with(sources, options)


def plan_with(
    sources: Sources, options: EncodeOptions, started: float | None = None, resumed: Beginning | None = None
) -> Plan:
    """The same of options that are built already.

    started: when the time that it takes began; None: now; resumed: how an interrupted fit began that is to go on.
    """
    started = time.monotonic() if started is None else started
    beginning = resumed or Beginning(time_limit=options.time_limit)
    asked = prepared_for(beginning, read_pictures(sources, options), options, record=True)
    before = time.monotonic() - started
    outlook = _outlook(asked, before, beginning, resumed=resumed is not None)
    while resumed is None and (other := _instead(beginning, asked, options, outlook.passes)) is not None:
        beginning, asked = other, prepared_for(other, asked.found, options, record=True)
        outlook = _outlook(asked, before, beginning)
    model, pictures = asked.model, asked.pictures
    channels = asked.header.channels
    stored = _weights(model, channels, len(pictures))
    if options.keep_encoder:
        stored += sum(int(np.prod(shape)) for shape in encoder_shapes(channels, model.levels[0].channels))
    bits = stored * 8.0 + (asked.pixels * 2.0 ** (asked.quality / 30 - 1.5) if model.levels else 0.0)
    return Plan(
        images=len(pictures),
        pixels=asked.pixels,
        channels=channels,
        parameters=stored + sum(_latent_count(model, picture) for picture in pictures),
        estimated_seconds=outlook.seconds,
        estimated_bytes=options.target_size or round(bits / 8),
        source_bytes=sum(picture.source_bytes for picture in pictures),
        skipped=asked.found.skipped,
        notes=asked.found.notes,
        outlook=outlook,
    )


def least_seconds(sources: Sources, options: EncodeOptions) -> float:
    """What the matrix products of a fit take at least on a usual CPU: for wide networks nearly all of its time."""
    asked = prepare(sources, options, record=True)
    weights = _weights(asked.model, asked.header.channels, len(asked.pictures))
    return asked.settings.passes * asked.pixels * 6 * weights / PRODUCTS_PER_SECOND  # forwards, and twice backwards


def _instead(beginning: Beginning, asked: Prepared, options: EncodeOptions, passes: float) -> Beginning | None:
    """How a fit would begin that has time for so many passes; None where it is well as it is."""
    return None if options.time_limit is None else Alternatives(beginning, asked, options).to(passes, passes)


def _outlook(asked: Prepared, before: float, beginning: Beginning, *, resumed: bool = False) -> Outlook:
    """before: seconds that reading and loading took."""
    from inrcodec.fitting.timing import sample_of, timed

    everything, settings = asked.everything, asked.settings
    pixels = sum(picture.shape[0] * picture.shape[1] for picture in everything)
    sample = sample_of(everything, asked.model, settings)
    timing, fit = timed([picture for _, picture in sample], len(everything), pixels, asked.model, settings)
    shown = [replace(asked.pictures[0], name=f"{number}", stored=picture) for number, picture in sample]
    foreseen = ending_of(fit, shown, asked.pixels, record=True, share=asked.share)
    ending = foreseen.within(settings.time_limit).seconds
    if settings.time_limit is not None and not settings.passes:
        room = settings.time_limit - before - timing.total(0) - foreseen.needed
        ending = foreseen.needed + max(0.0, min(foreseen.optional, room))
    if settings.target is not None:
        ending = with_corrections(ending, fit.engine, timing.a_pass)
    longest = max(max(picture.shape[:2]) for picture in everything)
    return outlook_by(
        timing, settings, before, ending, len(everything), longest,
        given_up=not beginning.steps, unhidden=not beginning.hides, resumed=resumed,
    )  # fmt: skip


def _weights(model: ModelSettings, channels: int, images: int) -> int:
    shapes = (*field_shapes(model, channels, images), *context_shapes(model))
    return sum(int(np.prod(shape)) for shape in shapes)


def _latent_count(model: ModelSettings, picture: Picture) -> int:
    height, width = picture.shape[:2]
    return sum(channels * down * across for channels, down, across in level_shapes(model, height, width))
