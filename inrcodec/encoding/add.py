"""More images for a file that exists: its network stays, and so does every image that it has."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from inrcodec.archive import Archive
from inrcodec.bitstream.appending import extend, repacked
from inrcodec.bitstream.figures import MAE, PSNR, SSIM
from inrcodec.bitstream.files import write_atomically
from inrcodec.encoding.added_latents import find_latents, steps_for
from inrcodec.encoding.changing import changing, file_state
from inrcodec.encoding.compatible import check_effort, check_room, compatible, sizes_of
from inrcodec.encoding.ends import has_white
from inrcodec.encoding.kept_addition import kept_until_written
from inrcodec.encoding.options import EncodeOptions, Sources
from inrcodec.encoding.resolve import read_pictures
from inrcodec.errors import InrError
from inrcodec.evaluate.measuring import decoded_pairs, joined, measured, measured_for_reports
from inrcodec.images import Picture, Skipped
from inrcodec.numerics.poses import Codes, coded_poses

if TYPE_CHECKING:
    from inrcodec.bitstream.latents import Latents
    from inrcodec.fitting.progress import HeldOutErrors, Progress

POOR = 6.0  # dB below the mean of the set: worth a word
EXACT = 45.0  # dB, that stand for the mean of a set whose images are all exact


@dataclass(frozen=True, kw_only=True)
class AddResult:
    """What was written, as read back; first: number of the first new image; size_before: bytes."""

    path: Path
    archive: Archive
    first: int
    size_before: int
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    seconds: float


def add(
    file: str | Path,
    sources: Sources,
    output: str | Path | None = None,
    *,
    steps: int | None = None,
    quality: float = 50,
    max_size: int | None = None,
    background: str | None = None,
    device: str = "auto",
    engine: Literal["auto", "kernel", "torch"] = "auto",
    threads: int | None = None,
    seed: int = 0,
    trust: bool = False,
    overwrite: bool = False,
    resume: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
    on_notice: Callable[[str], None] | None = None,
) -> AddResult:
    """Append pictures to a file, in place or as another one; the images that it has decode to the same bytes as before.

    Their network is not changed: new images get latents or a code of their own, from the file's encoder where it has
    one, and fitted where it has none or where steps are asked for; what ends a fit of more than ten seconds leaves a
    checkpoint beside the output, which `resume` goes on from. Raises UsageError where this cannot be done,
    InputError where no picture can be read, and InrError where the file was changed meanwhile.

    file: the .inr file to add to.
    sources: folders, image files or globs.
    output (str | Path | None): write here. Default None: replace the file itself.
    steps (int | None): of fitting for each new image. Default None: 400, or 0 where the file has an encoder.
    quality (float): 0 to 100, as the file was encoded with: what a bit may save. Default 50.
    max_size (int | None): shrink pictures to this longest side, pixels. Default None: keep their sizes.
    background (str | None): flatten transparency on this color, "white" or "#ff8800". Default None: keep it.
    device (str): where to fit: "auto", "cpu", "cuda", "cuda:1" or "mps". Default "auto".
    engine (str): compiled kernels ("kernel"), or "torch"; see `encode`. Default "auto".
    threads (int | None): CPU threads, at least 1. Default None: all cores, at most 4.
    seed (int): 0 to 2**32 - 1. Default 0.
    trust (bool): do all that the file asks for, however small it is; see `Archive.open`. Default False.
    overwrite (bool): replace an output that exists. Default False.
    resume (bool): go on from the checkpoint of the same call that was ended. Default False.
    on_progress (Callable[[Progress], None] | None): called after every step. Default None.
    on_notice (Callable[[str], None] | None): called with a line where a checkpoint does not lie beside the output.
        Default None.
    """
    started, path, replacing = time.monotonic(), Path(file if output is None else output), overwrite or output is None
    with (
        changing(file, output, trust=trust, overwrite=overwrite, resume=resume) as (archive, before),
        kept_until_written(path, resume=resume, say=on_notice) as keep,
    ):
        options = EncodeOptions(
            passes=steps_for(archive, steps), quality=quality, holdout=0, max_size=max_size, background=background,
            device=device, engine=engine, threads=threads, seed=seed,
        )  # fmt: skip
        found = read_pictures(sources, options)
        pictures, unfit = compatible(archive, found.pictures)
        check_room(archive, pictures)
        check_effort(archive, {len(archive) - 1}, pictures, options)
        poses = None if archive.poses is None else coded_poses(picture.pixels for picture in pictures)
        latents, held_out = find_latents(archive, pictures, poses, options, on_progress, keep)
        blob, longer = _assemble(archive, pictures, latents, held_out, poses)
        if output is None and file_state(file) != before:
            raise InrError(f"{file}: was changed by someone else meanwhile; nothing was added, try again")
        write_atomically(path, blob, overwrite=replacing)
        longer = longer.reread(blob, path)
    return AddResult(
        path=path,
        archive=longer,
        first=len(archive),
        size_before=archive.file_size,
        skipped=(*found.skipped, *unfit),
        notes=(*found.notes, *_poor(archive, longer)),
        seconds=time.monotonic() - started,
    )


def _poor(archive: Archive, longer: Archive) -> Iterator[str]:
    """A word on new images that came out far worse than the set that they joined."""
    usual = archive.means.get(PSNR)
    if usual is None:
        return
    found = [longer[number] for number in range(len(archive), len(longer))]
    poor = [image for image in found if image.psnr is not None and image.psnr < min(usual, EXACT) - POOR]
    if poor:
        worst = min(poor, key=lambda image: image.psnr or 0.0)
        below = f"more than {POOR:.0f} dB below the set's mean of {usual:.1f}"
        if usual == math.inf:
            below = "far from exact, unlike the set's own"
        yield (
            f"{len(poor)} of {len(found)} new images are {below}, "
            f"{worst.name} at {worst.psnr:.1f} dB: this network knows too little like them; encode all images anew"
        )


def _assemble(
    archive: Archive,
    pictures: Sequence[Picture],
    latents: Sequence[Latents],
    held_out: HeldOutErrors | None,
    poses: Codes | None,
) -> tuple[bytes, Archive]:
    """The bytes of the longer file, and what those decode to but for the figures, which are measured on it."""
    stored = archive.stored
    extended = extend(stored, sizes_of(pictures), latents, [has_white(picture.pixels) for picture in pictures])
    names = [*archive.names, *(picture.name for picture in pictures)]
    everything = None if stored.poses is None or poses is None else np.concatenate([stored.poses, poses])
    bare = Archive.from_bytes(repacked(stored, extended, names, everything))
    pairs = decoded_pairs(list(bare)[len(archive) :], pictures)
    known = stored.figures()
    columns = list(measured(pairs, held_out, extended.bits))
    if {column.name for column in known} & {SSIM, MAE}:
        columns += measured_for_reports(pairs, held_out)
    new = {column.name: column for column in columns}
    figures = [joined(column, new.get(column.name), len(pictures)) for column in known]
    return bare.stored.measured(figures), bare
