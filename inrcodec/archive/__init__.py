"""An opened .inr file: images by number or name, each rendered at any size; numpy only."""

from __future__ import annotations

from inrcodec.archive.archive import Archive
from inrcodec.archive.image import ArchivedImage
from inrcodec.archive.rendering import Upsample, straightened
from inrcodec.archive.signal import Signal

__all__ = ["Archive", "ArchivedImage", "Signal", "Upsample", "straightened"]
