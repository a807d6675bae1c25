"""What comes in: folders, files and globs become pictures of one channel count, each at its own size."""

from __future__ import annotations

from inrcodec.images.load import load_pictures
from inrcodec.images.picture import Picture, PictureSet, Skipped

__all__ = ["Picture", "PictureSet", "Skipped", "load_pictures"]
