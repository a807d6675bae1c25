"""Measuring the image codecs: each at every setting, as separate files and as one sheet, all bytes counted."""

from __future__ import annotations

import time
from collections.abc import Sequence

from inrcodec.benchmark.codecs import CODECS, Codec, Setting
from inrcodec.benchmark.compare.packings import Packing, packings
from inrcodec.benchmark.compare.results import Contender, Point, ranked
from inrcodec.benchmark.pixels import mean_psnr
from inrcodec.benchmark.steps import OnStep, Step
from inrcodec.errors import Message, Parameter, UsageError
from inrcodec.images import Picture
from inrcodec.numerics.metrics import bits_per_pixel


def codecs_named(names: Sequence[str] | None) -> tuple[Codec, ...]:
    """The codecs of these names, in their usual order; all of them for None."""
    known = {codec.name: codec for codec in CODECS}
    if unknown := [name for name in names or () if name not in known]:
        raise UsageError(f"no codec {unknown[0]!r}; there are: {', '.join(known)}")
    return tuple(codec for codec in CODECS if names is None or codec.name in names)


def measure_codecs(
    codecs: Sequence[Codec], pictures: Sequence[Picture], on_step: OnStep
) -> tuple[tuple[Contender, ...], tuple[str, ...]]:
    """Every codec as files and as sheet, and a note for each that had to be left out."""
    entries, notes = _entries(codecs, pictures)
    total, done, contenders = sum(len(codec.settings) for codec, _ in entries), 0, []
    for codec, packing in entries:
        points = []
        for setting in codec.settings:
            on_step(Step("codecs", done, total, f"{codec.title} {packing.name}, {setting.label}"))
            points.append(_point(codec, setting, packing, pictures))
            done += 1
        contenders.append(Contender(codec.name, codec.title, packing.name, codec.lossless, ranked(points)))
    return tuple(contenders), tuple(notes)


def _entries(codecs: Sequence[Codec], pictures: Sequence[Picture]) -> tuple[list[tuple[Codec, Packing]], list[str]]:
    """Which codec takes part with which packing, and why the others do not."""
    able, notes = _able(codecs, pictures[0].pixels.shape[2])
    usable, too_large = packings(pictures) if able else ((), ())
    entries, notes = [], [*notes, *too_large]
    for codec in able:
        for packing in usable:
            if packing.longest_side > codec.longest_side:
                notes.append(f"{codec.title} {packing.name} left out: it ends at {codec.longest_side:,} pixels a side")
            else:
                entries.append((codec, packing))
    return entries, notes


def _able(codecs: Sequence[Codec], channels: int) -> tuple[list[Codec], list[str]]:
    """The codecs that can store such pictures here, and why the others cannot."""
    able: list[Codec] = []
    notes: list[str] = []
    for codec in codecs:
        reason = codec.missing()
        if reason is None and channels == 4 and not codec.alpha:
            reason = Message("it holds no transparency; ", Parameter("background", "white"), " lets it in")
        if reason is None:
            able.append(codec)
        else:
            notes.append(Message(f"{codec.title} left out: ", reason))
    return able, notes


def _point(codec: Codec, setting: Setting, packing: Packing, pictures: Sequence[Picture]) -> Point:
    started = time.perf_counter()
    blobs = [codec.encode(image, setting) for image in packing.images]
    encoded = time.perf_counter()
    decoded = [codec.decode(blob) for blob in blobs]
    seconds = time.perf_counter() - encoded
    size = sum(map(len, blobs))
    pixels = sum(picture.pixels.shape[0] * picture.pixels.shape[1] for picture in pictures)
    psnr = mean_psnr(pictures, packing.unpacked(decoded))
    rate = bits_per_pixel(size, pixels)
    return Point(
        setting=setting.label,
        size=size,
        bits_per_pixel=rate,
        psnr=psnr,
        encode_seconds=encoded - started,
        decode_seconds=seconds,
        variant=setting.variant,
    )
