"""What one types to search: words that stand in names, best matches first, and bounds on figures, `psnr<25 cat`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from inrcodec.archive import AnyArchive
from inrcodec.bitstream.figures import HOLDOUT_PSNR, PSNR
from inrcodec.numerics.arrays import FloatArray

BOUND = re.compile(r"([a-z-]+)(<=|>=|<|>|=)([0-9]{1,9}(?:\.[0-9]{1,6})?)")
COMPARED: dict[str, Callable[[FloatArray, float], FloatArray]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq,
}  # fmt: skip
FIGURES = ("psnr", "held-out", "bytes", "size", "width", "height", "number")


@dataclass(frozen=True)
class Query:
    """Every word has to stand in a name, every (figure, comparison, value) has to hold."""

    words: tuple[str, ...]
    bounds: tuple[tuple[str, str, float], ...]

    @staticmethod
    def of(text: str) -> Query:
        """From what was typed; what is no bound on a known figure is a word."""
        words, bounds = [], []
        for part in text.casefold().split():
            found = BOUND.fullmatch(part)
            name = None if found is None else next((name for name in FIGURES if name.startswith(found[1])), None)
            if found is not None and name is not None:
                bounds.append((name, found[2], float(found[3])))
            else:
                words.append(part)
        return Query(tuple(words), tuple(bounds))

    def numbers(self, archive: AnyArchive) -> tuple[int, ...]:
        """The images that match, the best matches of words first, else in order."""
        fits = np.ones(len(archive), bool)
        for name, comparison, value in self.bounds:
            fits &= COMPARED[comparison](figure(archive, name), value).astype(bool)  # nan is never within bounds
        candidates = np.flatnonzero(fits).tolist()
        if not self.words:
            return tuple(candidates)
        scores = {number: self._score(archive.names[number].casefold()) for number in candidates}
        found = [number for number in candidates if scores[number] is not None]
        return tuple(sorted(found, key=lambda number: scores[number] or 0))

    def _score(self, name: str) -> int | None:
        """How far the words are from standing in the name as they are; None where one does not stand in it at all."""
        parts = [score(word, name) for word in self.words]
        return None if None in parts else sum(part or 0 for part in parts)


def figure(archive: AnyArchive, name: str) -> FloatArray:
    """A figure of all images (images,), nan where it is unknown."""
    shapes = np.array(archive.stored.shapes, dtype=np.float32)
    match name:
        case "bytes":
            return np.asarray(archive.image_bits / 8, dtype=np.float32)
        case "size":
            return np.asarray(shapes.max(axis=1))
        case "width" | "height":
            return shapes[:, 1 if name == "width" else 0]
        case "number":
            return np.arange(len(archive), dtype=np.float32)
    column = archive.figures.get({"psnr": PSNR, "held-out": HOLDOUT_PSNR}[name])
    return np.full(len(archive), np.nan, np.float32) if column is None else column


@lru_cache(maxsize=1 << 16)
def score(word: str, name: str) -> int | None:
    """0 where a word of the name begins with it, a little where it stands in it, more where its letters are apart.

    None where the letters do not stand in the name in that order. Both casefolded.
    """
    at = name.find(word)
    if at >= 0:
        begins = (
            at == 0 or not name[at - 1].isalnum() or (re.search(rf"(?<![^\W_]){re.escape(word)}", name) is not None)
        )
        return 0 if begins else 1
    first = end = name.find(word[0])
    for letter in word[1:]:
        end = name.find(letter, end + 1)
        if end < 0:
            return None
    return None if first < 0 else 2 + (end - first)
