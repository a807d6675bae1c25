"""Images leave a file, or others take their places; the network and all other images stay as they are."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from inrcodec.archive import Archive
from inrcodec.bitstream.appending import repacked
from inrcodec.bitstream.figures import Column
from inrcodec.bitstream.files import write_atomically
from inrcodec.bitstream.poses import Codes
from inrcodec.bitstream.rearranging import Newcomer, rearranged, rearranged_figures
from inrcodec.encoding.added_latents import find_latents, steps_for
from inrcodec.encoding.changing import FileState, changing, file_state
from inrcodec.encoding.compatible import check_effort, fitting_picture
from inrcodec.encoding.ends import has_white
from inrcodec.encoding.kept_addition import kept_until_written
from inrcodec.encoding.options import EncodeOptions
from inrcodec.encoding.resolve import read_pictures
from inrcodec.errors import InrError, UsageError
from inrcodec.evaluate.measuring import decoded_pairs, measured, measured_for_reports
from inrcodec.numerics.poses import coded_poses

if TYPE_CHECKING:
    from inrcodec.fitting.progress import Progress

Which = int | str | Sequence[int | str]


@dataclass(frozen=True, kw_only=True)
class ChangeResult:
    """What was written, as read back; names: of the images that left or were replaced; size_before: bytes."""

    path: Path
    archive: Archive
    names: tuple[str, ...]
    size_before: int
    notes: tuple[str, ...]
    seconds: float


def remove(
    file: str | Path,
    images: Which,
    output: str | Path | None = None,
    *,
    trust: bool = False,
    overwrite: bool = False,
) -> ChangeResult:
    """Take images out of a file, in place or as another one; the others decode to what they did.

    Raises UsageError where this cannot be done, and InrError where the file was changed meanwhile.

    file: the .inr file.
    images: a number or a name, a list of them, or as on the command line, "3,7-9,icons/*".
    output (str | Path | None): write here. Default None: replace the file itself.
    trust (bool): do all that the file asks for, however small it is; see `Archive.open`. Default False.
    overwrite (bool): replace an output that exists. Default False.
    """
    started = time.monotonic()
    with changing(file, output, trust=trust, overwrite=overwrite) as (archive, before):
        _check(archive)
        gone = _numbers(archive, images)
        kept = [number for number in range(len(archive)) if number not in set(gone)]
        if not kept:
            raise UsageError(f"{archive.path}: nothing would be left; delete the file instead")
        archive.check_change(kept)
        poses = None if archive.stored.poses is None else archive.stored.poses[kept]
        names = [archive.names[number] for number in kept]
        blob = _assembled(archive, kept, names, poses, lambda bare: ())
        return _written(archive, blob, output, overwrite, before, [archive.names[one] for one in gone], started, ())


def replace(
    file: str | Path,
    image: int | str,
    picture: str | Path,
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
) -> ChangeResult:
    """Put a picture in the place of an image, which keeps its number and its name; the others decode to what they did.

    The network is not changed; see `add`. Raises UsageError where this cannot be done, InputError where the picture
    cannot be read, and InrError where the file was changed meanwhile.

    file: the .inr file.
    image: a number or a name.
    picture: a picture file.
    output (str | Path | None): write here. Default None: replace the file itself.
    steps (int | None): of fitting. Default None: 400, or 0 where the file has an encoder.
    quality (float): 0 to 100, as the file was encoded with: what a bit may save. Default 50.
    max_size (int | None): shrink the picture to this longest side, pixels. Default None: keep its size.
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
    started = time.monotonic()
    with (
        changing(file, output, trust=trust, overwrite=overwrite, resume=resume) as (archive, before),
        kept_until_written(Path(file if output is None else output), resume=resume, say=on_notice) as keep,
    ):
        _check(archive)
        number = archive[image].number
        options = EncodeOptions(
            passes=steps_for(archive, steps), quality=quality, holdout=0, max_size=max_size, background=background,
            device=device, engine=engine, threads=threads, seed=seed,
        )  # fmt: skip
        found = read_pictures(picture, options)
        if len(found.pictures) != 1:
            raise UsageError(f"{picture}: holds {len(found.pictures)} pictures; one image is replaced by one")
        fitting = [fitting_picture(archive, found.pictures[0])]
        check_effort(archive, range(len(archive)), found.pictures, options)
        own = None if archive.poses is None else coded_poses(one.pixels for one in fitting)
        (latents,), held_out = find_latents(archive, fitting, own, options, on_progress, keep)
        images: list[int | Newcomer] = list(range(len(archive)))
        images[number] = Newcomer(fitting[0].shape[:2], latents, has_white(fitting[0].pixels))
        poses = None if archive.stored.poses is None or own is None else archive.stored.poses.copy()
        if poses is not None and own is not None:
            poses[number] = own[0]

        def figures(bare: Archive) -> list[Column]:
            pairs = decoded_pairs([bare[number]], fitting)
            return [*measured(pairs, held_out, None), *measured_for_reports(pairs, held_out)]

        blob = _assembled(archive, images, list(archive.names), poses, figures)
        return _written(archive, blob, output, overwrite, before, [archive.names[number]], started, found.notes)


def _check(archive: Archive) -> None:
    """UsageError where images are tied to their numbers."""
    if archive.header.holdout.mode == "strict":
        raise UsageError(f"{archive.path}: pixels stay hidden by the numbers of images; encode the whole set anew")


def _numbers(archive: Archive, images: Which) -> tuple[int, ...]:
    if isinstance(images, str):
        return archive.select(images)
    listed = [images] if isinstance(images, int) else images
    return tuple(dict.fromkeys(archive[one].number for one in listed))


def _assembled(
    archive: Archive,
    images: Sequence[int | Newcomer],
    names: Sequence[str],
    poses: Codes | None,
    figures: Callable[[Archive], Sequence[Column]],
) -> bytes:
    """The bytes of the changed file; figures: of the newcomers, measured on what it decodes to."""
    extended = rearranged(archive.stored, images)
    bare = Archive.from_bytes(repacked(archive.stored, extended, names, poses))
    columns = rearranged_figures(archive.stored, images, figures(bare), extended)
    return bare.stored.measured(columns) if columns else repacked(archive.stored, extended, names, poses)


def _written(
    archive: Archive,
    blob: bytes,
    output: str | Path | None,
    overwrite: bool,
    before: FileState,
    names: Sequence[str],
    started: float,
    notes: tuple[str, ...],
) -> ChangeResult:
    """Write the file where it belongs, unless someone else changed it meanwhile."""
    assert archive.path is not None
    path = Path(archive.path if output is None else output)
    if output is None and file_state(archive.path) != before:
        raise InrError(f"{archive.path}: was changed by someone else meanwhile; nothing was written, try again")
    write_atomically(path, blob, overwrite=overwrite or output is None)
    return ChangeResult(
        path=path,
        archive=Archive.open(path),
        names=tuple(names),
        size_before=archive.file_size,
        notes=notes,
        seconds=time.monotonic() - started,
    )
