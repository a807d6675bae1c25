"""Frames as the bytes of one moving picture, in any format of `formats` that holds animations."""

from __future__ import annotations

from collections.abc import Iterable

from inrcodec.errors import UsageError
from inrcodec.exporters.formats import PictureFormat, Playback, animation_formats, suffixes_in_words
from inrcodec.exporters.levels import AnyPixels, as_bytes, on_white


def animation_of_suffix(suffix: str) -> PictureFormat:
    """The format whose files end in that suffix; UsageError names the ones there are."""
    known = animation_formats()
    for animation in known:
        if suffix.lower() in animation.suffixes:
            return animation
    shown = suffix or "files without a suffix"
    raise UsageError(f"cannot write {shown} as a moving picture; end the name with {suffixes_in_words(known)}")


def check_animation(animation: PictureFormat) -> None:
    """UsageError with the cure where what writes the format is missing."""
    if lacking := animation.missing():
        raise UsageError(lacking)


def encode_animation(
    frames: Iterable[AnyPixels], animation: PictureFormat, fps: float, *, loop: int = 0, dither: bool = True
) -> bytes:
    """The bytes of a file of frames (height, width, 3 or 4) in [0, 1], straight alpha.

    fps: frames per second. loop: how often all frames are shown, 0 for ever, where the format keeps it. dither: where
    colors come from a palette. Lossless but for GIF, which gets a palette for every frame, AVIF, and MP4.
    """
    check_animation(animation)
    assert animation.animation is not None, f"{animation.name} holds no animations"
    levels = (as_bytes(on_white(frame) if frame.shape[2] == 4 and not animation.alpha else frame) for frame in frames)
    return animation.animation(levels, Playback(fps=fps, loop=loop, dither=dither))
