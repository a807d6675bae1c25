"""GIF: palettes of 256 colors; transparency is on or off: flattened.

What does not move is mapped once, so that it stands still, and takes its share of every palette; the rest of a frame
has the other colors to itself. Frames of few colors are mapped to the nearest ones, others dithered: whichever of the
two is closer once it is blurred a little, as an eye does from where it stands.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inrcodec.exporters.formats import PictureFormat, Playback

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    from inrcodec.numerics.arrays import BytePixels

FEW_COLORS = 1 << 14  # of a frame; with more, median cut takes long and dithering is better
STILL = 3  # levels: what changes by less in all frames does not move
COLORS, STILL_COLORS = 256, 128  # of a palette; of it for what does not move, at most
CENTISECOND = 10  # milliseconds: a GIF counts nothing shorter


@dataclass(frozen=True, eq=False)
class _Ground:
    """What does not move: where (height, width), colors (n, 3), and which of them each such pixel has."""

    where: NDArray[np.bool_]
    colors: BytePixels
    indices: BytePixels


def _animation(frames: Iterator[BytePixels], playback: Playback) -> bytes:
    kept = _Frames(frames)
    ground = kept.ground(playback.dither)
    drawn = list(_mapped(kept, ground, playback.dither))
    timing: dict[str, Any] = {"duration": playback.durations(len(drawn), CENTISECOND)}
    if playback.loop != 1:  # the count in the file is of repetitions; without one, a GIF is played once
        timing["loop"] = max(0, playback.loop - 1)
    stream = io.BytesIO()
    drawn[0].save(stream, "GIF", save_all=True, append_images=drawn[1:], optimize=False, disposal=1, **timing)
    return stream.getvalue()


class _Frames:
    """All frames, packed: what does not move is known when the last one is there."""

    def __init__(self, frames: Iterator[BytePixels]) -> None:
        import numpy as np

        self._packed: list[bytes] = []
        for frame in frames:
            if not self._packed:
                self._low, self._high = frame.copy(), frame.copy()
            np.minimum(self._low, frame, out=self._low)
            np.maximum(self._high, frame, out=self._high)
            packed = zlib.compress(frame.tobytes(), 1)
            held = bool(self._packed) and packed == self._packed[-1]
            self._packed.append(self._packed[-1] if held else packed)  # a frame that is held takes no memory

    def __iter__(self) -> Iterator[tuple[BytePixels, bool]]:
        """Every frame, and whether it is the one before it."""
        import numpy as np

        before = None
        for packed in self._packed:
            octets = np.frombuffer(zlib.decompress(packed), np.uint8)
            yield octets.reshape(self._low.shape), packed is before
            before = packed

    def ground(self, dither: bool) -> _Ground:
        """What does not move in them."""
        import numpy as np

        where = np.all(self._high - self._low < STILL, axis=2)
        middle = self._low + (self._high - self._low) // 2
        count = COLORS if where.all() else STILL_COLORS
        colors, exact = np.unique(middle[where], axis=0, return_inverse=True)
        if len(colors) <= count:
            return _Ground(where, colors, exact.reshape(-1).astype(np.uint8))
        colors, mapped = _reduced(middle, middle[where][:, None], count, dither)
        return _Ground(where, colors, np.minimum(mapped[where], len(colors) - 1).astype(np.uint8))


def _reduced(
    picture: BytePixels, part: BytePixels, count: int, dither: bool, known: BytePixels | None = None
) -> tuple[BytePixels, BytePixels]:
    """A palette (n, 3) for a part (pixels, 1, 3) of a picture (height, width, 3), and the picture's indices into it.

    known: colors that the palette begins with.
    """
    import numpy as np
    from PIL import Image

    frame, pixels = Image.fromarray(picture), Image.fromarray(part)
    few = pixels.getcolors(FEW_COLORS) is not None
    ways = [(Image.Quantize.MEDIANCUT, Image.Dither.NONE)] if few or not dither else []
    ways += [(Image.Quantize.FASTOCTREE, Image.Dither.FLOYDSTEINBERG)] if dither else []
    tried = []
    for method, diffusion in ways:
        found = pixels.quantize(count, method=method).getpalette() or []
        own = np.array(found, np.uint8).reshape(-1, 3)[:count]
        palette = own if known is None else np.concatenate([known, own])
        tried.append((palette, np.asarray(frame.quantize(palette=_palette(palette), dither=diffusion))))
    if len(tried) == 1:
        return tried[0]
    return min(tried, key=lambda one: _visible_error(picture, one[0][np.minimum(one[1], len(one[0]) - 1)]))


def _palette(colors: BytePixels) -> Image.Image:
    """A picture that has these colors (n, 3), the last one again where there are fewer than 256."""
    import numpy as np
    from PIL import Image

    full = np.concatenate([colors, np.repeat(colors[-1:], COLORS - len(colors), axis=0)])
    holder = Image.new("P", (1, 1))
    holder.putpalette(full.tobytes())
    return holder


def _mapped(frames: _Frames, ground: _Ground, dither: bool) -> Iterator[Image.Image]:
    """Frames of 256 colors; one that is held is done once."""
    done = None
    for frame, held in frames:
        if done is None or not held:
            done = _with_palette(frame, ground, dither)
        yield done


def _with_palette(frame: BytePixels, ground: _Ground, dither: bool) -> Image.Image:
    import numpy as np
    from PIL import Image

    moving = ~ground.where
    palette, indices = ground.colors, np.zeros(ground.where.shape, np.uint8)
    if moving.any():
        left = COLORS - len(ground.colors)
        palette, found = _reduced(frame, frame[moving][:, None], left, dither, ground.colors)
        indices = np.minimum(found, len(palette) - 1).astype(np.uint8)
    indices[ground.where] = ground.indices
    drawn = Image.fromarray(indices)
    drawn.putpalette(palette.tobytes())
    return drawn


def _visible_error(picture: BytePixels, shown: BytePixels) -> float:
    """Mean squared difference of both, blurred by one pixel, in levels."""
    import numpy as np
    from PIL import Image, ImageFilter

    first, second = (
        np.asarray(Image.fromarray(one).filter(ImageFilter.GaussianBlur(1)), np.float32) for one in (picture, shown)
    )
    return float(np.square(first - second).mean())


FORMAT = PictureFormat(
    name="gif", suffixes=(".gif",), alpha=False, longest_side=65535, loops=True, most_loops=65536, animation=_animation
)
