"""Files and collections in stores, by fsspec's memory: what is read of them, and how often one asks."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import inrcodec
from inrcodec.archive import Collection
from inrcodec.archive.places import place_of
from inrcodec.bitstream.collection import MANIFEST, is_url
from inrcodec.errors import CorruptFileError, InrError, UsageError

pytest.importorskip("pyarrow")
memory = pytest.importorskip("fsspec.implementations.memory")
URL = "memory://shelf/small.inrs"


class Asked:
    """Every range that was asked for, as (file, bytes)."""

    def __init__(self) -> None:
        self.ranges: list[tuple[str, int]] = []


@pytest.fixture
def stored(small_collection: Path) -> Iterator[str]:
    """The small collection in memory."""
    system = memory.MemoryFileSystem()
    system.put(str(small_collection), "/shelf/small.inrs", recursive=True)
    yield URL
    system.rm("/shelf", recursive=True)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    found, cat = Asked(), memory.MemoryFileSystem.cat_file

    def counted(self: object, path: str, start: int | None = None, end: int | None = None) -> bytes:
        piece: bytes = cat(self, path, start=start, end=end)
        found.ranges.append((path.rpartition("/")[2], len(piece)))
        return piece

    monkeypatch.setattr(memory.MemoryFileSystem, "cat_file", counted)
    for other in ("info", "ls", "exists"):
        monkeypatch.setattr(memory.MemoryFileSystem, other, None)
    return found


def test_one_image_takes_three_reads_and_the_next_of_its_shard_one(
    small_collection: Path, stored: str, asked: Asked
) -> None:
    with inrcodec.open(stored) as found:
        assert isinstance(found, Collection)
        assert [name for name, _ in asked.ranges] == [MANIFEST]
        drawn = found["two.png"].render(20)
        shard = found.manifest.shards[found.shard_of(found.numbers["two.png"])]
        assert asked.ranges[1:] == [(shard.file, shard.head), (shard.file, shard.blocks[0])]
        assert np.array_equal(drawn, inrcodec.open(small_collection)["two.png"].render(20))
        other = next(image for image in found if image.number != found.numbers["two.png"])
        assert found.shard_of(other.number) == found.shard_of(found.numbers["two.png"])
        other.render()
        assert len(asked.ranges) == 3  # it is of the same block
        assert found["two.png"].psnr == pytest.approx(inrcodec.open(small_collection)["two.png"].psnr)
        assert len(asked.ranges) == 3
        assert found["two.png"].figure("mae") is not None
        assert len(asked.ranges) == 4


def test_a_file_takes_one(small_set: Path, asked: Asked) -> None:
    memory.MemoryFileSystem().pipe("/shelf/one.inr", small_set.read_bytes())
    found = inrcodec.open("memory://shelf/one.inr")
    assert np.array_equal(found[0].render(), inrcodec.open(small_set)[0].render())
    assert asked.ranges == [("one.inr", small_set.stat().st_size)]
    assert found.path is None
    assert found.called == "memory://shelf/one.inr"
    with pytest.raises(UsageError, match="no such file"):
        inrcodec.open("memory://shelf/two.inr")


def test_a_file_may_lie_at_the_root(small_set: Path) -> None:
    memory.MemoryFileSystem().pipe("/root.inr", small_set.read_bytes())
    found = inrcodec.open("memory://root.inr")
    assert (len(found), found.called) == (6, "memory://root.inr")
    with pytest.raises(UsageError, match="names no file"):
        inrcodec.open("s3://bucket.inr")


def test_a_signal_in_a_store_is_to_be_copied(tmp_path: Path) -> None:
    blob = (Path(__file__).parents[1] / "golden" / "signals" / "shape.inr").read_bytes()
    memory.MemoryFileSystem().pipe("/shelf/shape.inr", blob)
    with pytest.raises(UsageError, match="holds a shape and no images; once it is copied to this machine, decode"):
        inrcodec.open("memory://shelf/shape.inr")
    (tmp_path / "shape.inr").write_bytes(blob)
    with pytest.raises(UsageError, match="holds a shape and no images; decode"):
        inrcodec.open(tmp_path / "shape.inr")


def test_servers_without_ranges_are_read(small_collection: Path, stored: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cat = memory.MemoryFileSystem.cat_file
    monkeypatch.setattr(memory.MemoryFileSystem, "cat_file", lambda self, path, start=None, end=None: cat(self, path))
    found = inrcodec.open(stored)
    assert np.array_equal(found["two.png"].render(), inrcodec.open(small_collection)["two.png"].render())
    assert found["two.png"].figure("mae") is not None


def test_a_folder_reserves_no_more_than_there_is(tmp_path: Path) -> None:
    (tmp_path / "short").write_bytes(b"0123456789")
    folder = place_of(tmp_path)
    tracemalloc.start()
    try:
        assert folder.read("short", 2, 1 << 30) == b"23456789"
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()
    assert folder.read("short", 20, 30) == b""
    assert folder.read("short", 3, 5) == b"34"


def test_verify_reads_whole_shards(stored: str, asked: Asked) -> None:
    found = inrcodec.open(stored)
    found.verify()
    assert sorted(asked.ranges[1:]) == sorted((shard.file, shard.bytes) for shard in found.manifest.shards)


def test_damage_is_noticed_where_it_is_read(stored: str) -> None:
    system = memory.MemoryFileSystem()
    found = Collection.open(stored)
    shard = found.manifest.shards[0]
    path = f"/shelf/small.inrs/{shard.file}"
    blob = system.cat_file(path)
    for at, words in ((shard.head - 1, "checksum"), (shard.head + 9, "checksum"), (shard.bytes - 14, "hash")):
        system.pipe(path, blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :])
        ask = Collection.verify if words == "hash" else lambda collection: collection[0].render()
        with pytest.raises(CorruptFileError, match=words):
            ask(Collection.open(stored))
    system.pipe(path, blob[: shard.head + 10])
    with pytest.raises(CorruptFileError, match="cut short"):
        Collection.open(stored)[0].render()
    system.rm(path)
    with pytest.raises(CorruptFileError, match="not there"):
        Collection.open(stored)[0].render()
    assert Collection.open(stored).lost() == {0: "missing"}


def test_what_cannot_be_reached_is_said(tmp_path: Path) -> None:
    assert not is_url("c:/set.inr")
    assert not is_url(str(tmp_path))
    with pytest.raises(UsageError, match="has no manifest"):
        inrcodec.open("memory://nowhere/set.inrs")
    with pytest.raises(UsageError, match="knows no shelf://"):
        inrcodec.open("shelf://set.inrs")
    with pytest.raises(UsageError, match="names no file"):
        inrcodec.open("memory://")
    with pytest.raises(InrError):
        inrcodec.open("memory://shelf")
