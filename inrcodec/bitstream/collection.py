"""How collections are called, and what one may ask of who reads it; COLLECTION.md says why. Loads nothing."""

from __future__ import annotations

MANIFEST, SUFFIX = "manifest.parquet", ".inrs"
MOST_IMAGES, MOST_SHARDS, MOST_BYTES = 1 << 24, 1 << 16, 1 << 30  # more belong into several collections
MOST_SHARD_BYTES = 512  # what is told of one, of the metadata
MOST_ABOUT_BYTES, MOST_SETTINGS_BYTES = 1 << 24, 1 << 16
