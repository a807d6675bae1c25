"""Kinds of picture files: one file each, named as on the command line, and nothing else names them.

A new format is a new file here with a `FORMAT`; suffixes, --format and help texts follow. Files that begin with an
underscore are no formats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import accumulate, pairwise
from pkgutil import iter_modules
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:  # numpy is not loaded for a help text
    from inrcodec.numerics.arrays import BytePixels

    StillWriter = Callable[[BytePixels, int | None], bytes]  # of levels (height, width, 3 or 4) and a quality, 0 to 100
    AnimationWriter = Callable[[Iterator[BytePixels], "Playback"], bytes]


@dataclass(frozen=True, kw_only=True)
class Playback:
    """How an animation is shown: frames per second, and how often all of them (0 for ever).

    dither: where colors come from a palette, whether errors are spread over neighboring pixels. seconds: that every
    frame is shown, in place of fps, where the format is `timed`.
    """

    fps: float
    loop: int = 0
    dither: bool = True
    seconds: tuple[float, ...] = ()

    def durations(self, frames: int, unit: int = 1) -> list[int]:
        """Milliseconds of each frame, in whole `unit`s of them; their sum is as near as can be to what it should be."""
        edges = accumulate(self.seconds, initial=0.0) if self.seconds else (n / self.fps for n in range(frames + 1))
        ends = [round(1000 * edge / unit) for edge in edges]
        return [unit * max(1, end - start) for start, end in pairwise(ends)]


@dataclass(frozen=True, kw_only=True)
class PictureFormat:
    """What a kind of file is called, what it keeps, and what writes it; the first suffix is used for new files.

    alpha: transparency is kept, else pictures are flattened on white. longest_side: pixels, at most.
    takes_quality: stills are lossy if asked; default_quality: what is written otherwise, None for lossless.
    loops: the number of plays is kept, up to most_loops; timed: so is how long every frame is shown.
    still, animation: None where there is no such thing.
    missing: what has to be installed before it can be written, as a sentence with the cure; None when all is there.
    """

    name: str
    suffixes: tuple[str, ...]
    alpha: bool
    longest_side: int = 1 << 30
    takes_quality: bool = False
    default_quality: int | None = None
    loops: bool = False
    most_loops: int = 1 << 30
    timed: bool = True
    still: StillWriter | None = None
    animation: AnimationWriter | None = None
    missing: Callable[[], str | None] = lambda: None


def formats() -> tuple[PictureFormat, ...]:
    """Every format, by name."""
    names = sorted(module.name for module in iter_modules(__path__) if not module.name.startswith("_"))
    return tuple(cast(PictureFormat, import_module(f"{__name__}.{name}").FORMAT) for name in names)


def still_formats() -> tuple[PictureFormat, ...]:
    """Those that hold one picture."""
    return tuple(one for one in formats() if one.still is not None)


def animation_formats() -> tuple[PictureFormat, ...]:
    """Those that hold moving pictures."""
    return tuple(one for one in formats() if one.animation is not None)


def suffixes_in_words(known: Iterable[PictureFormat]) -> str:
    """The suffixes of new files: ".gif, .png or .webp"."""
    return in_words([one.suffixes[0] for one in known])


def in_words(words: Sequence[str]) -> str:
    """A choice, as in "png, webp or avif"."""
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else "".join(words)
