"""More images for a file that exists: its network stays, and so does every image that it has."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from inrcodec.archive import Archive
from inrcodec.bitstream.appending import extend, repacked, within_ranges
from inrcodec.bitstream.container import write_atomically
from inrcodec.errors import UsageError
from inrcodec.field.encoder import encode, thumbnail
from inrcodec.field.tensors import FloatArray
from inrcodec.holdout import filled, hidden_pixels
from inrcodec.images import Picture, Skipped, load_pictures
from inrcodec.images.colour import with_alpha
from inrcodec.images.picture import Pixels
from inrcodec.measuring import joined, measured, measured_for_reports
from inrcodec.poses import coded_poses
from inrcodec.request import Sources
from inrcodec.settings import WITH_LEVELS, FitSettings, Holdout, rate_weight_for

if TYPE_CHECKING:
    from inrcodec.bitstream.latents import Latents
    from inrcodec.fitting.progress import Progress, Unseen

USUAL_STEPS = 400  # of every image, where there is no encoder to start from


@dataclass(frozen=True)
class AddResult:
    """What was written, as read back; `first` is the number of the first new image."""

    path: Path
    archive: Archive
    first: int
    size_before: int
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class Effort:
    """How to find the latents of new images: steps for each of them, and what a bit may save as in an encode.

    steps: None for none where the file has an encoder, and USUAL_STEPS elsewhere.
    """

    steps: int | None = None
    quality: float = 50
    device: str = "auto"
    threads: int | None = None
    seed: int = 0


def add(
    file: str | Path,
    sources: Sources,
    output: str | Path | None = None,
    *,
    overwrite: bool = False,
    max_size: int | None = None,
    background: str | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    **asked: Any,
) -> AddResult:
    """Append pictures to a file, in place or as another one; the images that it has decode to the same bytes as before.

    Their network is not changed: new images get latents or a code of their own, from the file's encoder where it has
    one, and fitted where it has none or where steps are asked for; `asked` are the fields of `Effort`.
    """
    started = time.monotonic()
    archive = Archive.open(file)
    path = Path(file if output is None else output)
    if output is not None and path.exists() and not overwrite:
        raise UsageError(f"{path}: exists already; use --force to replace it, or choose another name")
    _check_design(archive)
    listed = [sources] if isinstance(sources, (str, Path)) else list(sources)
    found = load_pictures(listed, max_size=max_size, background=background)
    pictures = _like_the_set(archive, found.pictures)
    latents, unseen = _latents(archive, pictures, Effort(**asked), on_progress)
    blob = _assemble(archive, pictures, latents, unseen)
    write_atomically(path, blob, overwrite=overwrite or output is None)
    return AddResult(
        path,
        Archive.open(path),
        len(archive),
        archive.file_size,
        found.skipped,
        found.notes,
        time.monotonic() - started,
    )


def _check_design(archive: Archive) -> None:
    name = archive.header.model.conditioning
    if name not in WITH_LEVELS:
        raise UsageError(
            f"{archive.path}: {name} tells images by their numbers, so its network holds no others; "
            "encode the whole set anew"
        )


def _like_the_set(archive: Archive, pictures: Sequence[Picture]) -> list[Picture]:
    """Pictures with the set's channels and names that are not taken."""
    taken = [picture.name for picture in pictures if picture.name in archive]
    if taken:
        raise UsageError(f"{archive.path}: has an image called {taken[0]} already; rename the new one")
    if archive.channels == 4:
        return [replace(picture, pixels=with_alpha(picture.pixels)) for picture in pictures]
    clear = [picture.name for picture in pictures if picture.pixels.shape[2] == 4]
    if clear:
        raise UsageError(f"{clear[0]}: has transparency and the set has none; flatten it with --background white")
    return list(pictures)


def _latents(
    archive: Archive, pictures: Sequence[Picture], effort: Effort, on_progress: Callable[[Progress], None] | None
) -> tuple[tuple[Latents, ...], Unseen | None]:
    """The latents of pictures, as whole numbers that the file can hold."""
    codes = _codes(archive, pictures)
    steps = effort.steps if effort.steps is not None else USUAL_STEPS if codes is None else 0
    if codes is not None and steps == 0:
        found: tuple[Latents, ...] = tuple((code[:, None, None],) for code in np.rint(codes).astype(np.int16))
        return within_ranges(archive.stored, found), None
    found, unseen = _fitted(archive, pictures, codes, replace(effort, steps=steps), on_progress)
    return within_ranges(archive.stored, found), unseen


def _codes(archive: Archive, pictures: Sequence[Picture]) -> FloatArray | None:
    """What the file's encoder makes of pictures, (pictures, code), where it has one."""
    if archive.encoder is None:
        return None
    thumbnails = np.concatenate([thumbnail(pixels) for pixels in _seen(archive, pictures)], axis=1)
    return np.asarray(encode(archive.encoder, thumbnails).clip(-1023, 1023), dtype=np.float32)


def _seen(archive: Archive, pictures: Sequence[Picture]) -> Iterator[Pixels]:
    """What an encoder may look at: where pixels stay hidden for good in the whole set, what is around them."""
    holdout = archive.header.holdout
    for number, picture in enumerate(pictures, len(archive)):
        if holdout.mode != "strict":
            yield picture.pixels
        else:
            height, width = picture.pixels.shape[:2]
            yield filled(picture.pixels, hidden_pixels(holdout.seed, number, height, width, holdout.fraction_ppm))


def _fitted(
    archive: Archive,
    pictures: Sequence[Picture],
    codes: FloatArray | None,
    effort: Effort,
    on_progress: Callable[[Progress], None] | None,
) -> tuple[tuple[Latents, ...], Unseen | None]:
    """Latents fitted against the file's network."""
    from inrcodec.fitting.engine import Fit  # torch takes seconds to load, and an encoder does without
    from inrcodec.fitting.run import Given

    assert effort.steps is not None
    holdout = archive.header.holdout
    settings = FitSettings(
        rate_weight_for(effort.quality),
        passes=max(1, effort.steps),
        holdout=holdout if holdout.mode == "strict" else Holdout(),  # hidden for good, or not
        device=effort.device,
        threads=effort.threads,
        seed=effort.seed,
    )
    context = [tensor.values() for tensor in archive.stored.context]
    given = Given(archive.field.tensors, context, archive.stored.codec.ranges, len(archive), codes)
    fit = Fit([picture.pixels for picture in pictures], archive.header.model, settings, given=given)
    for news in fit.steps():
        if on_progress:
            on_progress(news)
    return fit.finish_latents()


def _assemble(
    archive: Archive, pictures: Sequence[Picture], latents: Sequence[Latents], unseen: Unseen | None
) -> bytes:
    """The longer file, with figures measured on what its bytes decode to."""
    stored = archive.stored
    sizes = [(picture.pixels.shape[0], picture.pixels.shape[1]) for picture in pictures]
    extended = extend(stored, sizes, latents)
    names = [*archive.names, *(picture.name for picture in pictures)]
    poses = None
    if stored.poses is not None:
        poses = np.concatenate([stored.poses, coded_poses(picture.pixels for picture in pictures)])
    bare = Archive.from_bytes(repacked(stored, extended, names, (), poses))
    images = list(bare)[len(archive) :]
    columns = [*measured(images, pictures, unseen, extended.bits), *measured_for_reports(images, pictures, unseen)]
    new = {column.name: column for column in columns}
    figures = [joined(column, new.get(column.name), len(pictures)) for column in stored.figures()]
    return repacked(stored, extended, names, figures, poses)
