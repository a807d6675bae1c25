"""More images for a collection: each joins the shard with the images most like it, many make a shard of their own."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from inrcodec.archive import Collection
from inrcodec.archive.collection import Rows, Shard, write_manifest
from inrcodec.bitstream.collection import MANIFEST
from inrcodec.bitstream.escaping import normal
from inrcodec.encoding.add import add
from inrcodec.encoding.compatible import compatible
from inrcodec.encoding.one_writer import only_writer
from inrcodec.encoding.options import EncodeOptions, Sources
from inrcodec.encoding.resolve import read_pictures
from inrcodec.encoding.shards.division import KEY_BYTES, SHARD_IMAGES, key_of
from inrcodec.encoding.shards.removing import rows_of
from inrcodec.encoding.shards.task import Task, described, make_shard
from inrcodec.errors import InputError, InrError, UsageError
from inrcodec.images import Found, Skipped, look_for, nothing_found
from inrcodec.numerics.arrays import FloatArray
from inrcodec.retrieval.descriptor import LENGTH, descriptor
from inrcodec.retrieval.halves import as_floats
from inrcodec.retrieval.index import stored
from inrcodec.retrieval.outside import DESCRIPTOR_SIDE, on_white
from inrcodec.retrieval.similarity import ranked, similarities

if TYPE_CHECKING:
    from inrcodec.fitting.progress import Progress

OWN = 256  # new images that get a network of their own: it is a tenth of their bytes then
SAMPLED, VOTES = 16, 8  # images of a shard that is not indexed that are looked at; nearest ones that choose a shard
NOT_TAKEN_OVER = ("extra", "device", "threads", "max_pixels", "frames", "target_size", "time_limit")  # of its settings


@dataclass(frozen=True, kw_only=True)
class CollectionAddResult:
    """What was written; names: of new images; changed, new: shards that took some, and that were made of them."""

    collection: Collection
    names: tuple[str, ...]
    changed: int
    new: int
    size_before: int
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Adding:
    """How images are added, as in `inrcodec.add`; device, engine, threads and seed of new shards, too."""

    steps: int | None = None
    quality: float = 50
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

    OWN pictures and more make a shard with the settings that the collection was made with, and so do those that no
    shard takes. Until the new manifest is in its place the old one holds, and all of its shards are there. Raises
    UsageError where this cannot be done and InputError where no picture can be read.
    """
    started, path = time.monotonic(), Path(folder)
    with only_writer(path / MANIFEST):
        found = Collection.open(path, trust=how.trust)
        files, skipped, notes = _newcomers(found, sources)
        work = _Work(found, how, path)
        for which, part in _suiting(found, files, how).items():
            work.take(which, part)
        if not work.added:
            raise InputError(f"no image could be added: {(skipped + work.skipped)[0].reason}")
        about = found.manifest.about
        about = msgspec.structs.replace(about, missing=[name for name in about.missing if name not in work.added])
        write_manifest(path, work.shards, work.rows, about, overwrite=True)
        for file in {shard.file for shard in found.manifest.shards} - {shard.file for shard in work.shards}:
            with contextlib.suppress(OSError):
                (path / file).unlink()
    return CollectionAddResult(
        collection=Collection.open(path),
        names=tuple(work.added),
        changed=work.changed,
        new=len(work.shards) - len(found.manifest.shards),
        size_before=found.file_size,
        skipped=(*skipped, *work.skipped),
        notes=(*notes, *work.notes),
        seconds=time.monotonic() - started,
    )


def _newcomers(found: Collection, sources: Sources) -> tuple[list[Found], list[Skipped], tuple[str, ...]]:
    """Files whose names are new, those that are not, and notes."""
    listed = [sources] if isinstance(sources, (str, Path)) else list(sources)
    looked = look_for(listed)
    if not looked.files:
        raise nothing_found(listed, looked.skipped, looked.notes)
    taken = set(map(normal, found.names))
    there = [file for file in looked.files if normal(file.name) in taken]
    reason = f"{found.called} has an image of that name already; rename the new one"
    skipped = [*looked.skipped, *(Skipped(str(file.path), reason) for file in there)]
    new = [file for file in looked.files if normal(file.name) not in taken]
    if not new:
        raise UsageError(f"{there[0].path}: ", reason)
    return new, skipped, looked.notes


def _suiting(found: Collection, files: Sequence[Found], how: Adding) -> dict[int | None, list[Found]]:
    """Which shard takes which files; None: one of their own."""
    open_shards = [which for which, shard in enumerate(found.manifest.shards) if shard.images < SHARD_IMAGES]
    if len(files) >= OWN or not open_shards:
        return {None: list(files)}
    seen = [_seen(found, which) for which in open_shards]
    rows, shards = np.concatenate(seen), np.repeat(open_shards, list(map(len, seen)))
    mean = rows.mean(axis=0)
    chosen: dict[int | None, list[Found]] = defaultdict(list)
    for file in files:
        similarity = similarities((_look(file, how) - mean)[None], rows - mean)[0]
        votes = Counter(shards[ranked(similarity, VOTES)].tolist())
        chosen[votes.most_common(1)[0][0]].append(file)
    return dict(chosen)


