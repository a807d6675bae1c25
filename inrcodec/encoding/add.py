"""More images for a file that exists: its network stays, and so does every image that it has."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from inrcodec.archive import Archive
from inrcodec.bitstream.appending import extend, longer_header, repacked, within_ranges
from inrcodec.bitstream.container import write_atomically
from inrcodec.bitstream.figures import MAE, PSNR, SSIM
from inrcodec.bitstream.names import encode_names
from inrcodec.encoding.encode import check_output
from inrcodec.encoding.options import Request, Sources
from inrcodec.errors import InrError, Message, Parameter, UnsupportedFileError, UsageError
from inrcodec.evaluate.measuring import decoded_pairs, joined, measured, measured_for_reports
from inrcodec.field.encoder import encode, thumbnail
from inrcodec.images import Picture, Skipped, load_pictures
from inrcodec.images.color import with_alpha
from inrcodec.numerics.arrays import FloatArray, Pixels
from inrcodec.numerics.holdout import filled, hidden_pixels
from inrcodec.numerics.poses import coded_poses
from inrcodec.settings import WITH_LEVELS, FitSettings, Holdout

if TYPE_CHECKING:
    from inrcodec.bitstream.latents import Latents
    from inrcodec.fitting.progress import HeldOutErrors, Progress

POOR = 6.0  # dB below the mean of the set: worth a word
TRANSPARENT = Message("has transparency and the set has none; flatten it with ", Parameter("background", "white"))
USUAL_STEPS = 400  # where there is no encoder: as good as a fit of the whole set; 200 are half a decibel short


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
class Search:
    """How to find the latents of new images: steps of fitting for each, and what a bit may save, as in an encode.

    steps: None for none where the file has an encoder, and USUAL_STEPS elsewhere.
    """

    steps: int | None = None
    quality: float = 50
    device: str = "auto"
    threads: int | None = None
    seed: int = 0

    def steps_from(self, encoder: bool) -> int:
        """Steps for a file with or without an encoder; UsageError where they cannot be."""
        if self.steps is None:
            return 0 if encoder else USUAL_STEPS
        if self.steps < (0 if encoder else 1):
            raise UsageError(f"{self.steps} steps: this file has no encoder to find codes, so they have to be fitted")
        return self.steps

    def settings(self, holdout: Holdout, steps: int) -> FitSettings:
        """Of a fit of new images alone; what is hidden for good in the whole set is hidden in them too."""
        request = Request(
            quality=self.quality, passes=steps, holdout=0, device=self.device, threads=self.threads, seed=self.seed
        )
        return replace(request.fit(()), holdout=holdout if holdout.mode == "strict" else Holdout())


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
    one, and fitted where it has none or where steps are asked for; `asked` are the fields of `Search`.
    """
    started = time.monotonic()
    before = _state(file)  # ahead of reading: a change in between must not go unseen
    archive = Archive.open(file)
    path = Path(file if output is None else output)
    check_output(path, overwrite=overwrite or output is None)
    _check_design(archive)
    search = Search(**asked)
    steps = search.steps_from(archive.encoder is not None)
    listed = [sources] if isinstance(sources, (str, Path)) else list(sources)
    found = load_pictures(listed, max_size=max_size, background=background)
    unfit = tuple(_unfit(archive, found.pictures))
    if len(unfit) == len(found.pictures):
        more = f" (and {len(unfit) - 1} more)" if len(unfit) > 1 else ""
        raise UsageError(f"{unfit[0].path}: ", unfit[0].reason, more)
    kept = {picture.name for picture in found.pictures} - {one.path for one in unfit}
    pictures = [_like_the_set(archive, picture) for picture in found.pictures if picture.name in kept]
    _check_room(archive, pictures)
    latents, held_out = _latents(archive, pictures, search, steps, on_progress)
    blob = _assemble(archive, pictures, latents, held_out)
    if output is None and _state(file) != before:
        raise InrError(f"{file}: was changed by someone else meanwhile; nothing was added, try again")
    write_atomically(path, blob, overwrite=overwrite or output is None)
    longer = Archive.open(path)
    return AddResult(
        path,
        longer,
        len(archive),
        archive.file_size,
        (*found.skipped, *unfit),
        (*found.notes, *_poor(archive, longer)),
        time.monotonic() - started,
    )


def _state(file: str | Path) -> tuple[int, int, int] | None:
    """What tells whether a file is still the one it was; None where there is none."""
    try:
        now = Path(file).stat()
    except OSError:
        return None
    return now.st_ino, now.st_size, now.st_mtime_ns


