"""Frames as the bytes of one moving picture: GIF, WebP, APNG, AVIF or MP4 (the extra `video`)."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inrcodec.errors import UsageError
from inrcodec.exporters.stills import AnyPixels, as_bytes, on_white

if TYPE_CHECKING:
    from PIL import Image


@dataclass(frozen=True)
class AnimationFormat:
    """A kind of moving picture, its suffix, and whether it keeps alpha as it is."""

    name: str
    suffix: str
    alpha: bool


FORMATS = (
    AnimationFormat("gif", ".gif", alpha=False),  # on or off only: flattened on white instead
    AnimationFormat("webp", ".webp", alpha=True),
    AnimationFormat("png", ".png", alpha=True),
    AnimationFormat("avif", ".avif", alpha=True),
    AnimationFormat("mp4", ".mp4", alpha=False),
)


def animation_of_suffix(suffix: str) -> AnimationFormat:
    """The format whose files end in that suffix; UsageError names the ones there are."""
    for animation in FORMATS:
        if suffix.lower() == animation.suffix:
            return animation
    known = ", ".join(animation.suffix for animation in FORMATS)
    raise UsageError(
        f"cannot write {suffix or 'files without a suffix'} as a moving picture; end the name with {known}"
    )


def check_animation(animation: AnimationFormat) -> None:
    """UsageError with the cure where what writes the format is missing; an MP4 encoder is not loaded for this."""
    from PIL import features

    if animation.name == "avif" and not features.check("avif"):
        raise UsageError("this Pillow was built without AVIF; choose .gif or .webp")
    if animation.name == "mp4" and find_spec("imageio_ffmpeg") is None:
        raise UsageError(
            "an .mp4 needs imageio-ffmpeg; install it with: pip install 'inrcodec[video]', or choose .webp"
        )


def encode_animation(
    frames: Iterable[AnyPixels], animation: AnimationFormat, fps: float, *, loop: int = 0, dither: bool = True
) -> bytes:
    """The bytes of a file of frames (height, width, 3 or 4) in [0, 1], straight alpha; `loop` 0 is for ever.

    Lossless but for GIF, which gets a palette for every frame, AVIF, and MP4, which keeps no count of loops either.
    """
    from PIL import Image

    check_animation(animation)
    if animation.name == "mp4":
        return _video((as_bytes(_flat(frame, animation)) for frame in frames), fps)
    drawn = [Image.fromarray(as_bytes(_flat(frame, animation))) for frame in frames]
    if animation.name == "gif":
        drawn = list(_with_palettes(drawn, dither))
    stream = io.BytesIO()
    drawn[0].save(
        stream,
        animation.name.upper(),
        save_all=True,
        append_images=drawn[1:],
        duration=round(1000 / fps),
        loop=loop,
        **_options(animation, drawn),
    )
    return stream.getvalue()


def _video(frames: Iterable[NDArray[np.uint8]], fps: float) -> bytes:
    """H.264 with even sides, as players want them: an odd one repeats its last row or column."""
    import imageio_ffmpeg

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "frames.mp4"
        writer = None
        for frame in frames:
            even = np.pad(frame, [(0, frame.shape[0] % 2), (0, frame.shape[1] % 2), (0, 0)], mode="edge")
            if writer is None:
                size = even.shape[1], even.shape[0]
                writer = imageio_ffmpeg.write_frames(str(path), size, fps=fps, quality=8, macro_block_size=2)
                writer.send(None)
            writer.send(np.ascontiguousarray(even))
        if writer is not None:
            writer.close()
        return path.read_bytes()


def _flat(frame: AnyPixels, animation: AnimationFormat) -> AnyPixels:
    return on_white(frame) if frame.shape[2] == 4 and not animation.alpha else frame


def _with_palettes(frames: Iterable[Image.Image], dither: bool) -> Iterator[Image.Image]:
    """A palette for every frame; one that is held is done once."""
    before = done = None
    for frame in frames:
        if done is None or frame != before:
            before, done = frame, _with_palette(frame, dither)
        yield done


def _with_palette(frame: Image.Image, dither: bool) -> Image.Image:
    """Pillow's default palette is poor: maximum coverage first, then colors are laid on it with error diffusion."""
    from PIL import Image

    palette = frame.quantize(256, method=Image.Quantize.MAXCOVERAGE)
    error_diffusion = Image.Dither.FLOYDSTEINBERG if dither else Image.Dither.NONE
    return frame.quantize(palette=palette, dither=error_diffusion)


def _options(animation: AnimationFormat, frames: Sequence[Image.Image]) -> dict[str, Any]:
    if animation.name == "gif":
        return {"optimize": False, "disposal": 1}
    return {"webp": {"lossless": True, "method": 4}, "avif": {"quality": 80, "speed": 7}}.get(animation.name, {})
