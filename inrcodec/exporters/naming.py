"""Names that came with images or files are hostile: how they are shown, and which file names are made of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from inrcodec.bitstream.escaping import INVISIBLE, displayed

__all__ = ["MAX_STEM_BYTES", "SOURCE_SUFFIXES", "displayed", "file_names", "safe_stem"]

MAX_STEM_BYTES = 120  # leaves room for a number and a suffix below every file system's limit of 255
SOURCE_SUFFIXES = frozenset(
    (
        ".png",
        ".apng",
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".webp",
        ".avif",
        ".avifs",
        ".gif",
        ".bmp",
        ".dib",
        ".tif",
        ".tiff",
    )
)
FORBIDDEN = frozenset('<>:"/\\|?*')
DEVICES = frozenset(
    [
        "con",
        "prn",
        "aux",
        "nul",
        "conin$",
        "conout$",
        *(port + digit for port in ("com", "lpt") for digit in "0123456789¹²³"),
    ]
)


def file_names(names: Sequence[str], suffix: str) -> tuple[str, ...]:
    """One safe, unique file name per image name, in order: "a/b.png" becomes "a_b.webp", a second one "a_b-2.webp"."""
    taken: dict[str, int] = {}
    return tuple(_unique(safe_stem(name), suffix, taken) for name in names)


def safe_stem(name: str) -> str:
    """The name as one flat file name without its image suffix, valid on Linux, macOS and Windows; never empty."""
    flat = "".join("_" if _unsafe(character) else character for character in unicodedata.normalize("NFC", name))
    stem, dot, ending = flat.rpartition(".")
    if dot and f".{ending.lower()}" in SOURCE_SUFFIXES:
        flat = stem
    flat = flat.lstrip(". ")
    if flat.startswith("-"):  # "-rf.png" would be read as an option by the next tool
        flat = "_" + flat[1:]
    flat = _shortened(flat).rstrip(". ")
    if flat.partition(".")[0].rstrip(" ").casefold() in DEVICES:
        flat = "_" + flat
    return flat or "image"


def _unsafe(character: str) -> bool:
    return character in FORBIDDEN or unicodedata.category(character) in INVISIBLE


def _shortened(stem: str) -> str:
    """At most MAX_STEM_BYTES of UTF-8, cut between characters."""
    return stem.encode("utf-8")[:MAX_STEM_BYTES].decode("utf-8", errors="ignore")


def _unique(stem: str, suffix: str, taken: dict[str, int]) -> str:
    """The first of stem, stem-2, stem-3, ... that is free, compared as a case-blind file system does.

    `taken` holds the last number tried for each stem, so that a file full of equal names costs no quadratic search.
    """
    chosen = stem
    while _key(chosen) in taken:
        taken[_key(stem)] += 1
        chosen = f"{stem}-{taken[_key(stem)]}"
    taken[_key(chosen)] = 1
    return chosen + suffix


def _key(stem: str) -> str:
    return unicodedata.normalize("NFKC", stem).casefold()
