"""Collections as they are made: every shard once, whatever is killed, and nothing of anybody's is lost."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inrcodec.archive import Archive, Collection
from inrcodec.archive.collection import write_manifest
from inrcodec.encoding.checkpoints import checkpoint_path
from inrcodec.encoding.options import EncodeOptions
from inrcodec.encoding.shards import collect, removing
from inrcodec.encoding.shards.collect import collection_with
from inrcodec.encoding.shards.executors.contract import Attempt
from inrcodec.encoding.shards.options import CollectionProgress, Sharding
from inrcodec.encoding.shards.records import RECORDS
from inrcodec.encoding.shards.removing import remove_from_collection
from inrcodec.encoding.shards.task import Task, make_shard
from inrcodec.encoding.shards.tries import Tries
from inrcodec.errors import InputError, InrError, UsageError
from tests.encoding.stopped import Stop

pytest.importorskip("pyarrow")
QUICK = EncodeOptions(passes=2, threads=1, device="cpu", holdout=0)
TWO = Sharding(shards=2, order="names")


class Here:
    """An executor without processes; `failures` are told first, by the place of the shard."""

    def __init__(self, failures: dict[int, list[str]] | None = None) -> None:
        self.failures, self.begun = failures or {}, list[Task]()
        self.kept: Iterator[int] = iter(())  # times of checkpoints that are there after a failure
        self._submitted: list[Task] = []
        self._keys: list[str] = []

    def submit(self, task: Task) -> None:
        self._submitted.append(task)

    def wait(self, seconds: float) -> Iterator[Attempt]:
        for task in list(self._submitted):
            self._submitted.remove(task)
            self.begun.append(task)
            if task.key not in self._keys:
                self._keys.append(task.key)
            planned = self.failures.get(self._keys.index(task.key), [])
            if planned and (at := next(self.kept, None)) is not None:
                checkpoint_path(task.file).write_bytes(b"")
                os.utime(checkpoint_path(task.file), (at, at))
            yield Attempt(task, None, planned.pop()) if planned else Attempt(task, make_shard(task))

    def shares(self) -> dict[str, float]:
        return {}

    def close(self) -> None:
        pass


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Here:
    executor = Here()
    monkeypatch.setattr(collect, "executor_for", lambda workers, ray: executor)
    return executor


def test_what_is_there_is_not_done_again(small_images: Path, tmp_path: Path, here: Here) -> None:
    output = tmp_path / "a.inrs"
    progress: list[CollectionProgress] = []
    told = dataclasses.replace(TWO, on_progress=progress.append)
    first = collection_with([small_images], output, QUICK, told)
    assert (len(here.begun), first.reused, first.skipped, first.failed) == (2, 0, (), ())
    assert (progress[-1].done, progress[-1].images, progress[-1].bytes > 0) == (2, 6, True)
    assert {path.name for path in output.iterdir()} == {"manifest.parquet", *(f"{t.key}.inr" for t in here.begun)}
    with pytest.raises(UsageError, match="exists already"):
        collection_with([small_images], output, QUICK, TWO)
    (output / "manifest.parquet").unlink()
    before = {path.name: path.stat().st_mtime_ns for path in output.iterdir()}
    damaged = here.begun[1].file
    damaged.write_bytes(damaged.read_bytes()[:-9])
    second = collection_with([small_images], output, QUICK, TWO)
    second.collection.verify()
    after = {path.name: path.stat().st_mtime_ns for path in output.glob("*.inr")}
    assert [name for name in before if before[name] != after[name]] == [damaged.name]
    assert second.collection.manifest.names == first.collection.manifest.names


def test_a_shard_that_gets_further_is_tried_again(small_images: Path, tmp_path: Path, here: Here) -> None:
    """Whoever dies behind a later checkpoint than the last one did is no reason to give up."""
    here.failures = {0: ["died"] * 7}
    here.kept = iter(range(1, 6))
    result = collection_with([small_images], tmp_path / "a.inrs", QUICK, TWO)
    assert (len(result.collection), len(result.failed), result.retried, len(here.begun)) == (3, 1, 6, 8)


def test_tries_end_whatever_each_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full, and room for checkpoints elsewhere, had a shard tried for ever."""
    counted, task = Tries(), Task("a" * 20, (), QUICK, tmp_path)
    for number in range(1000):
        Path(f"{task.file}.checkpoint").write_bytes(b"later")
        os.utime(f"{task.file}.checkpoint", (number + 1, number + 1))
        if not counted.again(task):
            break
    assert number == 49


