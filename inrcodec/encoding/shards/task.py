"""One shard as a task that may be done by anybody, any number of times: what is there and whole is not done again."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from inrcodec.archive import Archive
from inrcodec.archive.collection import Rows, Shard
from inrcodec.archive.collection.shards import digest, is_listed
from inrcodec.bitstream.base import QUALITIES
from inrcodec.bitstream.files import cut_link, write_atomically
from inrcodec.bitstream.one_writer import only_writer
from inrcodec.bitstream.ranged import layout
from inrcodec.encoding import checkpoints
from inrcodec.encoding.encode import EncodeResult, encode_with
from inrcodec.encoding.options import EncodeOptions, EncodeRun
from inrcodec.encoding.shards.records import RECORDS, check_records, made_records
from inrcodec.errors import CorruptFileError, InrError, NoPictureError, UnsupportedFileError, UsageError
from inrcodec.images import Found

if TYPE_CHECKING:
    from inrcodec.fitting.progress import Progress

PATIENCE, PAUSE = 60.0, 0.5  # seconds to wait for who is still at the same shard, and between two looks
OnProgress = Callable[["Progress"], None]


@dataclass(frozen=True)
class Task:
    """One shard to be made: its key, its pictures, and the folder of the collection."""

    key: str
    files: tuple[Found, ...]
    options: EncodeOptions
    folder: Path

    @property
    def file(self) -> Path:
        """Where the shard goes."""
        return self.folder / f"{self.key}.inr"

    @property
    def record(self) -> Path:
        """Where it is told how it went."""
        return self.folder / RECORDS / f"{self.key}.json"


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a task: a shard with its rows, or none where no picture could be read; files that could not."""

    shard: Shard | None
    rows: Rows
    skipped: list[tuple[str, str]] = []


def finished(task: Task) -> Done | None:
    """What came of it, if that is written down and the file is still the one that it was."""
    try:
        done = msgspec.json.decode(task.record.read_bytes(), type=Done)
    except (OSError, msgspec.ValidationError, msgspec.DecodeError):
        return None
    if done.shard is None:
        return done
    try:
        same = is_listed(task.file, done.shard)
    except (OSError, InrError):
        return None
    return done if same else None


def make_shard(task: Task, on_progress: OnProgress | None = None) -> Done:
    """Encode the shard, unless it is there and whole; what came of it is written down beside it.

    on_progress: called after every step of the fit.
    """
    with _alone(task):
        check_records(task.folder)
        done = finished(task) or _found(task) or _encoded(task, on_progress)
        made_records(task.folder)
        write_atomically(task.record, msgspec.json.encode(done), overwrite=True, follow=False)
    return done


def _found(task: Task) -> Done | None:
    """A shard that was written by who could not write its record any more."""
    try:
        archive = Archive.open(task.file) if task.file.is_file() else None
        if archive is not None:
            archive.verify()
    except (CorruptFileError, UnsupportedFileError):
        return None
    if archive is None or not set(archive.names) <= {file.name for file in task.files}:
        return None
    there = set(archive.names)
    lost = [(str(file), "could not be read") for file in task.files if file.name not in there]
    return _done(archive, lost)


def grown(output: Path, old: Shard, files: Sequence[Found]) -> Archive | None:
    """A shard with its new images, where an addition that was ended later made it and it is whole."""
    try:
        archive = Archive.open(output) if output.is_file() else None
        if archive is None or set(archive.names[old.images :]) != {file.name for file in files}:
            return None
        archive.verify()
    except InrError:
        return None
    return archive


def _encoded(task: Task, on_progress: OnProgress | None) -> Done:
    def encoded(resume: bool) -> EncodeResult:
        run = EncodeRun(overwrite=True, resume=resume, on_progress=on_progress)
        return encode_with(task.files, task.file, task.options, run)

    cut_link(task.file)
    try:
        result = checkpoints.gone_on_with(task.file, encoded)
    except NoPictureError as failure:
        nothing = Rows(names=[], heights=[], widths=[], psnr=[], bytes=[])
        reasons = [(str(file), str(failure)) for file in task.files]
        return Done(shard=None, rows=nothing, skipped=reasons)
    return _done(result.archive, [(one.path, str(one.reason)) for one in result.skipped], result.seconds)


def _done(archive: Archive, skipped: Sequence[tuple[str, str]], seconds: float = 0.0) -> Done:
    shard, rows = described(archive, seconds)
    return Done(shard=shard, rows=rows, skipped=list(skipped))


def described(archive: Archive, seconds: float) -> tuple[Shard, Rows]:
    """What a manifest says of a file and its images."""
    assert archive.path is not None
    base = archive.stored.base
    head, blocks = layout(archive.stored.chunks)
    shard = Shard(
        file=archive.path.name,
        images=len(archive),
        bytes=archive.file_size,
        blake2b=digest(archive.path),
        channels=archive.channels,
        base=None if base is None else f"{base.number} at quality {QUALITIES[base.table]}",
        seconds=round(seconds, 3),
        head=head,
        blocks=blocks,
    )
    heights, widths = zip(*archive.stored.shapes, strict=True)
    rows = Rows(
        names=list(archive.names),
        heights=list(map(int, heights)),
        widths=list(map(int, widths)),
        psnr=[image.psnr for image in archive],
        bytes=np.round(archive.image_bits / 8, 2).tolist(),
    )
    return shard, rows


@contextlib.contextmanager
def _alone(task: Task) -> Iterator[None]:
    """Wait for whoever is at the same shard: a worker whose driver was killed ends soon."""
    begun = time.monotonic()
    name = task.folder / f"{task.key}.task"
    while True:
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(only_writer(name))
            except UsageError:
                if time.monotonic() - begun > PATIENCE:
                    raise
            else:
                yield
                return
        time.sleep(PAUSE)
