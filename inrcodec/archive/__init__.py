"""An opened .inr file, or a collection of them: images by number or name, each rendered at any size; numpy only."""

from __future__ import annotations

from inrcodec.archive.archive import Archive
from inrcodec.archive.collection.collection import Collection
from inrcodec.archive.image import ArchivedImage
from inrcodec.archive.opening import described_elsewhere, open_images, opened_elsewhere
from inrcodec.archive.rendering import Upsample, straightened
from inrcodec.archive.signal import Signal

AnyArchive = Archive | Collection  # what most of what reads takes

__all__ = [
    "AnyArchive",
    "Archive",
    "ArchivedImage",
    "Collection",
    "Signal",
    "Upsample",
    "described_elsewhere",
    "open_images",
    "opened_elsewhere",
    "straightened",
]
