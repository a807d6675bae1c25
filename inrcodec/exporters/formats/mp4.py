"""MP4 with H.264, for players and chat programs; the encoder comes with imageio-ffmpeg, the extra `video`.

Its own writer is used, and not imageio.v3, which writes the same bytes: one call with all frames in memory there,
frame after frame here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from inrcodec.exporters.formats import PictureFormat, Playback

if TYPE_CHECKING:
    from inrcodec.numerics.arrays import BytePixels

QUALITY = 8  # of 10, on imageio-ffmpeg's scale


def _animation(frames: Iterator[BytePixels], playback: Playback) -> bytes:
    """Even sides, as players want them: an odd one repeats its last row or column."""
    import imageio_ffmpeg
    import numpy as np

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "frames.mp4"
        writer = None
        for frame in frames:
            even = np.pad(frame, [(0, frame.shape[0] % 2), (0, frame.shape[1] % 2), (0, 0)], mode="edge")
            if writer is None:
                size = even.shape[1], even.shape[0]
                writer = imageio_ffmpeg.write_frames(
                    str(path), size, fps=playback.fps, quality=QUALITY, macro_block_size=2
                )
                writer.send(None)
            writer.send(np.ascontiguousarray(even))
        if writer is not None:
            writer.close()
        return path.read_bytes()


def _missing() -> str | None:
    if find_spec("imageio_ffmpeg") is not None:  # the encoder is not loaded for this
        return None
    return "an .mp4 needs imageio-ffmpeg; install it with: pip install 'inrcodec[video]', or choose .webp"


FORMAT = PictureFormat(name="mp4", suffixes=(".mp4",), alpha=False, timed=False, animation=_animation, missing=_missing)
