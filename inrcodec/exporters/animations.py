"""Frames as the bytes of one moving picture, in any format of `formats` that holds animations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from inrcodec.errors import MissingPackageError, UsageError
from inrcodec.exporters.formats import PictureFormat, Playback, animation_formats, suffixes_in_words
from inrcodec.exporters.levels import AnyPixels, as_bytes, on_white
from inrcodec.exporters.stills import check_side
from inrcodec.numerics.arrays import BytePixels


def animation_of_suffix(suffix: str) -> PictureFormat:
    """The format whose files end in that suffix; UsageError names the ones there are."""
    known = animation_formats()
    for animation in known:
        if suffix.lower() in animation.suffixes:
            return animation
    shown = suffix or "files without a suffix"
    raise UsageError(f"cannot write {shown} as a moving picture; end the name with {suffixes_in_words(known)}")


def check_animation(animation: PictureFormat, size: tuple[int, int] = (1, 1), loop: int = 0) -> None:
    """Refuse what cannot be written.

    MissingPackageError where what writes the format is missing, UsageError where it does not hold that (width, height)
    or count.
    """
    if lacking := animation.missing():
        raise MissingPackageError(lacking)
    check_side(animation, *size)
    if animation.loops and loop > animation.most_loops:
        raise UsageError(f"{animation.name} counts to {animation.most_loops:,} plays; use 0 to play for ever")


def encode_animation(
    frames: Iterable[AnyPixels],
    animation: PictureFormat,
    fps: float,
    *,
    loop: int = 0,
    dither: bool = True,
    seconds: tuple[float, ...] = (),
) -> bytes:
    """The bytes of a file of frames (height, width, 3 or 4) in [0, 1], straight alpha.

    fps: frames per second. loop: how often all frames are shown, 0 for ever, where the format keeps it. dither: where
    colors come from a palette. seconds: of every frame, in place of fps; only for formats that are `timed`.
    Lossless but for GIF, which has palettes, AVIF, and MP4.
    """
    check_animation(animation, loop=loop)
    assert animation.animation is not None, f"{animation.name} holds no animations"
    levels = _levels(frames, animation)
    return animation.animation(levels, Playback(fps=fps, loop=loop, dither=dither, seconds=seconds))


def _levels(frames: Iterable[AnyPixels], animation: PictureFormat) -> Iterator[BytePixels]:
    """Frames as the format holds them: 8 bits, flattened on white where it has no alpha."""
    for frame in frames:
        check_side(animation, *frame.shape[:2])
        yield as_bytes(on_white(frame) if frame.shape[2] == 4 and not animation.alpha else frame)
