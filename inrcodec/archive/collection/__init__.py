"""A folder of .inr files that are one set: each opens on its own, and a manifest says which images lie where.

`inrcodec/bitstream/COLLECTION.md` is the specification.
"""

from __future__ import annotations

from inrcodec.archive.collection.collection import Collection
from inrcodec.archive.collection.image import CollectedImage
from inrcodec.archive.collection.manifest import Manifest, Rows, Shard, write_manifest
from inrcodec.archive.collection.reading import read_manifest

__all__ = [
    "CollectedImage",
    "Collection",
    "Manifest",
    "Rows",
    "Shard",
    "read_manifest",
    "write_manifest",
]
