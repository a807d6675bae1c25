"""One picture as the bytes of one image file, in any format of `formats` that holds stills."""

from __future__ import annotations

from pathlib import Path

from inrcodec.errors import MissingPackageError, UsageError
from inrcodec.exporters.formats import PictureFormat, still_formats, suffixes_in_words
from inrcodec.exporters.levels import AnyPixels, as_bytes, on_white


def format_named(name: str) -> PictureFormat:
    """The format of that name ("jpg" is "jpeg"); UsageError names the ones there are."""
    wanted, known = name.lower(), still_formats()
    for still in known:
        if wanted == still.name or f".{wanted}" in still.suffixes:
            return still
    raise UsageError(f"unknown format {name!r}; choose from {', '.join(still.name for still in known)}")


def format_of_suffix(suffix: str) -> PictureFormat | None:
    """The format whose files end in that suffix (".jpg"), or None."""
    return next((still for still in still_formats() if suffix.lower() in still.suffixes), None)


def format_for(path: Path) -> PictureFormat:
    """The format that a file's suffix asks for; UsageError names the suffixes there are."""
    still = format_of_suffix(path.suffix)
    if still is None:
        raise UsageError(f"{path}: a still picture is written; end the name with {suffixes_in_words(still_formats())}")
    return still


def encode_still(pixels: AnyPixels, still: PictureFormat, quality: int | None = None) -> bytes:
    """The bytes of an image file, from (height, width, 3 or 4) in [0, 1] or 8 bits, straight alpha.

    quality: 0 to 100, of lossy formats; None for the format's own. Formats without alpha are flattened on white.
    UsageError where the format cannot hold it, MissingPackageError where this machine cannot write it.
    """
    check_quality(still, quality)
    check_side(still, *pixels.shape[:2])
    if lacking := still.missing():
        raise MissingPackageError(lacking)
    assert still.still is not None, f"{still.name} holds no stills"
    flat = on_white(pixels) if pixels.shape[2] == 4 and not still.alpha else pixels
    return still.still(as_bytes(flat), quality)


def check_side(picture: PictureFormat, width: int, height: int) -> None:
    """Refuse a picture that is larger than the format holds."""
    if max(width, height) > picture.longest_side:
        raise UsageError(
            f"{picture.name} holds at most {picture.longest_side} pixels a side; choose png or a smaller size"
        )


def check_quality(still: PictureFormat, quality: int | None) -> None:
    """Refuse a quality where the format has none."""
    if quality is not None and not still.takes_quality:
        others = ", ".join(one.name for one in still_formats() if one.takes_quality)
        raise UsageError(f"{still.name} is lossless and takes no quality; choose one of {others}")
