"""What a page of `report` needs of other pictures, taken from them one at a time: extremes, sizes, references."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy as np

from inrcodec.archive import AnyArchive, straightened
from inrcodec.benchmark.codecs import Codec, Setting
from inrcodec.benchmark.codecs.pillow import PNG, WEBP, WEBP_LOSSLESS
from inrcodec.bitstream.escaping import normal
from inrcodec.errors import UsageError
from inrcodec.evaluate.matching import Match
from inrcodec.images import Unreadable, find_files, read_pixels
from inrcodec.images.color import parse_color
from inrcodec.numerics.arrays import Pixels

SHOWN = 6  # images at either end of the scale
ENLARGED = 8  # images shown beside their high-resolution originals
STORED_AS = ((PNG, PNG.settings[0]), (WEBP_LOSSLESS, WEBP_LOSSLESS.settings[0]), (WEBP, WEBP.settings[-3]))


class PageOriginals:
    """The originals that the page shows, the SHOWN worst and best, and what all of them take with other codecs."""

    def __init__(self) -> None:
        self.seen = 0
        self._worst: list[Match] = []
        self._best: list[Match] = []
        self._codecs = {_title(*one): one for one in STORED_AS if one[0].missing() is None}
        self._sizes = dict.fromkeys(self._codecs, 0)

    def see(self, match: Match) -> None:
        """Take note of an original; it is kept where it is among the extremes so far."""
        self.seen += 1
        self._worst = sorted([*self._worst, match], key=_rank)[:SHOWN]
        self._best = sorted([*self._best, match], key=_rank)[-SHOWN:]
        original = np.rint(straightened(match.original) * 255).astype(np.uint8)
        for title, (codec, setting) in self._codecs.items():
            self._sizes[title] += len(codec.encode(original, setting))

    def shown(self) -> dict[int, Match]:
        """The extremes by number."""
        return {match.image.number: match for match in (*self._worst, *self._best)}

    def sizes(self) -> list[tuple[str, int]]:
        """Bytes of all originals as files, by codec."""
        return list(self._sizes.items())


def read_references(archive: AnyArchive, folder: Path, background: str | None) -> Iterator[tuple[int, Pixels]]:
    """The first ENLARGED pictures of the images' names in high resolution, with their numbers; UsageError for none."""
    numbers = {_stem(name): number for number, name in enumerate(archive.names)}
    named = [(numbers[_stem(file.name)], file) for file in find_files([folder])[0] if _stem(file.name) in numbers]
    behind, left = None if background is None else parse_color(background), ENLARGED
    for number, file in sorted(named, key=lambda pair: pair[0]):
        try:
            pixels = read_pixels(file, behind)
        except Unreadable:
            continue
        yield number, pixels
        left -= 1
        if not left:
            return
    if left == ENLARGED:
        raise UsageError(f"{folder}: no image there is named like one of {archive.called}")


def _rank(match: Match) -> tuple[float, int]:
    return match.psnr, match.image.number


def _title(codec: Codec, setting: Setting) -> str:
    return f"{codec.title} files" if codec.lossless else f"{codec.title} at quality {setting.label} files"


def _stem(name: str) -> str:
    return str(PurePosixPath(normal(name)).with_suffix(""))
