"""Stills as Pillow writes them, and animations as imageio's Pillow plugin does, frame after frame."""

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


def animation_file(frames: Iterator[BytePixels], suffix: str, playback: Playback, settings: dict[str, Any]) -> bytes:
    """Frames of one size as the file of that suffix; settings are those of Pillow's writer."""
    import imageio.v3 as iio

    timing = {"is_batch": False, "duration": playback.milliseconds, "loop": playback.loop}
    stream = io.BytesIO()
    with iio.imopen(stream, "w", plugin="pillow", extension=suffix) as file:
        for frame in frames:
            file.write(frame, **timing, **settings)
    return stream.getvalue()
