"""What comes in: folders, files and globs become pictures of one channel count, each at its own size."""

from __future__ import annotations

from inrcodec.images.decode import Unreadable
from inrcodec.images.load import load_pictures, nothing_found, read_pixels
from inrcodec.images.packed import Input, find_packed
from inrcodec.images.picture import Picture, PictureSet, Skipped
from inrcodec.images.scan import Findings, Found, Member, Source, find_files, look_for
from inrcodec.images.tables import Cell

__all__ = [
    "Cell",
    "Findings",
    "Found",
    "Input",
    "Member",
    "Picture",
    "PictureSet",
    "Skipped",
    "Source",
    "Unreadable",
    "find_files",
    "find_packed",
    "load_pictures",
    "look_for",
    "nothing_found",
    "read_pixels",
]
