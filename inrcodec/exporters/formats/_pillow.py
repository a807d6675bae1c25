"""Stills and animations as Pillow writes them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from inrcodec.exporters.formats import Playback
from inrcodec.numerics.arrays import BytePixels


def still_file(levels: BytePixels, name: str, settings: dict[str, Any]) -> bytes:
    """One picture in Pillow's format of that name; settings are those of its writer."""
    from PIL import Image  # costs more to import than a command that writes nothing should pay

    stream = io.BytesIO()
    Image.fromarray(levels).save(stream, name.upper(), **settings)
    return stream.getvalue()


def animation_file(frames: Iterator[BytePixels], name: str, playback: Playback, settings: dict[str, Any]) -> bytes:
    """Frames of one size in Pillow's format of that name; settings are those of its writer."""
    from PIL import Image

    drawn = [Image.fromarray(frame) for frame in frames]
    timing = {"duration": playback.durations(len(drawn)), "loop": playback.loop}
    stream = io.BytesIO()
    drawn[0].save(stream, name.upper(), save_all=True, append_images=drawn[1:], **timing, **settings)
    return stream.getvalue()
