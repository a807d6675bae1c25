"""From a folder to a collection: shards are made by whoever is there, tried again, and written down when all are."""

from __future__ import annotations

import contextlib
import math
import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from inrcodec.archive.collection import Collection, Manifest, read_manifest, write_manifest
from inrcodec.archive.collection.belonging import OURS
from inrcodec.archive.collection.manifest import About, check_library
from inrcodec.archive.collection.shards import is_listed
from inrcodec.archive.places import place_of
from inrcodec.bitstream.collection import MANIFEST, SUFFIX
from inrcodec.bitstream.one_writer import only_writer
from inrcodec.encoding.keywords import KeywordsOf
from inrcodec.encoding.options import EncodeOptions, Sources
from inrcodec.encoding.resolve import model_settings, passes_of
from inrcodec.encoding.shards.division import divided, order_of, settings_of
from inrcodec.encoding.shards.executors import executor_for
from inrcodec.encoding.shards.executors.contract import Executor
from inrcodec.encoding.shards.options import CollectionKeywords, CollectionProgress, Sharding, check_sharding
from inrcodec.encoding.shards.task import RECORDS, Done, Task, finished
from inrcodec.encoding.start import base_table, guesses
from inrcodec.errors import InrError, Parameter, UsageError
from inrcodec.images import Found, Member, Skipped, look_for, nothing_found
from inrcodec.version import __version__

MOST_TRIES = 3
LOOK = 0.5  # seconds between two looks at the workers
USUAL_PIXELS = 1 << 20  # of a shard
UNFINISHED = re.compile(r"\.(checkpoint(\.1)?|task)$")  # what a run leaves that was ended, both generations


@dataclass(frozen=True, kw_only=True)
class CollectionResult:
    """What was written; failed: shards that could not be made, with their pictures and why; reused: there before."""

    collection: Collection
    failed: tuple[tuple[Task, str], ...]
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    seconds: float
    fitting_seconds: float
    reused: int
    retried: int
    source_bytes: int


@KeywordsOf(CollectionKeywords)
def encode_collection(sources: Sources, output: str | Path, keywords: CollectionKeywords) -> CollectionResult:
    """Encode pictures into a collection: a folder of .inr files with a manifest, which is written last.

    sources: folders, image files or globs, or what `inrcodec.images.find_packed` finds in tar archives and Parquet
    tables; output: the folder, which ends in .inrs. Each shard is an .inr file that opens by itself; `inrcodec.open`
    takes the folder as it takes a file, and so do the commands that read. After an interrupt, or whatever
    ended it, the same call goes on: shards that are there and whole stay. Raises UsageError where this cannot be done,
    InputError where there are no pictures, and InrError where not a single shard could be made. Processes are spawned,
    so a script calls this below `if __name__ == "__main__":`.
    """
    return collection_with(sources, output, keywords.options(), keywords)


def collection_with(
    sources: Sources, output: str | Path, options: EncodeOptions, sharding: Sharding
) -> CollectionResult:
    """The same of options that are built already."""
    started, folder = time.monotonic(), Path(output).absolute()
    check_sharding(sharding, options)
    check_library()
    named = Path(output)  # as the caller calls it
    _check_folder(named)
    _check_options(options)
    listed = [sources] if isinstance(sources, (str, Path)) else list(sources)
    looked = look_for(listed)
    if not looked.files:
        raise nothing_found(listed, looked.skipped, looked.notes)
    tasks = divided(looked.files, sharding, options, folder)
    replaced = _check_shards(named, {task.key for task in tasks}, overwrite=sharding.overwrite)
    folder.mkdir(exist_ok=True)
    with only_writer(folder / MANIFEST):
        made = _Work(tasks, sharding)
        made.run()
        done = [made.done[task.key] for task in tasks if task.key in made.done]
        if not any(one.shard for one in done):
            raise InrError(f"{named}: no shard could be made: {made.reason()}")
        about = About(
            software=f"inrcodec {__version__}",
            settings=settings_of(options),
            order=order_of(looked.files, sharding),
            missing=[file.name for task, _ in made.failed for file in task.files],
            skipped=[one for result in done for one in result.skipped],
        )
        whole = [one for one in done if one.shard is not None]
        write_manifest(
            folder, [one.shard for one in whole if one.shard], [one.rows for one in whole], about, overwrite=True
        )
        if not made.failed:  # else the same call goes on, and shards of before may be all there is of some pictures
            _tidy(folder, replaced)
    return CollectionResult(
        collection=Collection.open(named),
        failed=tuple(made.failed),
        skipped=(*looked.skipped, *(Skipped(path, reason) for path, reason in about.skipped)),
        notes=looked.notes,
        seconds=time.monotonic() - started,
        fitting_seconds=sum(one.shard.seconds for one in whole if one.shard),
        reused=made.reused,
        retried=made.retried,
        source_bytes=sum(_size(file) for task in tasks for file in task.files),
    )