def test_a_shard_that_fails_thrice_is_listed_and_the_same_call_goes_on(
    small_images: Path, tmp_path: Path, here: Here
) -> None:
    output = tmp_path / "a.inrs"
    here.failures = {0: ["once", "twice"], 1: ["never", "never", "never"]}
    partial = collection_with([small_images], output, QUICK, TWO)
    assert (partial.retried, len(partial.collection), len(here.begun)) == (4, 3, 6)
    assert [(len(task.files), reason) for task, reason in partial.failed] == [(3, "never")]
    assert partial.collection.manifest.about.missing == [file.name for file in partial.failed[0][0].files]
    for generation in (".checkpoint", ".checkpoint.1"):  # as kill -9 leaves them
        Path(f"{partial.failed[0][0].file}{generation}").write_bytes(b"damaged")
    whole = collection_with([small_images], output, QUICK, TWO)
    assert (whole.reused, len(whole.collection), len(here.begun)) == (1, 6, 7)
    assert not (output / RECORDS).exists()


def test_pictures_that_cannot_be_read_are_told_of(small_images: Path, tmp_path: Path, here: Here) -> None:
    bad = [tmp_path / f"{name}.png" for name in "xyz"]
    for path in bad:
        path.write_bytes(b"no picture")
    found = collection_with([small_images, *bad], tmp_path / "a.inrs", QUICK, Sharding(shards=3, order="names"))
    assert {one.path for one in found.skipped} == set(map(str, bad))
    assert len(found.collection) == 6
    assert len(found.collection.manifest.shards) == 2  # none of pictures that cannot be read alone
    with pytest.raises(InrError, match="no shard could be made"):
        collection_with(bad, tmp_path / "b.inrs", QUICK, TWO)


def test_nothing_stays_of_what_could_not_be_read(tmp_path: Path, here: Here) -> None:
    for name in ("one.png", "two.png"):
        (tmp_path / name).write_bytes(b"no picture")
    given, output = [tmp_path / "one.png", tmp_path / "two.png"], tmp_path / "set.inrs"
    with pytest.raises(InrError, match="no shard could be made"):
        collection_with(given, output, QUICK, TWO)
    assert not output.exists()
    output.mkdir()
    with pytest.raises(InrError, match="no shard could be made"):
        collection_with(given, output, QUICK, TWO)
    assert not list(output.iterdir())


def test_what_could_not_be_read_takes_nothing_of_others_along(small_images: Path, tmp_path: Path, here: Here) -> None:
    """Records of an encode and a journal of a change that are both still to go on."""
    output = tmp_path / "a.inrs"
    here.failures = {1: ["never", "never", "never"]}
    collection_with([small_images], output, QUICK, TWO)
    (output / RECORDS / "changed.json").write_bytes(b'{"made":[]}')
    before = sorted(output.rglob("*"))
    (tmp_path / "bad.png").write_bytes(b"no picture")
    with pytest.raises(InrError, match="no shard could be made"):
        collection_with([tmp_path / "bad.png"], output, QUICK, Sharding(overwrite=True))
    assert sorted(output.rglob("*")) == before
    assert len(before) == 5


