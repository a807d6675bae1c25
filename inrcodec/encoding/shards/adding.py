"""More images for a collection: each joins the shard with the images most like it, many make shards of their own."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from inrcodec.archive import Archive, Collection
from inrcodec.archive.collection import Rows, Shard, write_manifest
from inrcodec.bitstream.collection import MANIFEST
from inrcodec.bitstream.escaping import normal
from inrcodec.bitstream.files import cut_link
from inrcodec.bitstream.one_writer import only_writer
from inrcodec.encoding import checkpoints
from inrcodec.encoding.add import AddResult, add
from inrcodec.encoding.compatible import TAKEN, check_design, none_joins, unfit
from inrcodec.encoding.options import EncodeOptions, Sources
from inrcodec.encoding.resolve import model_settings, read_pictures, refuse_films
from inrcodec.encoding.shards.division import KEY_BYTES, SHARD_IMAGES, divided, key_of
from inrcodec.encoding.shards.joining import nearest_shards
from inrcodec.encoding.shards.journal import Journal
from inrcodec.encoding.shards.options import Sharding
from inrcodec.encoding.shards.records import forget
from inrcodec.encoding.shards.removing import rows_of
from inrcodec.encoding.shards.task import Task, described, grown, make_shard
from inrcodec.errors import InputError, InrError, NoPictureError, UsageError
from inrcodec.images import Found, Skipped, look_for, nothing_found
from inrcodec.images.color import parse_color

if TYPE_CHECKING:
    from inrcodec.fitting.progress import Progress

OWN = 256  # new images that get a network of their own: it is a tenth of their bytes then
NOT_TAKEN_OVER = ("extra", "device", "threads", "max_pixels", "frames", "target_size", "time_limit")  # of its settings


@dataclass(frozen=True, kw_only=True)
class CollectionAddResult:
    """What was written; names: of new images; changed, new: shards that took some, and that were made of them.

    left_behind: files of before that no image lies in any more, as they could not be removed.
    """

    collection: Collection
    names: tuple[str, ...]
    changed: int
    new: int
    size_before: int
    left_behind: tuple[Path, ...]
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Adding:
    """How images are added, as in `inrcodec.add`; with None, quality, max_size and background are the collection's.

    steps: of images that join a shard; device, engine, threads and seed hold for shards of their own, too.
    """

    steps: int | None = None
    quality: float | None = None
    max_size: int | None = None
    background: str | None = None
    device: str = "auto"
    engine: str = "auto"
    threads: int | None = None
    seed: int = 0
    trust: bool = False
    on_progress: Callable[[Progress], None] | None = None


def add_to_collection(folder: str | Path, sources: Sources, how: Adding = Adding()) -> CollectionAddResult:
    """Add pictures to a collection; what was there decodes to what it did, but numbers of later images move.

    OWN pictures and more make shards with the settings that the collection was made with, and so do those that no
    shard takes. Until the new manifest is in its place the old one holds, and all of its shards are there. What was
    ended before goes on when it is called again: with the shards that are whole, and from a checkpoint. Raises
    UsageError where this cannot be done and InputError where no picture can be read.
    """
    started, path = time.monotonic(), Path(folder)
    with only_writer(path / MANIFEST):
        found = Collection.open(path, trust=how.trust)
        files, skipped, notes = _newcomers(found, sources)
        listed = {shard.file for shard in found.manifest.shards}
        with Journal(path, listed) as journal:
            work = _Work(found, how, _options(found, how), path, journal)
            work.take(files)
            if not work.added:
                work.forget()
                raise InputError(f"no image could be added: {(skipped + work.skipped)[0].reason}")
            about = found.manifest.about
            about = msgspec.structs.replace(about, missing=[name for name in about.missing if name not in work.added])
            now = {shard.file for shard in work.shards}
            journal.replaces(now)
            write_manifest(path, work.shards, work.rows, about, overwrite=True)
            work.forget()
            left_behind = journal.done(now)
    return CollectionAddResult(
        collection=Collection.open(path),
        names=tuple(work.added),
        changed=work.changed,
        new=len(work.shards) - len(found.manifest.shards),
        size_before=found.file_size,
        left_behind=left_behind,
        skipped=(*skipped, *work.skipped),
        notes=(*notes, *work.notes),
        seconds=time.monotonic() - started,
    )


def _newcomers(found: Collection, sources: Sources) -> tuple[list[Found], list[Skipped], tuple[str, ...]]:
    """Files whose names are new, those that are not, and notes."""
    listed = [sources] if isinstance(sources, (str, Path)) else list(sources)
    looked = look_for(listed)
    refuse_films(looked.files, collection=True)
    if not looked.files:
        raise nothing_found(listed, looked.skipped, looked.notes)
    taken = set(map(normal, found.names))
    there = [file for file in looked.files if normal(file.name) in taken]
    named = [Skipped(file.name, f"{found.called} {TAKEN}") for file in there]
    new = [file for file in looked.files if normal(file.name) not in taken]
    if not new:
        raise none_joins(named)
    return new, [*looked.skipped, *named], looked.notes


def _options(found: Collection, how: Adding) -> EncodeOptions:
    """What the collection was made with, as far as it is no place on this machine, and what is asked for now."""
    names = {field.name for field in fields(EncodeOptions)} - set(NOT_TAKEN_OVER)
    told = {name: value for name, value in found.manifest.about.settings.items() if name in names}
    try:
        options = EncodeOptions(**told)
        model_settings(options, 1 << 20)
        if options.background is not None:
            parse_color(options.background)
    except InrError as failure:
        raise UsageError(f"{found.called}: has settings that are none: ", failure.message) from failure
    asked: dict[str, Any] = {"quality": how.quality, "max_size": how.max_size, "background": how.background}
    asked = {name: value for name, value in asked.items() if value is not None}
    if how.quality is not None:
        asked["target_psnr"] = None  # which would be held instead
    engine: Any = how.engine
    return replace(options, **asked, device=how.device, engine=engine, threads=how.threads, seed=how.seed)


class _Work:
    """What the new manifest lists, shard by shard."""

    def __init__(self, found: Collection, how: Adding, options: EncodeOptions, folder: Path, journal: Journal) -> None:
        self._found, self._how, self._options, self._folder, self._journal = found, how, options, folder, journal
        self._tasks: list[Task] = []
        self.shards: list[Shard] = list(found.manifest.shards)
        members = [found.manifest.members(which).tolist() for which in range(len(self.shards))]
        self.rows: list[Rows] = [rows_of(found, numbers) for numbers in members]
        self.added: dict[str, None] = {}
        self.skipped: list[Skipped] = []
        self.notes: list[str] = []
        self.changed = 0

    def take(self, files: Sequence[Found]) -> None:
        """Put files into shards that are like them, and many, or those that these do not take, into their own."""
        left, takers = list(files), [which for which, shard in enumerate(self.shards) if shard.images < SHARD_IMAGES]
        if len(files) < OWN and takers:
            suiting = nearest_shards(self._found, files, takers, self._options)
            left = [file for which, part in suiting.items() for file in self._join(which, part)]
        if left:
            self._encode(left)

    def forget(self) -> None:
        """Remove what tells of shards that a manifest lists now."""
        forget(self._folder, [task.record for task in self._tasks])

    def _join(self, which: int, files: Sequence[Found]) -> list[Found]:
        """Add to a shard, as another file; the files that it does not take."""
        archive = self._found.shard(which)
        try:
            check_design(archive)
        except UsageError:  # a network that knows no other images
            return list(files)
        try:
            fit, other = self._sorted(archive, files)
        except NoPictureError as failure:
            self.skipped += [Skipped(str(file.path), str(failure)) for file in files]
            return []
        if fit:
            self._add(which, fit)
        return other

    def _sorted(self, archive: Archive, files: Sequence[Found]) -> tuple[list[Found], list[Found]]:
        """Files that a shard takes, and others."""
        read = read_pictures(files, self._options)
        self.skipped += read.skipped
        other = {one.path for one in unfit(archive, read.pictures)}
        fit = {picture.name for picture in read.pictures} - other
        return [file for file in files if file.name in fit], [file for file in files if file.name in other]

    def _add(self, which: int, files: Sequence[Found]) -> None:
        how, options, old = self._how, self._options, self.shards[which]
        steps = "" if how.steps is None else f" in {how.steps} steps"
        states = f"{old.blake2b} add {key_of(files, options)}{steps}"
        output = self._folder / f"{hashlib.blake2b(states.encode(), digest_size=KEY_BYTES).hexdigest()}.inr"
        self._journal.makes(output.name)
        archive = grown(output, old, files) or self._fitted(old, files, output)
        checkpoints.remove(output)  # one that this had no use for, as an encoder found the codes
        self.shards[which], self.rows[which] = described(archive, old.seconds)
        self.changed += 1
        self.added |= dict.fromkeys(archive.names[old.images :])

    def _fitted(self, old: Shard, files: Sequence[Found], output: Path) -> Archive:
        how, options = self._how, self._options

        def added(resume: bool) -> AddResult:
            return add(
                self._folder / old.file, files, output, steps=how.steps, quality=options.quality,
                max_size=options.max_size, background=options.background, device=options.device, engine=options.engine,
                threads=how.threads, seed=how.seed, trust=how.trust, overwrite=True, resume=resume,
                on_progress=how.on_progress,
            )  # fmt: skip

        cut_link(output)
        result = checkpoints.gone_on_with(output, added)
        self.skipped += result.skipped
        self.notes += result.notes
        return result.archive

    def _encode(self, files: Sequence[Found]) -> None:
        """Shards of their own, one after the other."""
        order: Any = self._found.manifest.about.order
        self._tasks = divided(files, Sharding(order=order), self._options, self._folder)
        self._journal.makes(*(task.file.name for task in self._tasks))
        for task in self._tasks:
            done = make_shard(task, self._how.on_progress)
            self.skipped += [Skipped(*one) for one in done.skipped]
            if done.shard is not None:
                self.shards.append(done.shard)
                self.rows.append(done.rows)
                self.added |= dict.fromkeys(done.rows.names)