class _Work:
    """The tasks of one run: what is left, what came of the others."""

    def __init__(self, tasks: Sequence[Task], sharding: Sharding) -> None:
        self._tasks, self._sharding = tasks, sharding
        self.done: dict[str, Done] = {}
        self.failed: list[tuple[Task, str]] = []
        self.retried = 0
        for task in tasks:
            if (found := finished(task)) is not None:
                self.done[task.key] = found
        self.reused = len(self.done)
        self._begun, self._before = time.monotonic(), self._images()

    def run(self) -> None:
        """Do what is left; a shard that fails MOST_TRIES times is left out."""
        left = {task.key: 0 for task in self._tasks if task.key not in self.done}  # tries by key
        if not left:
            return
        by_key = {task.key: task for task in self._tasks}
        executor = executor_for(self._sharding.workers, self._sharding.ray)
        try:
            for key in left:
                executor.submit(by_key[key])
            while left:
                for attempt in executor.wait(LOOK):
                    key = attempt.task.key
                    left[key] += 1
                    if attempt.done is not None:
                        self.done[key] = attempt.done
                    elif left[key] < MOST_TRIES and not attempt.final:
                        self.retried += 1
                        executor.submit(by_key[key])
                        continue
                    else:
                        self.failed.append((by_key[key], attempt.failure))
                    del left[key]
                self._report(executor)
        finally:
            executor.close()

    def reason(self) -> str:
        """Why the first shard failed, or why its pictures could not be read."""
        reasons = [reason for _, reason in self.failed] + [why for one in self.done.values() for _, why in one.skipped]
        return reasons[0] if reasons else "there is nothing"

    def _images(self) -> int:
        return sum(len(task.files) for task in self._tasks if task.key in self.done)

    def _report(self, executor: Executor) -> None:
        if self._sharding.on_progress is None:
            return
        shares = executor.shares()
        images = self._images() + sum(shares.get(task.key, 0.0) * len(task.files) for task in self._tasks)
        rate = (images - self._before) / max(1e-9, time.monotonic() - self._begun)
        everything = sum(len(task.files) for task in self._tasks)
        progress = CollectionProgress(
            done=len(self.done),
            shards=len(self._tasks),
            images=images,
            all_images=everything,
            bytes=sum(one.shard.bytes for one in self.done.values() if one.shard),
            rate=rate,
            remaining=(everything - images) / rate if rate > 0 else math.nan,
            workers=len(shares),
            retried=self.retried,
        )
        self._sharding.on_progress(progress)


def _check_options(options: EncodeOptions) -> None:
    """Refuse now what every shard would."""
    model = model_settings(options, USUAL_PIXELS)
    guesses(options, base_table(options, model, 3), passes_of(options, USUAL_PIXELS), math.inf)


def _check_folder(folder: Path) -> None:
    """Refuse what cannot become a collection, before any work."""
    if folder.suffix != SUFFIX:
        raise UsageError(f"{folder}: a collection is a folder that ends in {SUFFIX}; name it so")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: exists and is not a folder; choose another name")
    if not folder.parent.is_dir():
        raise UsageError(f"{folder}: the folder {folder.parent} does not exist; create it first")
    if not os.access(folder if folder.is_dir() else folder.parent, os.W_OK):
        raise UsageError(f"{folder}: may not be written to; choose another name")


def _check_shards(folder: Path, keys: set[str], *, overwrite: bool) -> set[str]:
    """The names of shards that are there and will belong to nothing; UsageError where something there would be lost."""
    if not folder.is_dir():
        return set()
    names = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    there = names & {f"{key}.inr" for key in keys}
    others = {name for name in names - there - {MANIFEST} if not UNFINISHED.search(name)}
    manifest = _manifest(folder)
    listed = {shard.file for shard in manifest.shards} if manifest else set()
    foreign = {name for name in others if name in listed or OURS.fullmatch(name)}
    if others - foreign:
        raise UsageError(f"{folder}: has other things in it ({min(others - foreign)}); choose another name")
    replace = Parameter("overwrite", True)
    if foreign and not overwrite:
        raise UsageError(
            f"{folder}: holds {len(foreign)} shard{'s'[: len(foreign) > 1]} of other pictures or settings, or of what "
            "`remove` left; use ",
            replace,
            " to put those in their place that these make",
        )
    if manifest and not manifest.about.missing and not foreign and not overwrite:
        for name, reason in _lost(Collection(place_of(folder), manifest)):
            raise UsageError(
                f"{folder}: its shard {name} {reason}; use ", replace, " to encode what is not whole, and nothing else"
            )
        raise UsageError(f"{folder}: exists already; use ", replace, " to replace it, or choose another name")
    return foreign


def _manifest(folder: Path) -> Manifest | None:
    """What is there; None where there is none, or one that cannot be read, which is written anew."""
    try:
        return read_manifest(place_of(folder))
    except InrError:
        return None


def _lost(found: Collection) -> Iterator[tuple[str, str]]:
    """Shards that are not what the manifest says, and in what way."""
    for shard in found.manifest.shards:
        path = Path(found.place.called(shard.file))
        if not path.is_file():
            yield shard.file, "is missing"
        elif not is_listed(path, shard):
            yield shard.file, "is damaged"


def _tidy(folder: Path, replaced: set[str]) -> None:
    """Remove what the collection that is written now does not need."""
    for name in replaced:
        with contextlib.suppress(OSError):
            (folder / name).unlink()
    shutil.rmtree(folder / RECORDS, ignore_errors=True)


def _size(file: Found) -> int:
    if isinstance(file.within, Member):
        return file.within.size
    if file.within is not None:
        return 0  # a table tells no sizes
    try:
        return file.path.stat().st_size
    except OSError:
        return 0
