"""A file that holds the frames of a clip, as a moving picture."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inrcodec.cli.console import Console, print_json
from inrcodec.cli.values import Size, check_pixels
from inrcodec.errors import UsageError

if TYPE_CHECKING:
    from inrcodec.archive import AnyArchive, Upsample
    from inrcodec.numerics.arrays import AnyPixels

MAX_FRAMES = 100_000


def is_film(archive: AnyArchive, output: str | None, index: str | None) -> bool:
    """Whether -o asks for all frames as one moving picture."""
    from inrcodec.exporters.formats import animation_formats

    if archive.times is None or index is not None or output is None:
        return False
    suffix = Path(output).suffix.lower()
    return len(archive) > 1 and any(suffix in one.suffixes for one in animation_formats())


def play(
    archive: AnyArchive,
    output: str,
    size: Size,
    upsample: Upsample,
    fps: float | None,
    *,
    force: bool,
    json: bool,
    console: Console,
) -> None:
    """Write all frames as one moving picture, each as long as it was shown; its path goes to stdout."""
    from inrcodec.bitstream.files import write_atomically
    from inrcodec.cli.destination import check_free, check_parent
    from inrcodec.cli.progress import step_progress
    from inrcodec.exporters.animations import animation_of_suffix, check_animation
    from inrcodec.exporters.clips import encode_clip

    path = Path(output)
    animation = animation_of_suffix(path.suffix)
    check_animation(animation)
    check_parent(path)
    check_free([path], force=force)
    width, height = size.of(archive[0].width, archive[0].height)
    check_pixels(width, height, "a frame")
    numbers, seconds = shown(archive.times or (), fps)
    with step_progress(console) as step:

        def frame(place: int) -> AnyPixels:
            step("decode", place, len(numbers), f"{place} of {len(numbers)} frames")
            image = archive[numbers[place]]
            opaque = archive.channels != 4
            return (image.render_octets if opaque else image.render)((width, height), upsample)

        blob = encode_clip(frame, seconds, animation)
    write_atomically(path, blob, overwrite=force)
    if json:
        keys: dict[str, Any] = {"path": str(path), "width": width, "height": height, "bytes": len(blob)}
        print_json({"file": archive.called, "written": [{**keys, "images": numbers, "seconds": sum(seconds)}]})
    else:
        print(path)


def shown(times: Sequence[float], fps: float | None) -> tuple[list[int], tuple[float, ...]]:
    """Numbers of frames and how long each is shown: as they were, or the one that was shown at every tick of a rate."""
    if fps is None:
        return list(range(len(times))), tuple(times)
    ends = list(accumulate(times))
    count = max(1, round(ends[-1] * fps))
    if count > MAX_FRAMES:
        raise UsageError(f"--fps {fps:g}: more than {MAX_FRAMES:,} frames; ask for fewer a second")
    numbers = [min(len(times) - 1, bisect_right(ends, (tick + 0.5) / fps)) for tick in range(count)]
    return numbers, (1 / fps,) * count
