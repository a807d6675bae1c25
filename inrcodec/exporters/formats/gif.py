"""GIF: every frame has a palette of its own, which imageio would not take; transparency is on or off: flattened.

Frames of few colors are mapped to the nearest ones of their palette, others dithered: whichever of the two is closer
once it is blurred a little, as an eye does from where it stands.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from inrcodec.exporters.formats import PictureFormat, Playback

if TYPE_CHECKING:
    from PIL import Image

    from inrcodec.numerics.arrays import BytePixels

FEW_COLORS = 1 << 14  # of a frame; with more, median cut takes long and dithering is better


def _animation(frames: Iterator[BytePixels], playback: Playback) -> bytes:
    from PIL import Image

    drawn = list(_with_palettes((Image.fromarray(frame) for frame in frames), playback.dither))
    timing: dict[str, Any] = {"duration": playback.milliseconds}
    if playback.loop != 1:  # the count in the file is of repetitions; without one, a GIF is played once
        timing["loop"] = max(0, playback.loop - 1)
    stream = io.BytesIO()
    drawn[0].save(stream, "GIF", save_all=True, append_images=drawn[1:], optimize=False, disposal=1, **timing)
    return stream.getvalue()


def _with_palettes(frames: Iterable[Image.Image], dither: bool) -> Iterator[Image.Image]:
    """Frames of 256 colors; one that is held is done once."""
    before = done = None
    for frame in frames:
        if done is None or frame != before:
            before, done = frame, _with_palette(frame, dither)
        yield done


def _with_palette(frame: Image.Image, dither: bool) -> Image.Image:
    from PIL import Image

    few = frame.getcolors(FEW_COLORS) is not None
    nearest = [frame.quantize(256, method=Image.Quantize.MEDIANCUT)] if few or not dither else []
    if not dither:
        return nearest[0]
    palette = frame.quantize(256, method=Image.Quantize.FASTOCTREE)
    dithered = frame.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
    return min([*nearest, dithered], key=lambda quantized: _visible_error(frame, quantized))


def _visible_error(frame: Image.Image, quantized: Image.Image) -> float:
    """Mean squared difference of both, blurred by one pixel, in levels."""
    import numpy as np
    from PIL import ImageFilter

    first, second = (
        np.asarray(one.convert("RGB").filter(ImageFilter.GaussianBlur(1)), np.float32) for one in (frame, quantized)
    )
    return float(np.square(first - second).mean())


FORMAT = PictureFormat(name="gif", suffixes=(".gif",), alpha=False, loops=True, animation=_animation)
