"""One file becomes pixels, or a reason why not: allowed formats only, a cap before anything is decoded, no noise."""

from __future__ import annotations

import io
import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from inrcodec.errors import InrError
from inrcodec.images.color import orientation_of, to_pixels
from inrcodec.images.mending import MOST_BYTES, mended
from inrcodec.images.profiles import in_srgb
from inrcodec.images.scan import Found
from inrcodec.images.silence import no_stderr, no_warnings
from inrcodec.numerics.arrays import AnyPixels

FORMATS = ("PNG", "JPEG", "WEBP", "AVIF", "GIF", "BMP", "DIB", "TIFF")
MAX_PIXELS = 2**26  # what the file's header allows for one image
FRAME_WORDS = {"GIF": "animated", "WEBP": "animated", "AVIF": "animated", "PNG": "animated", "TIFF": "several pages"}
GRAY_DEPTHS = {"1": 255, "L;2": 85, "L;4": 17}  # how Pillow stretches small PNG greys to 8 bits


class Unreadable(InrError):
    """Why a file cannot be used, in half a sentence."""


@dataclass(frozen=True, eq=False)
class Decoded:
    """Pixels as `to_pixels` gives them, and what the user should know about the file, if anything."""

    pixels: AnyPixels
    note: str | None
    file_bytes: int


def decode(file: Path | Found) -> Decoded:
    """The first frame of one image file."""
    file_bytes = 0
    try:
        with source_of(file) as source:
            file_bytes = source.seek(0, os.SEEK_END)
            source.seek(0)
            return _decoded_or_mended(source, file_bytes)
    except (Unreadable, MemoryError):
        raise
    except UnidentifiedImageError:
        what = "not a PNG, JPEG, WebP, AVIF, GIF, BMP or TIFF image, or damaged"
        raise Unreadable(what if file_bytes else "the file is empty") from None
    except Image.DecompressionBombError:
        raise Unreadable(f"more than {MAX_PIXELS:,} pixels") from None
    except Exception as error:  # hostile bytes make Pillow's readers raise nearly anything; none of it may stop the set
        raise Unreadable(_in_words(error)) from error


def source_of(file: Path | Found) -> BinaryIO:
    """The bytes of a file, or of what lies in one."""
    if isinstance(file, Found) and file.within is not None:
        return io.BytesIO(file.within.read())
    return opened(file.path if isinstance(file, Found) else file)


def opened(path: Path) -> BinaryIO:
    """The file, without waiting: what was a file when it was listed may be a pipe by now, that nobody writes to."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    source = os.fdopen(descriptor, "rb")
    if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
        source.close()
        raise Unreadable("not a file")
    return source


def _decoded_or_mended(source: BinaryIO, file_bytes: int) -> Decoded:
    """The picture; where it cannot be decoded, without what stands beside its pixels."""
    try:
        return _decoded(source, file_bytes)
    except (Unreadable, MemoryError, Image.DecompressionBombError):
        raise
    except Exception as failure:
        found = _mended(source, file_bytes)
        if found is None:
            raise
        if isinstance(found, Exception):
            raise failure from found
        return found


def _mended(source: BinaryIO, file_bytes: int) -> Decoded | Exception | None:
    """The picture without its metadata, where it is of a kind that can be mended; or why that failed."""
    source.seek(0)
    try:
        with no_warnings():
            blob = mended(source.read()) if file_bytes <= MOST_BYTES else None
        found = blob and _decoded(io.BytesIO(blob), file_bytes)
    except MemoryError:
        raise
    except Exception as second:
        return second
    return replace(found, note="; ".join(filter(None, (found.note, "damaged metadata left out")))) if found else None


def _decoded(source: BinaryIO, file_bytes: int) -> Decoded:
    with no_warnings(), Image.open(source, formats=FORMATS) as image, no_stderr(image.format == "TIFF"):
        pixels, note = _first_frame(image)
        return Decoded(pixels, "; ".join(filter(None, (_note(image), note))) or None, file_bytes)


def _first_frame(image: Image.Image) -> tuple[AnyPixels, str | None]:
    """Decoded only when its size is within the cap; and what is to be said of its colors."""
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise Unreadable(f"{width}x{height} is more than {MAX_PIXELS:,} pixels")
    raw_mode = _raw_mode(image)
    image.load()
    _mend_color_key(image, raw_mode)
    orientation = orientation_of(image)
    shown, note = in_srgb(image)
    return to_pixels(shown, orientation), note


def _note(image: Image.Image) -> str | None:
    """Whether there is more in the file than is used; damage further on is no reason to refuse the first frame."""
    try:
        word = FRAME_WORDS.get(image.format or "") if getattr(image, "is_animated", False) else None
    except Exception:
        return None
    return word and f"{word}, first {'page' if image.format == 'TIFF' else 'frame'} used"


def _raw_mode(image: Image.Image) -> str:
    """How the samples lie in a PNG ("L;4", "RGB;16B"); empty elsewhere."""
    if image.format != "PNG" or not (tiles := getattr(image, "tile", [])):
        return ""
    arguments = tiles[0][3]
    return arguments if isinstance(arguments, str) else str(arguments[0]) if arguments else ""


def _mend_color_key(image: Image.Image, raw_mode: str) -> None:
    """Bring a PNG's transparent colour, kept at the file's depth, to the 8 bits that Pillow decoded to."""
    key = image.info.get("transparency")
    if raw_mode in GRAY_DEPTHS and isinstance(key, int):
        image.info["transparency"] = min(255, key * GRAY_DEPTHS[raw_mode])
    elif raw_mode == "RGB;16B" and isinstance(key, tuple):
        image.info["transparency"] = tuple(value >> 8 for value in key)


def _in_words(error: Exception) -> str:
    """One line without the path: the system's own words, or Pillow's, or the kind of error."""
    words = (isinstance(error, OSError) and error.strerror) or str(error)
    return words.splitlines()[0] if words.strip() else type(error).__name__
