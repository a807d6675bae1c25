"""What `decode` writes of images: every one as a picture of its own, or all as one sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inrcodec.cli.console import Console
from inrcodec.cli.values import check_pixels

if TYPE_CHECKING:
    from inrcodec.archive import AnyArchive, ArchivedImage, Upsample
    from inrcodec.cli.destination import Destination
    from inrcodec.exporters.levels import AnyPixels
    from inrcodec.exporters.sheets import SheetLayout


@dataclass(frozen=True)
class Written:
    """One picture that was written: where (null for stdout), its size, and the numbers of the images in it."""

    path: str | None
    width: int
    height: int
    bytes: int
    images: list[int]


@dataclass(frozen=True, kw_only=True)
class Job:
    """One decode, checked: which images at which (width, height), where they go, and at what quality."""

    archive: AnyArchive
    numbers: tuple[int, ...]
    sizes: tuple[tuple[int, int], ...]
    destination: Destination
    quality: int | None
    force: bool
    upsample: Upsample


def write_stills(job: Job, console: Console) -> list[Written]:
    """Every image as a picture of its own."""
    from inrcodec.cli.progress import step_progress
    from inrcodec.exporters.stills import encode_still

    paths = _paths(job)
    written = []
    with step_progress(console) as step:
        for done, (image, size) in enumerate(_images(job)):
            step("decode", done, len(paths), displayed_count(done, len(paths)))
            opaque = job.archive.channels == 3  # or what is transparent may be flattened first
            drawn = image.render_octets(size, job.upsample) if opaque else image.render(size, job.upsample)
            blob = encode_still(drawn, job.destination.still, job.quality)
            written.append(_put(job, paths[done], blob, size, [image.number]))
    return written


def write_sheet(job: Job, layout: SheetLayout, console: Console) -> list[Written]:
    """All images as one picture."""
    from inrcodec.cli.destination import check_free, check_parent
    from inrcodec.cli.progress import step_progress
    from inrcodec.exporters.sheets import draw_sheet
    from inrcodec.exporters.stills import check_side, encode_still

    check_pixels(layout.width, layout.height, "the sheet")
    check_side(job.destination.still, layout.width, layout.height)
    path = job.destination.file
    if path is not None:
        check_parent(path)
        check_free([path], force=job.force)
    total = len(job.numbers)
    with step_progress(console) as step:

        def rendered() -> Iterator[AnyPixels]:
            for done, (image, size) in enumerate(_images(job)):
                step("decode", done, total, displayed_count(done, total))
                yield image.render(size, job.upsample)

        pixels = draw_sheet(layout, rendered(), job.archive.channels)
    blob = encode_still(pixels, job.destination.still, job.quality)
    return [_put(job, path, blob, (layout.width, layout.height), list(job.numbers))]


def _paths(job: Job) -> tuple[Path | None, ...]:
    """Where each picture goes, checked to be free; folders are made here."""
    from inrcodec.cli.destination import file_paths

    names = [job.archive[number].name for number in job.numbers]
    return file_paths(job.destination, names, job.numbers, job.sizes, force=job.force)


def _images(job: Job) -> Iterator[tuple[ArchivedImage, tuple[int, int]]]:
    for number, size in zip(job.numbers, job.sizes, strict=True):
        yield job.archive[number], size


def _put(job: Job, path: Path | None, blob: bytes, size: tuple[int, int], numbers: list[int]) -> Written:
    """Write one picture, whole or not at all."""
    from inrcodec.cli.destination import put

    put(path, blob, force=job.force)
    return Written(None if path is None else str(path), *size, len(blob), numbers)


def displayed_count(done: int, total: int) -> str:
    """Progress in words."""
    return f"{done} of {total} images"
