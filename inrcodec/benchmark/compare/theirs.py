"""Measuring the rivals: every codec at every setting, as separate files and as one sheet, all bytes counted."""

from __future__ import annotations

import time
from collections.abc import Sequence

from inrcodec.benchmark.codecs import RIVALS, Rival, Setting
from inrcodec.benchmark.compare.packings import Packing, packings
from inrcodec.benchmark.compare.results import Contender, Point, ranked
from inrcodec.benchmark.levels import mean_psnr
from inrcodec.benchmark.steps import OnStep, Step
from inrcodec.errors import Message, Parameter, UsageError
from inrcodec.images import Picture
from inrcodec.numerics.metrics import bits_per_pixel


def rivals_named(names: Sequence[str] | None) -> tuple[Rival, ...]:
    """The rivals of these names, in their usual order; all of them for None."""
    known = {rival.name: rival for rival in RIVALS}
    if unknown := [name for name in names or () if name not in known]:
        raise UsageError(f"no rival {unknown[0]!r}; there are: {', '.join(known)}")
    return tuple(rival for rival in RIVALS if names is None or rival.name in names)


def measure_rivals(
    rivals: Sequence[Rival], pictures: Sequence[Picture], on_step: OnStep
) -> tuple[tuple[Contender, ...], tuple[str, ...]]:
    """Every rival as files and as sheet, and a note for each that had to be left out."""
    entries, notes = _entries(rivals, pictures)
    total, done, contenders = sum(len(rival.settings) for rival, _ in entries), 0, []
    for rival, packing in entries:
        points = []
        for setting in rival.settings:
            on_step(Step("rivals", done, total, f"{rival.title} {packing.name}, {setting.label}"))
            points.append(_point(rival, setting, packing, pictures))
            done += 1
        contenders.append(Contender(rival.name, rival.title, packing.name, rival.lossless, ranked(points)))
    return tuple(contenders), tuple(notes)


def _entries(rivals: Sequence[Rival], pictures: Sequence[Picture]) -> tuple[list[tuple[Rival, Packing]], list[str]]:
    """Who takes part in which way, and why the others do not."""
    able, notes = _able(rivals, pictures[0].pixels.shape[2])
    ways, too_large = packings(pictures) if able else ((), ())
    entries, notes = [], [*notes, *too_large]
    for rival in able:
        for packing in ways:
            if packing.longest_side > rival.longest_side:
                notes.append(f"{rival.title} {packing.name} left out: it ends at {rival.longest_side:,} pixels a side")
            else:
                entries.append((rival, packing))
    return entries, notes


def _able(rivals: Sequence[Rival], channels: int) -> tuple[list[Rival], list[str]]:
    """The rivals that can store such pictures here, and why the others cannot."""
    able: list[Rival] = []
    notes: list[str] = []
    for rival in rivals:
        reason = rival.missing()
        if reason is None and channels == 4 and not rival.alpha:
            reason = Message("it holds no transparency; ", Parameter("background", "white"), " lets it in")
        if reason is None:
            able.append(rival)
        else:
            notes.append(Message(f"{rival.title} left out: ", reason))
    return able, notes


def _point(rival: Rival, setting: Setting, packing: Packing, pictures: Sequence[Picture]) -> Point:
    started = time.perf_counter()
    blobs = [rival.encode(image, setting) for image in packing.images]
    encoded = time.perf_counter()
    decoded = [rival.decode(blob) for blob in blobs]
    seconds = time.perf_counter() - encoded
    size = sum(map(len, blobs))
    pixels = sum(picture.pixels.shape[0] * picture.pixels.shape[1] for picture in pictures)
    psnr = mean_psnr(pictures, packing.unpacked(decoded))
    rate = bits_per_pixel(size, pixels)
    return Point(setting.label, size, rate, psnr, encoded - started, seconds, setting.variant)
