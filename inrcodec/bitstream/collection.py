"""How collections are called, and what one may ask of who reads it; COLLECTION.md says why. Loads nothing."""

from __future__ import annotations

import re
from pathlib import Path

MANIFEST, SUFFIX = "manifest.parquet", ".inrs"
MOST_IMAGES, MOST_SHARDS, MOST_BYTES = 1 << 24, 1 << 16, 1 << 30  # more belong into several collections
MOST_SHARD_BYTES = 1024  # what is told of one, of the metadata
MOST_ABOUT_BYTES, MOST_SETTINGS_BYTES = 1 << 24, 1 << 16
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")  # two letters at least: one may be a drive


def is_url(path: str | Path) -> bool:
    """Whether it names something in a store, and not a file of this machine."""
    return isinstance(path, str) and URL.match(path) is not None


def is_collection(path: str | Path) -> bool:
    """Whether it is that of a collection, finished or not; in a store its name alone says so."""
    if is_url(path):
        return str(path).rstrip("/").endswith(SUFFIX)
    folder = Path(path)
    return folder.is_dir() and (folder.suffix == SUFFIX or (folder / MANIFEST).is_file())
