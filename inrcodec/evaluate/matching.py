"""The images of an archive beside their originals, found by name and, failing that, by content, one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inrcodec.archive import AnyArchive, ArchivedImage
from inrcodec.bitstream.escaping import normal
from inrcodec.errors import InputError, Parameter, UsageError
from inrcodec.images import Found, Skipped, Unreadable, look_for, nothing_found, read_pixels
from inrcodec.images.color import parse_color, with_alpha
from inrcodec.images.shrink import shrunk
from inrcodec.numerics.arrays import Pixels
from inrcodec.numerics.metrics import psnr

SAME_CONTENT = 15.0  # dB: a picture of another name that close is taken for the original
OTHER_CONTENT = 6.0  # dB below the stored figure: the picture of that name must be another one
LISTED = 3  # names that a note spells out


@dataclass(frozen=True, eq=False)
class Match:
    """An image of an archive, its original, what is decoded, both (height, width, channels), premultiplied, and dB.

    name: of the original, which is another one than the image's where it was found by its content.
    """

    image: ArchivedImage
    name: str
    original: Pixels
    decoded: Pixels
    psnr: float

    @property
    def is_doubtful(self) -> bool:
        """Whether a picture of that name is so far off that it must be another one."""
        return self.image.psnr is not None and self.psnr < self.image.psnr - OTHER_CONTENT


@dataclass(frozen=True, eq=False)
class _Candidate:
    """A picture that no image is named like, and the images that look like it: dB by number."""

    name: str
    pixels: Pixels
    scores: dict[int, float]


class Originals:
    """The pictures of a folder as the originals of an archive; none is kept once it was handed out.

    notes: what did not match, known once all matches were taken. All of them: `matches`; one by one: `named`, and
    `alike` for those that have none of their name.
    """

    def __init__(self, archive: AnyArchive, folder: str | Path, background: str | None = None) -> None:
        looked = look_for([folder])
        if not looked.files:
            raise nothing_found([folder], looked.skipped, looked.notes)
        self.notes: list[str] = []
        self._unreadable: list[Skipped] = []
        self._archive, self._folder = archive, folder
        self._behind = None if background is None else parse_color(background)
        self._longest = max(max(archive.shape(number)) for number in range(len(archive)))
        self._files = {normal(file.name): file for file in looked.files}
        self._left = dict.fromkeys(self._files)  # names of those that are no original yet

    def matches(self) -> Iterator[Match]:
        """Every image that has an original, those by name first; InputError where none has, UsageError by its alpha."""
        lonely, found = [], 0
        for image in self._archive:
            match = self.named(image)
            if match is None:
                lonely.append(image)
                continue
            found += 1
            if match.is_doubtful:
                self.notes.append(f"{image.name}: the original differs from what was encoded ({match.psnr:.1f} dB)")
            yield match
        missing = []
        for image, match in self.alike(lonely):
            if match is None:
                missing.append(image.name)
                continue
            found += 1
            self.notes.append(f"{image.name}: matched by content with {match.name}")
            yield match
        if not found:
            raise self._none_of_them()
        self.notes += [f"no original for {_listed(missing)}"] if missing else []
        self.notes += [f"not in the file: {_listed(list(self._left))}"] if self._left else []

    def _none_of_them(self) -> InputError:
        if not self._files:
            return nothing_found([self._folder], self._unreadable, ())
        return InputError(f"{self._folder}: none of its pictures is an original of {self._archive.called}")

    @property
    def names(self) -> tuple[str, ...]:
        """Of all pictures that are not known to be unreadable, in the form in which names are compared."""
        return tuple(self._files)

    def named(self, image: ArchivedImage, name: str | None = None) -> Match | None:
        """An image with the picture of its name, or of another one; None where there is none of the same size."""
        called = normal(image.name if name is None else name)
        file = self._files.get(called)
        pixels = None if file is None else self._read(file)
        if pixels is None:
            return None
        original = next((one for one in (pixels, shrunk(pixels, self._longest)) if _same_size(one, image)), None)
        if original is None:
            return None
        self._left.pop(called, None)
        return _matched(image, called, original, eight_bits(image))

    def alike(
        self, lonely: Sequence[ArchivedImage], names: Sequence[str] | None = None
    ) -> Iterator[tuple[ArchivedImage, Match | None]]:
        """Images without an original of their name, each with the picture that looks most like it, if any does.

        names: of pictures that may be taken. Default: those that are no original yet.
        """
        decoded = {image.number: eight_bits(image) for image in lonely}
        among = [name for name in map(normal, self._left if names is None else names) if name in self._files]
        candidates = {one.name: one for one in self._candidates(lonely, decoded, among)}
        for image in lonely:
            near = [one for one in candidates.values() if image.number in one.scores]
            if not near:
                yield image, None
                continue
            best = max(near, key=lambda one: one.scores[image.number])
            del candidates[best.name]
            self._left.pop(normal(best.name), None)
            yield image, _matched(image, best.name, best.pixels, decoded[image.number])

    def _candidates(
        self, lonely: Sequence[ArchivedImage], decoded: dict[int, Pixels], names: Sequence[str]
    ) -> Iterator[_Candidate]:
        """The pictures of these names that look like any of these images."""
        for file in [self._files[name] for name in names] if lonely else ():
            pixels = self._read(file)
            if pixels is None:
                continue
            small = shrunk(pixels, self._longest)
            scores = {one.number: psnr(small, decoded[one.number]) for one in lonely if _same_size(small, one)}
            alike = {number: score for number, score in scores.items() if score >= SAME_CONTENT}
            if alike:
                yield _Candidate(file.name, small, alike)

    def _read(self, file: Found) -> Pixels | None:
        """The picture of a file with the archive's channels; a file that cannot be read counts as not there."""
        try:
            pixels = read_pixels(file, self._behind)
        except Unreadable as failure:
            self._unreadable.append(Skipped(str(file.path), failure.message))
            del self._files[normal(file.name)]
            self._left.pop(normal(file.name), None)
            return None
        if pixels.shape[2] > self._archive.channels:
            raise UsageError(
                f"{self._folder}: has transparency and {self._archive.called} has none; say ",
                Parameter("background", "white"),
                ", or as encoded",
            )
        return with_alpha(pixels) if self._archive.channels == 4 else pixels


def eight_bits(image: ArchivedImage) -> Pixels:
    """The image at its native size as 8 bits show it, (height, width, channels) in [0, 1], premultiplied."""
    return np.asarray(np.rint(image.render_stored() * 255) / 255, dtype=np.float32)


def _matched(image: ArchivedImage, name: str, original: Pixels, decoded: Pixels) -> Match:
    return Match(image, name, original, decoded, psnr(original, decoded))


def _same_size(pixels: Pixels, image: ArchivedImage) -> bool:
    return pixels.shape[:2] == (image.height, image.width)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more