def _seen(found: Collection, which: int) -> FloatArray:
    """Descriptors of a shard's images, stored ones if there are, else of some of them."""
    halves = stored(found, which)
    if halves is not None:
        return as_floats(halves[:-1])
    members = found.manifest.members(which)
    sample = members[np.unique(np.linspace(0, len(members) - 1, SAMPLED).astype(int))]
    return np.stack([descriptor(on_white(found[int(number)])) for number in sample])


def _look(file: Found, how: Adding) -> FloatArray:
    """The descriptor of a file; of what cannot be read nothing, which is said when it is added."""
    with contextlib.suppress(InputError):
        options = EncodeOptions(max_size=min(DESCRIPTOR_SIDE, how.max_size or DESCRIPTOR_SIDE), background="white")
        return descriptor(read_pictures([file], options).pictures[0].pixels)
    return np.zeros(LENGTH, np.float32)


class _Work:
    """What the new manifest lists, shard by shard."""

    def __init__(self, found: Collection, how: Adding, folder: Path) -> None:
        self._found, self._how, self._folder = found, how, folder
        self.shards: list[Shard] = list(found.manifest.shards)
        members = [found.manifest.members(which).tolist() for which in range(len(self.shards))]
        self.rows: list[Rows] = [rows_of(found, numbers) for numbers in members]
        self.added: dict[str, None] = {}
        self.skipped: list[Skipped] = []
        self.notes: list[str] = []
        self.changed = 0

    def take(self, which: int | None, files: Sequence[Found]) -> None:
        """Put files into a shard, or into one of their own, too where the shard takes none of them."""
        if which is None:
            self._encode(files)
            return
        try:
            left = self._add(which, files)
        except InputError as failure:
            self.skipped += [Skipped(str(file.path), str(failure)) for file in files]
            return
        if left:
            self._encode(left)

    def _add(self, which: int, files: Sequence[Found]) -> list[Found]:
        """Add to a shard, as another file; the files that it does not take."""
        how, old = self._how, self.shards[which]
        archive = self._found.shard(which)
        options = EncodeOptions(max_size=how.max_size, background=how.background, holdout=0)
        try:
            _, unfit = compatible(archive, read_pictures(files, options).pictures)
        except UsageError:
            return list(files)
        other = {one.path for one in unfit}
        fit = [file for file in files if file.name not in other]
        states = f"{old.blake2b} add {key_of(fit, options)}"
        output = self._folder / f"{hashlib.blake2b(states.encode(), digest_size=KEY_BYTES).hexdigest()}.inr"
        try:
            result = add(
                self._folder / old.file, fit, output, steps=how.steps, quality=how.quality, max_size=how.max_size,
                background=how.background, device=how.device, engine=how.engine,  # type: ignore[arg-type]
                threads=how.threads, seed=how.seed, trust=how.trust, overwrite=True, on_progress=how.on_progress,
            )  # fmt: skip
        except UsageError:  # a network that knows no other images
            return list(files)
        self.shards[which], self.rows[which] = described(result.archive, old.seconds)
        self.changed += 1
        self.added |= dict.fromkeys(result.archive.names[result.first :])
        self.skipped += result.skipped
        self.notes += result.notes
        return [file for file in files if file.name in other]

    def _encode(self, files: Sequence[Found]) -> None:
        """A shard of their own."""
        options = self._options()
        done = make_shard(Task(key_of(files, options), tuple(files), options, self._folder))
        self.skipped += [Skipped(*one) for one in done.skipped]
        if done.shard is not None:
            self.shards.append(done.shard)
            self.rows.append(done.rows)
            self.added |= dict.fromkeys(done.rows.names)

    def _options(self) -> EncodeOptions:
        """What the collection was made with, as far as it is no place on this machine, and what is asked for now."""
        how = self._how
        names = {field.name for field in fields(EncodeOptions)} - set(NOT_TAKEN_OVER)
        told = {name: value for name, value in self._found.manifest.about.settings.items() if name in names}
        asked = {"max_size": how.max_size, "background": how.background}
        told |= {name: value for name, value in asked.items() if value is not None}
        told |= {"device": how.device, "engine": how.engine, "threads": how.threads, "seed": how.seed}
        try:
            return EncodeOptions(**told)
        except InrError as failure:
            raise UsageError(f"{self._found.called}: has settings that are none: ", failure.message) from failure