def test_what_is_encoded_again_is_not_removed_for_an_earlier_change(
    small_images: Path, tmp_path: Path, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A removal is killed, then an encode that finds what the removal did without; the next change leaves it that."""
    output, force = tmp_path / "a.inrs", dataclasses.replace(TWO, overwrite=True)
    made = collection_with([small_images], output, QUICK, TWO).collection.manifest.shards[0].file

    def ending(*given: Any, **named: Any) -> None:
        write_manifest(*given, **named)
        raise Stop

    with monkeypatch.context() as patched:
        patched.setattr(removing, "write_manifest", ending)
        with pytest.raises(Stop):
            remove_from_collection(output, "0")
    with monkeypatch.context() as patched:
        patched.setattr(collect, "write_manifest", stopped)
        with pytest.raises(Stop):
            collection_with([small_images], output, QUICK, force)
    remove_from_collection(output, "0")
    assert (output / made).exists()
    assert not (output / RECORDS / "changed.json").exists()
    whole = collection_with([small_images], output, QUICK, force)
    assert (whole.reused, len(whole.collection)) == (2, 6)
    assert {path.name for path in output.iterdir()} == {"manifest.parquet", *(t.file.name for t in here.begun)}


def stopped(*_: object, **__: object) -> None:
    raise Stop


@pytest.mark.parametrize("overwrite", [False, True])
def test_what_another_makes_before_this_one_has_the_folder_counts(
    small_images: Path, tmp_path: Path, here: Here, monkeypatch: pytest.MonkeyPatch, overwrite: bool
) -> None:
    output = tmp_path / "a.inrs"
    collection_with([small_images], output, QUICK, TWO)
    foreign, writer = f"{'0' * 20}.inr", collect.only_writer

    def late(path: Path) -> contextlib.AbstractContextManager[None]:
        (output / foreign).write_bytes(b"another's")
        return writer(path)

    monkeypatch.setattr(collect, "only_writer", late)
    (output / "manifest.parquet").unlink()
    if overwrite:
        collection_with([small_images], output, QUICK, dataclasses.replace(TWO, overwrite=True))
    else:
        with pytest.raises(UsageError, match="holds 1 shard of other pictures"):
            collection_with([small_images], output, QUICK, TWO)
    assert (output / foreign).exists() != overwrite


def test_nothing_of_anybody_is_replaced_unasked(small_images: Path, tmp_path: Path, here: Here) -> None:
    output = tmp_path / "a.inrs"
    collection_with([small_images], output, QUICK, TWO)
    other = dataclasses.replace(QUICK, seed=1)
    with pytest.raises(UsageError, match="of other pictures or settings"):
        collection_with([small_images], output, other, TWO)
    replaced = collection_with([small_images], output, other, dataclasses.replace(TWO, overwrite=True))
    assert len(list(output.glob("*.inr"))) == len(replaced.collection.manifest.shards) == 2
    (output / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"notes\.txt"):
        collection_with([small_images], output, other, dataclasses.replace(TWO, overwrite=True))
    (output / "notes.txt").unlink()
    (output / "holiday.inr").write_bytes(b"mine")
    with pytest.raises(UsageError, match=r"holiday\.inr"):
        collection_with([small_images], output, other, dataclasses.replace(TWO, overwrite=True))
    assert (output / "holiday.inr").read_bytes() == b"mine"
    with pytest.raises(UsageError, match=r"ends in \.inrs"):
        collection_with([small_images], tmp_path / "a", QUICK, TWO)
    with pytest.raises(UsageError, match="is for one file"):
        collection_with([small_images], tmp_path / "b.inrs", dataclasses.replace(QUICK, target_size=9999), TWO)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError):
        collection_with([empty], tmp_path / "b.inrs", QUICK, TWO)


def test_shards_of_before_stay_until_all_of_the_new_ones_are_there(
    small_images: Path, tmp_path: Path, here: Here
) -> None:
    output = tmp_path / "a.inrs"
    before = collection_with([small_images], output, QUICK, TWO).collection.manifest.shards
    other, anew = dataclasses.replace(QUICK, seed=1), dataclasses.replace(TWO, overwrite=True)
    here.failures = {2: ["never"] * 3}  # the first of the new ones
    partial = collection_with([small_images], output, other, anew)
    assert len(partial.collection) == 3
    assert all((output / shard.file).is_file() for shard in before)
    whole = collection_with([small_images], output, other, anew)
    assert {path.name for path in output.glob("*.inr")} == {one.file for one in whole.collection.manifest.shards}
    assert len(whole.collection) == 6


def test_shards_open_by_themselves_with_the_names_of_the_set(small_collection: Path) -> None:
    names = [name for path in small_collection.glob("*.inr") for name in Archive.open(path).names]
    assert sorted(names) == sorted(Collection.open(small_collection).names)
    assert "sub/four.png" in names
