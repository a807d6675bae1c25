"""How collections are called, and what one may ask of who reads it; COLLECTION.md says why. Loads nothing."""

from __future__ import annotations

import re
from pathlib import Path

MANIFEST, SUFFIX = "manifest.parquet", ".inrs"
MOST_IMAGES, MOST_SHARDS, MOST_BYTES = 1 << 24, 1 << 16, 1 << 30  # more belong into several collections
# Of a small file, which zstd makes of any number of equal rows: images for each of its bytes, and of their names.
FEW_IMAGES, IMAGES_A_BYTE = 1024, 32
FEW_TEXT, TEXT_A_BYTE, ROW_BYTES = 1 << 24, 1024, 64
MOST_SHARD_BYTES = 1024  # what is told of one, of the metadata
MOST_ABOUT_BYTES, MOST_SETTINGS_BYTES = 1 << 24, 1 << 16
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")  # two letters at least: one may be a drive


def most_images(size: int) -> int:
    """In a manifest of so many bytes; those that are written have 0.6 a byte, or 8 where all figures are equal."""
    return min(MOST_IMAGES, FEW_IMAGES + IMAGES_A_BYTE * size)


def most_text(size: int) -> int:
    """Bytes of all names in a manifest of so many bytes."""
    return min(MOST_BYTES, FEW_TEXT + TEXT_A_BYTE * size)


def is_url(path: str | Path) -> bool:
    """Whether it names something in a store, and not a file of this machine."""
    return isinstance(path, str) and URL.match(path) is not None


def is_collection(path: str | Path) -> bool:
    """Whether it is that of a collection, finished or not; in a store its name alone says so."""
    if is_url(path):
        return str(path).rstrip("/").endswith(SUFFIX)
    folder = Path(path)
    return folder.is_dir() and (folder.suffix == SUFFIX or (folder / MANIFEST).is_file())
