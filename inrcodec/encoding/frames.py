"""The frames of clips as pictures, for `encode --frames all`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from inrcodec.errors import InputError
from inrcodec.images import Picture, PictureSet, Skipped, Source, load_pictures
from inrcodec.images.bombs import check_frames
from inrcodec.images.color import flattened, parse_color
from inrcodec.images.load import same_channels
from inrcodec.images.scan import find_files
from inrcodec.images.shrink import shrunk
from inrcodec.numerics.arrays import AnyPixels, Pixels, colors, in_color
from inrcodec.signals import kind_of
from inrcodec.signals.video import read_frames


def load_frames(
    sources: Sequence[Source],
    *,
    max_size: int | None = None,
    background: str | None = None,
    max_pixels: int | None = None,
) -> PictureSet:
    """Every picture of the sources, and of those that move, every frame.

    Frames of one clip alone know how long they are shown. Raises as `load_pictures` does.
    """
    behind = None if background is None else parse_color(background)
    found, skipped = find_files(sources)
    clips = [file for file in found if kind_of(file.path) == "video"]
    pictures: list[Picture] = []
    passed_by = list(skipped)
    for file in found:
        if file not in clips:
            still = load_pictures([file.path], max_size=max_size, background=background, max_pixels=max_pixels)
            pictures += [replace(one, name=file.name, stored=_colored(one.stored)) for one in still.pictures]
            continue
        try:
            frames = list(_pictures(file.path, max_size, behind, max_pixels))
        except InputError as failure:
            passed_by.append(Skipped(str(file.path), failure.message))
            continue
        digits = len(str(len(frames) - 1))
        alone = len(found) == 1
        size = file.path.stat().st_size
        for number, (pixels, seconds) in enumerate(frames):
            name = f"{file.name}/{number:0{digits}}"
            pictures.append(Picture(name, pixels, size if number == 0 else 0, seconds if alone else None))
    if not pictures:
        reason = passed_by[0].reason if passed_by else "no picture and no clip found"
        raise InputError(f"no frame could be read: {', '.join(map(str, sources))}: ", reason)
    return PictureSet(same_channels(pictures), tuple(passed_by), ())


def _colored(pixels: AnyPixels) -> AnyPixels:
    """A gray picture of one channel in three; others as they are."""
    return pixels if pixels.shape[2] > 1 else in_color(colors(pixels))


def _pictures(
    path: Path, max_size: int | None, behind: Pixels | None, max_pixels: int | None
) -> Iterator[tuple[AnyPixels, float]]:
    """Frames, flattened and shrunk as asked, one in memory at its full size."""
    total = 0
    for frame in read_frames(path):
        pixels = frame.pixels
        if behind is not None and pixels.shape[2] == 4:
            pixels = flattened(colors(pixels), behind)
        if max_size is not None and max(pixels.shape[:2]) > max_size:
            pixels = shrunk(colors(pixels), max_size)
        total += pixels.shape[0] * pixels.shape[1]
        check_frames(path, total, max_pixels)
        yield pixels, frame.seconds
