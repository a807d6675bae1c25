"""A fault at every call that any other command makes to the disk: every file is what it was, or what it shall be."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from faults import Disk, failing

from inrcodec.archive import Collection
from inrcodec.bitstream.container import RECORD, read_chunks
from inrcodec.cli.app import main
from inrcodec.encoding.checkpoints import waiting
from inrcodec.encoding.shards import collect
from inrcodec.encoding.shards.executors.contract import Attempt
from inrcodec.encoding.shards.task import Task, make_shard

pytestmark = pytest.mark.skipif(os.name != "posix", reason="calls of POSIX")
Capture = pytest.CaptureFixture[str]
QUICK = "--threads 1 --device cpu"
MOST = 300
IN_PLACE = ("remove", "add", "replace", "remove from a collection", "add to a collection")


@dataclass(frozen=True)
class Sources:
    """What commands read and change."""

    pictures: Path
    newcomers: Path
    file: Path
    collection: Path


@pytest.fixture(scope="module")
def sources(small_images: Path, newcomers: Path, small_set: Path, small_collection: Path) -> Sources:
    return Sources(small_images, newcomers, small_set, small_collection)


# What is to be done in a folder that has set.inr and all.inrs in it.
COMMANDS = {
    "remove": "remove {folder}/set.inr 0",
    "decode": "decode {file} --index 0,1 --size 8 --force -o {folder}/stills",
    "sheet": "decode {file} --sheet --size 8 --force -o {folder}/sheet.png",
    "morph": "morph {file} 0 1 --frames 2 --size 8 --force -o {folder}/moving.gif",
    "fuse": "fuse {file} --index 0,1 --force -o {folder}/fused.png",
    "derive": "derive {file} --index 0 --gradient --size 8 --force -o {folder}/slopes",
    "page": "report {file} --html {folder}/page.html --force",
    "remove from a collection": "remove {folder}/all.inrs 0",
    "add to a collection": "add {folder}/all.inrs {newcomers} --refine 1 " + QUICK,
    "index": "index {folder}/all.inrs",
    "add": "add {folder}/set.inr {newcomers} --refine 1 " + QUICK,
    "replace": "replace {folder}/set.inr 0 {newcomers}/five.png --refine 1 " + QUICK,
    "fit": "fit {pictures}/one.png --passes 2 --force -o {folder}/fit.inr " + QUICK,
    "fuse to a field": "fuse {file} --index 0,1 --effort 1 --time-limit 1s --force -o {folder}/fit.inr",
    "encode a collection": "encode {pictures} --shards 2 --workers 1 --passes 2 --force -o {folder}/new.inrs " + QUICK,
}


@pytest.mark.parametrize("full", [False, True], ids=["one fault", "a disk that is full from there on"])
@pytest.mark.parametrize(
    "command", ["remove", *(pytest.param(name, marks=pytest.mark.slow) for name in COMMANDS if name != "remove")]
)
def test_nothing_is_lost_whatever_call_fails(
    command: str, full: bool, sources: Sources, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collect, "executor_for", lambda workers, ray: _Here())
    folder, words = tmp_path / "disk", COMMANDS[command]
    run = [word.format(folder=folder, **vars(sources)) for word in words.split()]
    _begun(folder, sources)
    old = _state(folder)
    assert main(run) == 0
    new = _state(folder)
    for number in range(MOST):
        _begun(folder, sources)
        capsys.readouterr()
        disk = Disk(folder, number, full)
        with failing(disk):
            code = main(run)
        said = capsys.readouterr().err
        told = (number, disk.failed, said)
        assert "unexpected" not in said, told
        assert "Traceback" not in said, told
        assert code in (0, 1), told
        for name, holds in _state(folder).items():
            assert holds in (old.get(name), new.get(name)), (*told, name)
        _check_collections(folder)
        if code == 0:
            assert _without_what_is_told(_state(folder), said) == new, told
        elif command not in IN_PLACE or _state(folder) == old:  # else it is done, and only could not say so
            resume = ["--resume"] if waiting(folder / "fit.inr") else []
            assert main([*run, *resume]) == 0, (*told, capsys.readouterr().err)
            assert _state(folder) == new, told
        if not disk.failed:
            break
    assert 2 < number < MOST


def _begun(folder: Path, sources: Sources) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(sources.file, folder / "set.inr")
    shutil.copytree(sources.collection, folder / "all.inrs")


def _state(folder: Path) -> dict[str, object]:
    """What every file holds, but for the time that it took to make; what the next run removes is none."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in (".part", ".lock", ".checkpoint") and ".shards" not in path.parts:
            found[str(path.relative_to(folder))] = _held(path)
    return found


def _without_what_is_told(state: dict[str, object], said: str) -> dict[str, object]:
    """Without files that the command says it could not remove."""
    return {name: holds for name, holds in state.items() if f"{name}: could not be removed" not in said}


def _held(path: Path) -> object:
    if path.suffix == ".inr":
        return [(chunk.kind, chunk.payload) for chunk in read_chunks(path.read_bytes()) if chunk.kind != RECORD]
    if path.suffix == ".parquet":
        return Collection.open(path.parent).names
    return path.read_bytes()


def _check_collections(folder: Path) -> None:
    """What a manifest lists is there."""
    for path in folder.glob("*.inrs"):
        if any(path.glob("*.parquet")):
            for image in Collection.open(path):
                image.render_octets(4)


class _Here:
    """An executor without processes, so that its tasks meet the same disk."""

    def __init__(self) -> None:
        self._left: list[Task] = []

    def submit(self, task: Task) -> None:
        self._left.append(task)

    def wait(self, seconds: float) -> Iterator[Attempt]:
        left, self._left = self._left, []
        for task in left:
            try:
                yield Attempt(task, make_shard(task))
            except Exception as failure:  # as workers do
                yield Attempt(task, None, str(failure))

    def shares(self) -> dict[str, float]:
        return {}

    def close(self) -> None:
        pass
