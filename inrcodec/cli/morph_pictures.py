"""A morph as a moving picture, as numbered frames in a folder, or as strips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from inrcodec.cli.console import Console
from inrcodec.cli.values import check_pixels
from inrcodec.errors import UsageError

if TYPE_CHECKING:
    from inrcodec.archive import AnyArchive
    from inrcodec.exporters.levels import AnyPixels
    from inrcodec.morph import FrameSequence


def _straight(archive: AnyArchive, sequence: FrameSequence, console: Console) -> Iterator[AnyPixels]:
    """Frames with straight alpha, with a word on how far they have got."""
    from inrcodec.archive import straightened
    from inrcodec.cli.progress import step_progress
    from inrcodec.morph import frames

    with step_progress(console) as step:
        for done, frame in enumerate(frames(archive, sequence)):
            step("morph", done, sequence.count, f"{done} of {sequence.count} frames")
            yield straightened(frame)


def moving_picture(
    archive: AnyArchive, sequence: FrameSequence, path: Path, fps: float, loop: int, dither: bool, console: Console
) -> bytes:
    """All frames as the bytes of a moving picture."""
    from inrcodec.exporters.animations import animation_of_suffix, encode_animation

    animation = animation_of_suffix(path.suffix)
    if loop and not animation.loops:
        console.say(f"{animation.name} keeps no count of loops; players decide")
    return encode_animation(_straight(archive, sequence, console), animation, fps, loop=loop, dither=dither)


def numbered_frames(
    archive: AnyArchive, sequence: FrameSequence, folder: Path, console: Console, *, force: bool
) -> int:
    """Every frame as a numbered PNG in a folder; their bytes together."""
    from inrcodec.bitstream.files import write_atomically
    from inrcodec.cli.destination import check_free, check_parent
    from inrcodec.exporters.stills import encode_still, format_named

    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: exists and is not a folder; choose another -o")
    digits = max(3, len(str(sequence.count - 1)))
    paths = [folder / f"frame-{number:0{digits}}.png" for number in range(sequence.count)]
    check_parent(folder)
    check_free(paths, force=force)
    folder.mkdir(exist_ok=True)
    written = 0
    for path, frame in zip(paths, _straight(archive, sequence, console), strict=True):
        blob = encode_still(frame, format_named("png"))
        write_atomically(path, blob, overwrite=force)
        written += len(blob)
    return written


def strips(archive: AnyArchive, sequences: Sequence[FrameSequence], path: Path, console: Console) -> bytes:
    """One row for every sequence; several have their modes below them."""
    from inrcodec.exporters.captions import caption_height
    from inrcodec.exporters.sheets import draw_sheet, plan_sheet
    from inrcodec.exporters.stills import check_side, encode_still, format_for

    first, named = sequences[0], len(sequences) > 1
    layout = plan_sheet([first.size] * first.count, first.count)
    height = layout.height + (caption_height(1) if named else 0)
    whole = plan_sheet([(layout.width, height)] * len(sequences), 1)
    check_pixels(whole.width, whole.height, "the strip")
    check_side(format_for(path), whole.width, whole.height)
    drawn = (draw_sheet(layout, _straight(archive, one, console), archive.channels) for one in sequences)
    if not named:
        return encode_still(next(drawn), format_for(path))
    from inrcodec.exporters.captions import captioned

    rows = (captioned(strip, (one.mode,), layout.width) for strip, one in zip(drawn, sequences, strict=True))
    return encode_still(draw_sheet(whole, rows, 3), format_for(path))
