"""More pictures to learn from that are not stored: variations of the set's own, or a folder of others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from inrcodec.errors import Parameter, UsageError
from inrcodec.images.picture import Picture
from inrcodec.numerics.arrays import Pixels

KINDS = ("flip", "rotate", "crop")
KEPT = 0.75  # of each side, in a crop


def parse_kinds(text: str) -> tuple[str, ...]:
    """Kinds of variation from "flip,rotate"; UsageError names the ones there are."""
    kinds = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown or not kinds:
        raise UsageError(Parameter("augment", text), f": give some of {','.join(KINDS)}")
    return kinds


def varied(pictures: Sequence[Picture], kinds: Sequence[str], seed: int) -> Iterator[Pixels]:
    """One variation of each kind of every picture: mirrored, turned by quarters, or cut out somewhere."""
    rng = np.random.default_rng(seed)
    for kind in kinds:
        for picture in pictures:
            yield np.ascontiguousarray(_variation(kind, picture.pixels, rng))


def _variation(kind: str, pixels: Pixels, rng: np.random.Generator) -> Pixels:
    if kind == "flip":
        return pixels[:, ::-1]
    if kind == "rotate":
        return np.rot90(pixels, int(rng.integers(1, 4)))
    height, width = (max(1, round(KEPT * side)) for side in pixels.shape[:2])
    top, left = (
        int(rng.integers(0, whole - part + 1)) for whole, part in zip(pixels.shape, (height, width), strict=False)
    )
    return pixels[top : top + height, left : left + width]