def _check_design(archive: Archive) -> None:
    name = archive.header.model.conditioning
    if name not in WITH_LEVELS:
        raise UsageError(
            f"{archive.path}: {name} tells images by their numbers, so its network holds no others; "
            "encode the whole set anew"
        )


def _unfit(archive: Archive, pictures: Sequence[Picture]) -> Iterator[Skipped]:
    """Pictures that cannot join, and why."""
    for picture in pictures:
        if picture.name in archive:
            yield Skipped(picture.name, f"{archive.path} has an image of that name already; rename the new one")
        elif archive.channels == 3 and picture.pixels[..., 3:].min(initial=1.0) < 1.0:
            yield Skipped(picture.name, TRANSPARENT)


def _like_the_set(archive: Archive, picture: Picture) -> Picture:
    """The picture with the set's channels."""
    return replace(picture, pixels=with_alpha(picture.pixels) if archive.channels == 4 else picture.pixels[..., :3])


def _poor(archive: Archive, longer: Archive) -> Iterator[str]:
    """A word on new images that came out far worse than the set that they joined."""
    usual = archive.means.get(PSNR)
    if usual is None:
        return
    found = [longer[number] for number in range(len(archive), len(longer))]
    poor = [image for image in found if image.psnr is not None and image.psnr < usual - POOR]
    if poor:
        worst = min(poor, key=lambda image: image.psnr or 0.0)
        yield (
            f"{len(poor)} of {len(found)} new images are more than {POOR:.0f} dB below the set's mean of {usual:.1f}, "
            f"{worst.name} at {worst.psnr:.1f}: this network knows too little like them; encode all images anew"
        )


def _check_room(archive: Archive, pictures: Sequence[Picture]) -> None:
    """Refuse, before any work, what no file can hold or what cannot be read of this one."""
    encode_names([*archive.names, *(picture.name for picture in pictures)])
    _ = archive.figures
    try:
        longer_header(archive.stored, _sizes(pictures))
    except UnsupportedFileError as failure:
        raise UnsupportedFileError(f"{archive.path}: ", failure.message) from failure


def _sizes(pictures: Sequence[Picture]) -> list[tuple[int, int]]:
    return [(picture.pixels.shape[0], picture.pixels.shape[1]) for picture in pictures]


def _latents(
    archive: Archive,
    pictures: Sequence[Picture],
    search: Search,
    steps: int,
    on_progress: Callable[[Progress], None] | None,
) -> tuple[tuple[Latents, ...], HeldOutErrors | None]:
    """The latents of pictures, as whole numbers that the file can hold."""
    codes = _codes(archive, pictures)
    if codes is not None and steps == 0:
        found: tuple[Latents, ...] = tuple((code[:, None, None],) for code in np.rint(codes).astype(np.int16))
        return within_ranges(archive.stored, found), None
    settings = search.settings(archive.header.holdout, steps)
    found, held_out = _fitted(archive, pictures, codes, settings, on_progress)
    return within_ranges(archive.stored, found), held_out


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
    settings: FitSettings,
    on_progress: Callable[[Progress], None] | None,
) -> tuple[tuple[Latents, ...], HeldOutErrors | None]:
    """Latents fitted against the file's network."""
    from inrcodec.fitting.engine import Fit  # torch takes seconds to load, and an encoder does without
    from inrcodec.fitting.run import FrozenModel

    context = [tensor.values() for tensor in archive.stored.context]
    frozen = FrozenModel(archive.field.tensors, context, archive.stored.codec.ranges, len(archive), codes)
    fit = Fit([picture.pixels for picture in pictures], archive.header.model, settings, frozen_model=frozen)
    for news in fit.steps():
        if on_progress:
            on_progress(news)
    return fit.finish_latents()


def _assemble(
    archive: Archive, pictures: Sequence[Picture], latents: Sequence[Latents], held_out: HeldOutErrors | None
) -> bytes:
    """The longer file, with figures measured on what its bytes decode to."""
    stored = archive.stored
    extended = extend(stored, _sizes(pictures), latents)
    names = [*archive.names, *(picture.name for picture in pictures)]
    poses = None
    if stored.poses is not None:
        poses = np.concatenate([stored.poses, coded_poses(picture.pixels for picture in pictures)])
    bare = Archive.from_bytes(repacked(stored, extended, names, (), poses))
    pairs = decoded_pairs(list(bare)[len(archive) :], pictures)
    known = stored.figures()
    columns = list(measured(pairs, held_out, extended.bits))
    if {column.name for column in known} & {SSIM, MAE}:
        columns += measured_for_reports(pairs, held_out)
    new = {column.name: column for column in columns}
    figures = [joined(column, new.get(column.name), len(pictures)) for column in known]
    return repacked(stored, extended, names, figures, poses)
