"""From a folder to a collection: shards are made by whoever is there, tried again, and written down when all are."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from inrcodec.archive.collection import Collection, write_manifest
from inrcodec.archive.collection.manifest import About, check_library
from inrcodec.bitstream.collection import MANIFEST
from inrcodec.bitstream.one_writer import only_writer
from inrcodec.encoding.keywords import KeywordsOf
from inrcodec.encoding.options import EncodeOptions, Sources
from inrcodec.encoding.resolve import model_settings, passes_of, refuse_films
from inrcodec.encoding.shards.division import divided, order_of, settings_of
from inrcodec.encoding.shards.executors import executor_for
from inrcodec.encoding.shards.executors.contract import Executor
from inrcodec.encoding.shards.folder import check_folder, check_shards, empty_when_it_fails, tidy
from inrcodec.encoding.shards.journal import disown
from inrcodec.encoding.shards.options import CollectionKeywords, CollectionProgress, Sharding, check_sharding
from inrcodec.encoding.shards.records import forget
from inrcodec.encoding.shards.task import Done, Task, finished
from inrcodec.encoding.shards.tries import Tries
from inrcodec.encoding.start import base_table, guesses
from inrcodec.errors import InrError
from inrcodec.images import Found, Member, Skipped, look_for, nothing_found
from inrcodec.version import __version__

LOOK = 0.5  # seconds between two looks at the workers
USUAL_PIXELS = 1 << 20  # of a shard


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
    check_folder(named)
    _check_options(options)
    listed = [sources] if isinstance(sources, (str, Path)) else list(sources)
    looked = look_for(listed)
    refuse_films(looked.files, collection=True)
    if not looked.files:
        raise nothing_found(listed, looked.skipped, looked.notes)
    tasks = divided(looked.files, sharding, options, folder)
    keys = {task.key for task in tasks}
    check_shards(named, keys, overwrite=sharding.overwrite)
    new = not folder.exists()
    folder.mkdir(exist_ok=True)
    with empty_when_it_fails(folder, new), only_writer(folder / MANIFEST):
        replaced = check_shards(named, keys, overwrite=sharding.overwrite)  # which another may have changed meanwhile
        disown(folder, (task.file.name for task in tasks))
        made = _Work(tasks, sharding)
        made.run()
        done = [made.done[task.key] for task in tasks if task.key in made.done]
        if not any(one.shard for one in done):
            forget(folder, (task.record for task in tasks))  # of pictures that cannot be read: nothing that took long
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
            tidy(folder, replaced)
    return CollectionResult(
        collection=Collection.open(named),
        failed=tuple(made.failed),
        skipped=(*looked.skipped, *(Skipped(path, reason) for path, reason in about.skipped)),
        notes=looked.notes,
        seconds=time.monotonic() - started,
        fitting_seconds=sum(one.shard.seconds for one in whole if one.shard),
        reused=made.reused,
        retried=made.retried,
        source_bytes=_source_bytes(file for task in tasks for file in task.files),
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
        """Do what is left; a shard that fails again and again, and gets no further, is left out."""
        left = {task.key for task in self._tasks if task.key not in self.done}
        if not left:
            return
        by_key, tries = {task.key: task for task in self._tasks}, Tries()
        executor = executor_for(self._sharding.workers, self._sharding.ray)
        try:
            for task in self._tasks:
                if task.key in left:
                    executor.submit(task)
            while left:
                for attempt in executor.wait(LOOK):
                    key = attempt.task.key
                    if attempt.done is not None:
                        self.done[key] = attempt.done
                    elif not attempt.final and tries.again(by_key[key]):
                        self.retried += 1
                        executor.submit(by_key[key])
                        continue
                    else:
                        self.failed.append((by_key[key], attempt.failure))
                    left.remove(key)
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


def _source_bytes(files: Iterable[Found]) -> int:
    """Of pictures; a table tells no sizes of them, and counts whole, once."""
    members, others = 0, set[Path]()
    for file in files:
        if isinstance(file.within, Member):
            members += file.within.size
        else:
            others.add(file.path)
    return members + sum(map(_size, others))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
