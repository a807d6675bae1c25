"""Sources in, pictures out, with a reason for every file that stayed outside; or file by file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from inrcodec.errors import NoPictureError, OutOfMemoryError, Parameter, UsageError
from inrcodec.images.bombs import check_pixels
from inrcodec.images.color import flattened, gray_of, is_gray, parse_color, with_alpha
from inrcodec.images.decode import Decoded, Unreadable, decode
from inrcodec.images.picture import Picture, PictureSet, Skipped
from inrcodec.images.scan import Found, Source, look_for
from inrcodec.images.shrink import shrunk
from inrcodec.numerics.arrays import AnyPixels, Pixels, colors

MAX_SIDE = 16384  # what the file's header allows


def load_pictures(
    sources: Sequence[Source],
    *,
    max_size: int | None = None,
    background: str | None = None,
    max_pixels: int | None = None,
    on_file: Callable[[int, int], None] | None = None,
) -> PictureSet:
    """Read every image of the sources; `on_file(done, all)` is called after each.

    max_pixels: that they may have together; by default what this machine has memory for. UsageError before any is read.
    """
    if max_size is not None and max_size < 1:
        raise UsageError(f"a longest side of {max_size} pixels leaves nothing; use at least 1")
    behind = parse_color(background) if background is not None else None
    looked = look_for(sources)
    found, skipped, notes = looked.files, list(looked.skipped), list(looked.notes)
    check_pixels(found, max_size, max_pixels)
    pictures: list[Picture] = []
    for done, file in enumerate(found, 1):
        try:
            picture, note = _read(file, max_size, behind)
            pictures.append(picture)
            notes += [f"{file.name}: {note}"] if note else []
        except Unreadable as reason:
            skipped.append(Skipped(str(file), reason.message))
        if on_file:
            on_file(done, len(found))
    if not pictures:
        raise nothing_found(sources, skipped, looked.notes)
    return PictureSet(same_channels(pictures), tuple(skipped), tuple(notes))


def read_pixels(file: Found, behind: Pixels | None) -> Pixels:
    """One file at its full size, (height, width, 3 or 4), laid over one color (3,) if there is one behind.

    Unreadable says why it cannot be read, OutOfMemoryError that it would be if there was memory for it.
    """
    with _naming(file):
        return colors(_flattened(decode(file), behind))


def nothing_found(sources: Sequence[Source], skipped: Sequence[Skipped], notes: Sequence[str] = ()) -> NoPictureError:
    """What to raise when not a single image came in."""
    if skipped:
        first = skipped[0]
        more = f" (and {len(skipped) - 1} more)" if len(skipped) > 1 else ""
        return NoPictureError(f"no image could be read: {first.path}: ", first.reason, more)
    places = ", ".join(map(str, sources)) or "nothing"
    if notes:
        return NoPictureError(f"no image found in {places}: {'; '.join(notes)}")
    return NoPictureError(
        f"no image found in {places}; give a folder or files of PNG, JPEG, WebP, AVIF, GIF, BMP or TIFF"
    )


def _read(file: Found, max_size: int | None, behind: Pixels | None) -> tuple[Picture, str | None]:
    """One file, flattened and shrunk as asked; colours are premultiplied by then, so both are plain sums."""
    with _naming(file):
        decoded = decode(file)
        pixels = _flattened(decoded, behind)
        if max_size is not None:
            pixels = shrunk(colors(pixels), max_size) if max(pixels.shape[:2]) > max_size else pixels
    height, width = pixels.shape[:2]
    if max(height, width) > MAX_SIDE:
        raise Unreadable(
            f"{width}x{height} has a side of more than {MAX_SIDE:,} pixels; shrink it with ", Parameter("max_size")
        )
    return Picture(file.name, pixels, decoded.file_bytes), decoded.note


def _flattened(decoded: Decoded, behind: Pixels | None) -> AnyPixels:
    pixels = decoded.pixels
    return pixels if behind is None or pixels.shape[2] == 3 else flattened(colors(pixels), behind)


@contextmanager
def _naming(file: Found) -> Iterator[None]:
    """A want of memory is no fault of the file, and leaving it out would help nobody; but it is named."""
    try:
        yield
    except MemoryError as failure:
        raise OutOfMemoryError(
            f"{file}: not enough memory to read it; give fewer images, or shrink them with ",
            Parameter("max_size"),
        ) from failure


def same_channels(pictures: Sequence[Picture]) -> tuple[Picture, ...]:
    """One picture with alpha gives alpha to all; where all are gray, one channel is enough."""
    if all(picture.channels == 3 for picture in pictures):
        if not all(is_gray(picture.stored) for picture in pictures):
            return tuple(pictures)
        return tuple(replace(picture, stored=gray_of(picture.stored)) for picture in pictures)
    return tuple(replace(picture, stored=with_alpha(picture.pixels)) for picture in pictures)
